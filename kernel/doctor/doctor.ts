import { command, nameInLibrary, type Naming, option, type Said, said, textOf } from "../../damon/mod.ts";
import type { PageSamplerFacts } from "../../ffi/mod.ts";
import {
  type DoctorSection,
  exists,
  LAB,
  readKernelConfig,
  readKernelTypes,
  type Roots,
  rowOf,
  type SaidRow,
  type SaidSection,
} from "../machine/mod.ts";
import { debugfsRow, eventsRow, listeningRow, operationsRow, tracepointRows, userRows } from "./damon.ts";
import { sysfsFeatures } from "./features.ts";
import { machineRows, memoryRows } from "./machine.ts";
import { NATIVE_PARTS, type NativeParts } from "./native.ts";
import { namedSection, reasonOf } from "./row.ts";
import { canClearPages, mayNotClearPages } from "../pages/mod.ts";
import { missingSysfs } from "../control/mod.ts";

const NICE = "run as root or with it: of much memory less is cleared than is there";

/** What a machine has and lacks, and what follows for recording a process. */
export interface Diagnosis {
  /** What `damo record PID` uses here; `none` where it does not work. */
  monitor: "damon" | "pages" | "none";
  /** The same as a sentence. */
  verdict: string;
  /** All that was looked at. */
  sections: DoctorSection[];
}

/**
 * Looks at what this machine has and lacks. It writes nothing to the kernel; the programs of page sampler
 * and profiler are loaded for a moment, as only loading tells whether they may be.
 *
 * @param naming How commands and options are named; by default as the library's.
 */
export async function diagnose(
  roots: Roots,
  native: NativeParts = NATIVE_PARTS,
  naming: Naming = nameInLibrary,
): Promise<Diagnosis> {
  const unmounted = missingSysfs(roots);
  if (unmounted) {
    const { why, next } = reasonOf(unmounted);
    const verdict = textOf(
      said`What this machine has cannot be told, because ${why}. What helps: ${next ?? ""}.`,
      naming,
    );
    const section = { title: "This machine", rows: [rowOf("sysfs", "no", why, next)] };
    return { monitor: "none", verdict, sections: [namedSection(section, naming)] };
  }
  const config = await readKernelConfig(roots);
  const types = readKernelTypes(roots);
  const events = eventsRow(roots, native.tracepoints);
  const facts = { config, types, events };
  const process = await operationsRow(roots, "a process, by DAMON (vaddr)", "vaddr", facts);
  const [sampler, ...samplerRows] = await pageSamplerRows(roots, native);
  const sections: SaidSection[] = [
    { title: "This machine", rows: machineRows(roots, config, types) },
    {
      title: "Recording",
      rows: [
        process,
        await operationsRow(roots, "address ranges (fvaddr)", "fvaddr", facts),
        await operationsRow(roots, "physical memory (paddr)", "paddr", facts),
        sampler,
        ...samplerRows,
        await profileRow(native),
        await listeningRow(roots, events),
      ],
    },
    { title: "Who uses DAMON now", rows: await userRows(roots) },
    { title: "DAMON's events", rows: tracepointRows(events, native.tracepoints) },
    exists(roots.damon)
      ? sysfsFeatures(roots, types)
      : { title: "DAMON by sysfs", rows: [rowOf("DAMON by sysfs", "no", process.why, process.next)] },
    { title: "DAMON by debugfs, the older interface", rows: [debugfsRow(roots, config)] },
    { title: "Memory, for schemes", rows: memoryRows(roots, config) },
    { title: "Native parts", rows: nativeRows(native) },
  ];
  const { monitor, verdict } = verdictOf(process, sampler);
  return { monitor, verdict: textOf(verdict, naming), sections: sections.map((each) => namedSection(each, naming)) };
}

async function pageSamplerRows(roots: Roots, native: NativeParts): Promise<SaidRow[]> {
  const feature = "a process, by page sampler";
  if (!exists(`${roots.proc}/self/clear_refs`)) {
    const why = "the kernel has no clear_refs file of processes, which clears accessed bits";
    return [rowOf(feature, "no", why, "boot a kernel with CONFIG_PROC_PAGE_MONITOR=y")];
  }
  let facts: PageSamplerFacts;
  try {
    facts = await native.sampler();
  } catch (error) {
    const { why, next } = reasonOf(error);
    return [rowOf(feature, "no", why, next)];
  }
  const finds = facts.byIterator ? "a task iterator (bpf_task_from_pid is from 6.2 on)" : "bpf_task_from_pid";
  return [
    rowOf(
      feature,
      "yes",
      said`${recordPid({ monitor: "pages" })}; it loads, with ${facts.levels} levels of page tables, by ${finds}`,
    ),
    rowOf("every page (pages-exact)", "yes", [recordPid({ monitor: "pages-exact" })]),
    rowOf("children of a process", "yes", [
      recordPid({ monitor: "pages", includeChildren: true }),
    ]),
    facts.canFlush ? rowOf("small hot parts", "yes", "seen: clearing drops kept translations") : rowOf(
      "small hot parts",
      "no",
      "clearing leaves translations in the processor: memory small enough for it looks idle, as with DAMON",
      "boot a kernel without CONFIG_MEM_SOFT_DIRTY",
    ),
    mayNotClearPages(roots)
      ? rowOf(
        "single pages cleared",
        "no",
        "this process lacks CAP_SYS_NICE; whole processes are cleared instead",
        NICE,
      )
      : canClearPages(roots)
      ? rowOf("single pages cleared", "yes", "by MADV_COLD, where that is cheaper")
      : rowOf(
        "single pages cleared",
        "no",
        "huge pages of several sizes are on, and would be split; whole processes are cleared instead",
      ),
  ];
}

async function profileRow(native: NativeParts): Promise<SaidRow> {
  const feature = said`what code ran (${option("profileHz")})`;
  try {
    await native.profiler();
  } catch (error) {
    const { why, next } = reasonOf(error);
    return rowOf(feature, "no", why, next);
  }
  return rowOf(
    feature,
    "yes",
    said`${recordPid({ profileHz: true })}, then ${command("report", { words: ["profile"] })}`,
  );
}

function nativeRows(native: NativeParts): SaidRow[] {
  const libbpf = native.libbpf();
  let library: SaidRow;
  try {
    library = rowOf("libdamo.so", "yes", `built, version ${native.library()} of its interface`);
  } catch (error) {
    const { why, next } = reasonOf(error);
    library = rowOf("libdamo.so", "no", why, next);
  }
  return [
    library,
    libbpf
      ? rowOf("libbpf", "yes", `version ${libbpf}; 1.0 is enough`)
      : rowOf("libbpf", "no", "libbpf.so.1 is not installed", "apt-get install libbpf1"),
  ];
}

function recordPid(options: Readonly<Record<string, string | true>> = {}) {
  return command("record", { target: "PID", options });
}

function verdictOf(process: SaidRow, sampler: SaidRow): { monitor: Diagnosis["monitor"]; verdict: Said } {
  if (process.state === "yes" || process.state === "unknown") {
    const because = process.state === "yes" ? "the kernel can watch processes and nobody else uses it" : process.why;
    return { monitor: "damon", verdict: said`${recordPid()} works here with DAMON, because ${because}.` };
  }
  const because = process.state === "busy"
    ? said`DAMON is taken: ${process.why}`
    : said`DAMON cannot watch processes here: ${process.why}`;
  if (sampler.state === "yes") {
    return { monitor: "pages", verdict: said`${recordPid()} works here with the page sampler, because ${because}.` };
  }
  return {
    monitor: "none",
    verdict:
      said`${recordPid()} does not work here, because ${because}; and the page sampler cannot either: ${sampler.why}. What helps: ${
        sampler.next ?? process.next ?? LAB
      }.`,
  };
}

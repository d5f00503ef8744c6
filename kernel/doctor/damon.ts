import {
  BusyError,
  command,
  type DamonModule,
  formatNs,
  MODULES,
  type Operations,
  option,
  type Said,
  said,
  titleOfModule,
  UnsupportedError,
} from "../../damon/mod.ts";
import type { DetectedTracepoints } from "../../ffi/mod.ts";
import {
  capabilitiesOf,
  exists,
  type FeatureState,
  type KernelTypes,
  LAB,
  readOptional,
  type Roots,
  rowOf,
  type SaidRow,
} from "../machine/mod.ts";
import {
  isRecorderAlive,
  type KdamondStatus,
  missingMount,
  mountCommand,
  ownerOf,
  readAllKdamonds,
  readOwned,
  requireFreeDamon,
} from "../control/mod.ts";
import type { KernelConfig } from "./machine.ts";
import { reasonOf } from "./row.ts";
import { modulesOn, parametersDir } from "../modules/mod.ts";

const COMMANDS: Readonly<Record<Operations, Said>> = {
  vaddr: [command("record", { target: "PID" })],
  fvaddr: [command("record", { target: "PID", options: { ops: "fvaddr", regions: "RANGES" } })],
  paddr: [command("record", { target: "paddr" })],
};

/** Whether DAMON can record `operations` now. `events` is why its events could not be read. */
export async function operationsRow(
  roots: Roots,
  feature: string,
  operations: Operations,
  { config, types, events }: { config: KernelConfig; types: KernelTypes | undefined; events: SaidRow },
): Promise<SaidRow> {
  const symbol = operations === "paddr" ? "damon_pa_check_accesses" : "damon_va_check_accesses";
  const option = operations === "paddr" ? "CONFIG_DAMON_PADDR" : "CONFIG_DAMON_VADDR";
  const without = rowOf(
    feature,
    "no",
    `this kernel is built without ${option}=y`,
    said`boot one that has it, as Debian's 6.12 does, or ${LAB}`,
  );
  // Before the user's rights: being root would not help.
  if (exists(roots.damon) && !(config?.has(option) ?? types?.functions.has(symbol) ?? true)) return without;
  let busy: SaidRow | undefined;
  try {
    await requireFreeDamon(roots, operations);
  } catch (error) {
    const { why, next } = reasonOf(error);
    if (error instanceof UnsupportedError && error.since === option) return without;
    if (!(error instanceof BusyError)) return rowOf(feature, "no", why, next);
    busy = rowOf(feature, "busy", why, next);
  }
  if (events.state !== "yes") return { ...events, feature, why: said`its events cannot be read: ${events.why}` };
  if (busy) return busy;
  const [module] = modulesOn(roots);
  if (module) {
    const why = `the kernel's ${titleOfModule(module)} is on, and it shares DAMON with nobody`;
    return rowOf(feature, "busy", why, said`if it is yours, turn it off: ${moduleCommand(module, "disable")}`);
  }
  if (!config && !types) {
    return rowOf(feature, "unknown", `nothing here tells whether ${option} is set`, said`try it: ${command("record")}`);
  }
  return rowOf(feature, "yes", COMMANDS[operations]);
}

/** Whether DAMON's events can be read: for recording, and for listening to what runs. */
export function eventsRow(roots: Roots, tracepoints: () => DetectedTracepoints): SaidRow {
  const feature = "reading DAMON's events";
  try {
    tracepoints();
  } catch (error) {
    const { why, next } = reasonOf(error);
    return rowOf(feature, "no", why, next);
  }
  const has = capabilitiesOf(roots);
  const lacking = (["CAP_BPF", "CAP_PERFMON"] as const).filter((name) => !has?.has(name));
  if (lacking.length > 0) {
    return rowOf(feature, "no", `this process lacks ${lacking.join(" and ")}`, `run as root or with them`);
  }
  return rowOf(feature, "yes", "by BPF; neither tracefs nor perf is needed");
}

/** Listening to what others run. */
export async function listeningRow(roots: Roots, events: SaidRow): Promise<SaidRow> {
  const feature = "what a running DAMON sees";
  if (events.state !== "yes") return { ...events, feature };
  try {
    const on = (await kdamondsHere(roots)).filter(({ state }) => state === "on").length;
    return rowOf(feature, "yes", said`${listen()}${on > 0 ? "" : ", once one is on"}`);
  } catch (error) {
    const { why, next } = reasonOf(error);
    return rowOf(feature, "no", why, next);
  }
}

function listen() {
  return command("record", { target: "ongoing" });
}

function moduleCommand({ short }: DamonModule, action: string) {
  return command("module", { words: [short, action] });
}

/** Who has DAMON now: kdamonds and the kernel's own modules. */
export async function userRows(roots: Roots): Promise<SaidRow[]> {
  return [...await kdamondRows(roots), ...MODULES.map((module) => moduleRow(roots, module))];
}

/** Those that were made by either of the kernel's interfaces; debugfs has one from the beginning, which is nobody's. */
async function kdamondsHere(roots: Roots): Promise<KdamondStatus[]> {
  const isUsed = ({ state, contexts, interface: through }: KdamondStatus) =>
    through !== "debugfs" || state === "on" || contexts.length > 0;
  return (await readAllKdamonds(roots)).filter(isUsed);
}

async function kdamondRows(roots: Roots): Promise<SaidRow[]> {
  let found: KdamondStatus[];
  try {
    found = await kdamondsHere(roots);
  } catch (error) {
    const { why, next } = reasonOf(error);
    return [rowOf("kdamonds", "unknown", why, next)];
  }
  if (!exists(roots.damon) && !exists(roots.debugfs)) {
    return [rowOf("kdamonds", "no", "this kernel has no DAMON, or debugfs is not mounted")];
  }
  if (found.length === 0) {
    return [rowOf("kdamonds", "yes", modulesOn(roots).length > 0 ? "none but a module's" : "none: DAMON is free")];
  }
  return found.map((status) => kdamondRow(roots, status));
}

function kdamondRow(roots: Roots, status: KdamondStatus): SaidRow {
  const { index, state, pid, contexts } = status;
  const feature = `kdamond ${index}${status.interface === "debugfs" ? " (debugfs)" : ""}`;
  if (state === "off" && contexts.length === 0) return rowOf(feature, "yes", "off and empty: free");
  const entry = readOwned(roots, status);
  const isWanted = entry !== undefined && (entry.stays === true || isRecorderAlive(roots, entry));
  const whose = !entry
    ? "not started by damo"
    : entry.stays
    ? `started with ${ownerOf(entry)}`
    : isWanted
    ? `of ${ownerOf(entry)} (pid ${entry.recorder.pid})`
    : `left behind by a ${ownerOf(entry)} that was killed`;
  const what = contexts.map(({ operations, intervals, targets }) => {
    const pids = targets.flatMap((target) => target.pid ?? []);
    const target = operations === "paddr" ? "physical memory" : pids.length ? `process ${pids.join(", ")}` : "nothing";
    const { sampleUs, aggrUs } = intervals;
    return `${operations} of ${target}, every ${formatNs(sampleUs * 1e3)} / ${formatNs(aggrUs * 1e3)}`;
  });
  const why = [`${state}${pid === undefined ? "" : ` (pid ${pid})`}`, ...what, whose].join(", ");
  if (entry) return rowOf(feature, "busy", why, said`${isWanted ? "to end it" : "clean up with"}: ${command("stop")}`);
  const next = state === "on" ? said`listen to it: ${listen()}` : "remove it with the tool that made it";
  return rowOf(feature, "busy", why, said`${next}; damo never touches it`);
}

function moduleRow(roots: Roots, module: DamonModule): SaidRow {
  const { name, short, doc, option, since } = module;
  const feature = `module ${name}`;
  const row = (state: FeatureState, why: string, next: Said | null): SaidRow => ({
    ...rowOf(feature, state, why, next),
    ...(since !== undefined && { since }),
  });
  if (!exists(`${roots.modules}/${name}`)) {
    return row("no", `not in this kernel; it ${doc}`, `boot a kernel with ${option}=y (Linux ${since} or newer)`);
  }
  const idle = command("report", { words: ["idle"] });
  const report = short === "stat" ? said`; then: ${idle}` : "";
  if (!modulesOn(roots).some((on) => on.name === name)) {
    // Only root may read whether it is on.
    const isTold = readOptional(`${parametersDir(roots, module)}/enabled`) !== undefined;
    if (!isTold) return row("unknown", `only root may read whether it is on; it ${doc}`, "run as root");
    return row(
      "yes",
      `off; it ${doc}, and then shares DAMON with nobody`,
      said`${moduleCommand(module, "enable")}${report}`,
    );
  }
  const pid = Number(readOptional(`${parametersDir(roots, module)}/kdamond_pid`) ?? -1);
  const read = short === "stat" ? said`read it: ${idle}; ` : "";
  const off = said`${read}turn it off: ${moduleCommand(module, "disable")}`;
  return row("busy", `on${pid > 0 ? ` (pid ${pid})` : ""}: it ${doc}`, off);
}

/** The events that this kernel has, and how they look. */
export function tracepointRows(events: SaidRow, tracepoints: () => DetectedTracepoints): SaidRow[] {
  let found: DetectedTracepoints;
  try {
    found = tracepoints();
  } catch {
    return [events];
  }
  const { layout, hasAge, hasSchemeIndex } = found;
  const known = { "t, r, nr": "5.15", "t, id, r, nr": "5.18", "id, r, nr": "6.7" }[layout];
  const others = [
    ["damos_before_apply", "6.7", hasSchemeIndex ? "" : "; it swaps scheme and target here"],
    ["damon_monitor_intervals_tune", "6.17", ""],
    ["damos_esz", "6.17", ""],
  ] as const;
  return [
    events,
    { ...rowOf("damon_aggregated", "yes", `with (${layout}), as in Linux ${known}`), since: "5.15" },
    {
      ...(hasAge
        ? rowOf("age of regions", "yes", "in damon_aggregated")
        : rowOf("age of regions", "no", "records say unknown", "boot Linux 5.17 or newer")),
      since: "5.17",
    },
    ...others.map(([name, since, trap]) => ({
      ...(found.tracepoints.includes(name)
        ? rowOf(name, "yes", `since Linux ${since}${trap}`)
        : rowOf(name, "no", "not in this kernel", `boot Linux ${since} or newer`)),
      since,
    })),
  ];
}

/** DAMON's older interface, which 6.14 dropped. */
export function debugfsRow(roots: Roots, config: KernelConfig): SaidRow {
  const feature = "debugfs damon";
  const dir = roots.debugfs;
  const mode = ["monitor_on", "monitor_on_DEPRECATED"].find((name) => exists(`${dir}/${name}`));
  if (mode) {
    const how = exists(roots.damon)
      ? said`; damo takes sysfs by itself, and this with ${option("interface", "debugfs")}`
      : "";
    return rowOf(feature, "yes", said`${dir} is there, with ${mode}${how}`);
  }
  const instead = exists(roots.damon) ? "; DAMON by sysfs can do all that it could" : "";
  const isBuilt = config && ["CONFIG_DAMON_DBGFS", "CONFIG_DAMON_DBGFS_DEPRECATED"].some((name) => config.has(name));
  const missing = missingMount(roots, "debugfs");
  if (isBuilt === false) {
    const next = instead ? null : "boot a kernel with CONFIG_DAMON_SYSFS=y, which took its place";
    return rowOf(feature, "no", `only Linux 5.15 to 6.13 can have it${instead}`, next);
  }
  if (!missing && Deno.uid() !== 0) return rowOf(feature, "unknown", "only root may look into debugfs", "run as root");
  if (!missing) return rowOf(feature, "no", `debugfs is mounted, and has no damon${instead}`);
  const next = said`${mountCommand(missing)}, or: ${
    command("record", { options: { interface: "debugfs", mount: true } })
  }`;
  return rowOf(feature, isBuilt ? "no" : "unknown", `${missing.type} is not mounted`, next);
}

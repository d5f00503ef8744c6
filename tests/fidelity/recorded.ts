import type { RecordItem, Snapshot, WorkingSet } from "../../damon/mod.ts";
import { openRecord } from "../../format/mod.ts";
import type { TrueMapping } from "./truth.ts";

/** How a record is made. */
export interface Setting {
  name: string;
  /** Options of `damo record`. */
  options: readonly string[];
}

/** All settings of the table, as it has them. */
export const SETTINGS: readonly Setting[] = [
  { name: "default", options: ["--monitor", "pages"] },
  ...[2, 10, 30].map((percent) => ({
    name: `${percent}%`,
    options: ["--monitor", "pages", "--max_overhead", `${percent}%`],
  })),
  { name: "exact", options: ["--monitor", "pages-exact"] },
];

/** What a record says of a process. */
export interface Recorded {
  /** Of working sets of a second, bytes; weighted by time. NaN where the record has none. */
  mean: number;
  median: number;
  largest: number;
  /** The mean of the errors that the record states, bytes; `undefined` where it states none. */
  error: number | undefined;
  /** Mappings that were accessed without a break by the truth, and that the record never saw accessed. */
  unseen: TrueMapping[];
  /** CPU time of the sampler over the recorded time, and the most that it might take. */
  cpu: number;
  budget: number;
  snapshots: number;
}

const DAMO = new URL("../../damo", import.meta.url).pathname;

/** Records a process for so many seconds. @throws {Error} with what the recorder says where it fails. */
export async function recordOf(pid: number, setting: Setting, seconds: number, path: string): Promise<void> {
  const args = ["record", "--quiet", ...setting.options, "--timeout", `${seconds}`, "-o", path, `${pid}`];
  const { success, stderr } = await new Deno.Command(DAMO, { args, env: { DENO: Deno.execPath() } }).output();
  if (!success) throw new Error(`damo ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}

/** Reads what a record says, held against mappings that were accessed all the while. */
export async function recordedIn(path: string, pid: number, steady: readonly TrueMapping[]): Promise<Recorded> {
  await using record = await openRecord(path);
  const seen = new SeenMappings(steady);
  const [measured, regions]: [WorkingSet[], Sized[]] = [[], []];
  let [cpu, budget] = [NaN, NaN];
  for await (const item of record.items()) {
    seen.take(item, pid);
    if (item.kind === "working_set" && item.workingSet.pid === pid) measured.push(item.workingSet);
    else if (item.kind === "snapshot") regions.push(sizedOf(item.snapshot));
    else if (item.kind === "footer" && item.footer.pages) {
      cpu = item.footer.pages.cpuNs / (item.footer.endNs - record.header.clock.originNs);
      budget = item.footer.pages.maxOverhead;
    }
  }
  const sets = measured.length > 0 ? measured.map(sizedOfMeasured) : regions;
  const errors = measured.map(({ errorBytes }) => errorBytes);
  return {
    ...spreadOf(sets),
    error: errors.length > 0 ? errors.reduce((sum, one) => sum + one, 0) / errors.length : undefined,
    unseen: seen.left(),
    cpu,
    budget,
    snapshots: regions.length,
  };
}

interface Sized {
  ns: number;
  bytes: number;
}

function sizedOf({ startNs, endNs, regions }: Snapshot): Sized {
  let bytes = 0;
  for (let i = 0; i < regions.length; i++) if (regions.nrAccesses[i] > 0) bytes += regions.end[i] - regions.start[i];
  return { ns: endNs - startNs, bytes };
}

function sizedOfMeasured({ startNs, endNs, bytes }: WorkingSet): Sized {
  return { ns: endNs - startNs, bytes };
}

/** Mean, median by time, and largest. */
export function spreadOf(sets: readonly Sized[]): Pick<Recorded, "mean" | "median" | "largest"> {
  const sorted = sets.toSorted((a, b) => a.bytes - b.bytes);
  const all = sorted.reduce((sum, { ns }) => sum + ns, 0);
  let before = 0;
  const median = sorted.find(({ ns }) => (before += ns) >= all / 2)?.bytes ?? NaN;
  const mean = sorted.reduce((sum, { ns, bytes }) => sum + ns * bytes, 0) / all;
  return { mean, median, largest: sorted.at(-1)?.bytes ?? NaN };
}

/** Which of some mappings a record has seen accessed. */
class SeenMappings {
  #left: TrueMapping[];

  constructor(mappings: readonly TrueMapping[]) {
    this.#left = [...mappings];
  }

  left(): TrueMapping[] {
    return this.#left;
  }

  take(item: RecordItem, pid: number): void {
    if (item.kind === "working_set" && item.workingSet.pid === pid) {
      for (const { start, end, bytes } of item.workingSet.mappings) if (bytes > 0) this.#see(start, end);
    } else if (item.kind === "snapshot") {
      const { regions } = item.snapshot;
      for (let i = 0; i < regions.length && this.#left.length > 0; i++) {
        if (regions.nrAccesses[i] > 0) this.#see(regions.start[i], regions.end[i]);
      }
    }
  }

  #see(start: number, end: number): void {
    this.#left = this.#left.filter((one) => one.end <= start || one.start >= end);
  }
}

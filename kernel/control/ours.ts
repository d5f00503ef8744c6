import { command, DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type Kdamond, KernelError, said } from "../../damon/mod.ts";
import {
  bootIdOf,
  errnoOf,
  namesIn,
  readOptional,
  type Roots,
  showsThreads,
  startTicksOf,
  threadOf,
} from "../machine/mod.ts";
import type { KdamondStatus } from "./sysfs_read.ts";

/** What is kept about a kdamond that we staged, so that a later command finds it whatever became of its recorder. */
export interface OwnEntry {
  index: number;
  /** The kernel thread; absent between staging and turning on. */
  kdamondPid?: number;
  /** When that thread began, in clock ticks since boot; absent where nothing tells, and in what earlier versions kept. */
  kdamondStartTicks?: number;
  /** As it was staged. */
  kdamond: Kdamond;
  /** Through which of the kernel's interfaces; absent for sysfs. */
  interface?: "sysfs" | "debugfs";
  /** `nr_kdamonds` as it was before us, to go back to. */
  nrKdamondsBefore: number;
  /** Kdamonds that were started together with it, itself included; absent for 1. */
  nrKdamonds?: number;
  /** Of debugfs: the texts of files as they were before us, by path below its folder. */
  debugfsBefore?: Record<string, string>;
  /** Whether it stays on when who started it ends, until `damo stop`. */
  stays?: boolean;
  bootId: string;
  recorder: { pid: number; startTicks: number; command: string[] };
}

/**
 * Keeps `entry` in a file under `/run`, replaced as a whole.
 *
 * @throws {KernelError} where it cannot be written.
 */
export function keepEntry(roots: Roots, entry: OwnEntry): void {
  const path = entryPath(roots, entry.index, entry.interface);
  inRun(roots, () => {
    const text = JSON.stringify(entry);
    Deno.writeTextFileSync(`${path}.new`, text, { mode: 0o644 });
    Deno.renameSync(`${path}.new`, path);
    // Once more by its thread, for as long as that lives: earlier versions forget what they did not turn off.
    if (entry.kdamondPid !== undefined) {
      Deno.writeTextFileSync(`${roots.run}/thread-${entry.kdamondPid}.json`, text, { mode: 0o644 });
    }
  });
}

/** What we started by the threads that still live, as their start proves, and that no entry names any more. */
export function lostEntries(roots: Roots): OwnEntry[] {
  return namesIn(roots.run).flatMap((name) => {
    if (!/^thread-\d+\.json$/.test(name)) return [];
    const entry = parseEntry(roots, readOptional(`${roots.run}/${name}`));
    const isProven = entry?.kdamondStartTicks !== undefined && isThreadOn(roots, entry) === true;
    if (!isProven) return [];
    return readEntry(roots, entry.index, entry.interface)?.kdamondPid === entry.kdamondPid ? [] : [entry];
  });
}

/** Forgets threads that have ended. */
function dropEndedThreads(roots: Roots): void {
  for (const name of namesIn(roots.run)) {
    if (!/^thread-\d+\.json$/.test(name)) continue;
    const entry = parseEntry(roots, readOptional(`${roots.run}/${name}`));
    // Where threads are not seen nobody could find it by its own either.
    if (!entry || isThreadOn(roots, entry) !== true) Deno.removeSync(`${roots.run}/${name}`);
  }
}

/** Forgets the entry of this kdamond. */
export function dropEntry(roots: Roots, index: number, interfaceName: OwnEntry["interface"] = "sysfs"): void {
  try {
    Deno.removeSync(entryPath(roots, index, interfaceName));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  dropEndedThreads(roots);
}

/** The entry for a kdamond of this boot; one of an earlier boot, or broken, is as if absent. */
export function readEntry(
  roots: Roots,
  index: number,
  interfaceName: OwnEntry["interface"] = "sysfs",
): OwnEntry | undefined {
  const entry = parseEntry(roots, readOptional(entryPath(roots, index, interfaceName)));
  return entry?.index === index ? entry : undefined;
}

/** What was kept in this boot; what is of an earlier one, or broken, is as if absent. */
function parseEntry(roots: Roots, text: string | undefined): OwnEntry | undefined {
  if (text === undefined) return undefined;
  try {
    const entry = JSON.parse(text) as OwnEntry;
    const { bootId, kdamond, recorder } = entry;
    const isWhole = Array.isArray(kdamond.contexts) && Number.isSafeInteger(recorder.pid);
    return isWhole && bootId === bootIdOf(roots) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the kdamond in the tree is the one of `entry`: the same kernel thread while it is on, the same settings while
 * it is off. Somebody may have stopped ours and put theirs in its place: that one is not ours.
 */
export function isOurs(roots: Roots, status: KdamondStatus, entry: OwnEntry | undefined): boolean {
  if (!entry) return false;
  if (status.state === "on" && entry.kdamondPid !== undefined) {
    return status.pid === entry.kdamondPid && isSameThread(roots, entry);
  }
  if (status.contexts.length === 0 || signatureOf(status) === signatureOf(entry.kdamond)) return true;
  return status.state === "off" && entry.kdamondPid === undefined && isHalfStaged(status, entry.kdamond);
}

/** Whether the thread with the entry's pid, if there is one, is the one that the entry is about. */
function isSameThread(roots: Roots, { kdamondPid, kdamondStartTicks }: OwnEntry): boolean {
  const now = threadOf(roots, kdamondPid!)?.startTicks;
  return now === undefined || kdamondStartTicks === undefined || now === kdamondStartTicks;
}

/**
 * The pid of the kernel thread that we started at this place, where it still lives: no lock of DAMON's is needed to know.
 * `undefined` where it does not, and where nobody sees the kernel's threads.
 */
export function livingThreadOf(roots: Roots, index: number): number | undefined {
  const entry = readEntry(roots, index);
  return entry && isThreadOn(roots, entry) === true ? entry.kdamondPid : undefined;
}

/** Whether the kernel thread of an entry lives; `undefined` where that cannot be seen. */
export function isThreadOn(
  roots: Roots,
  entry: Pick<OwnEntry, "kdamondPid" | "kdamondStartTicks">,
): boolean | undefined {
  const { kdamondPid, kdamondStartTicks } = entry;
  if (kdamondPid === undefined || !showsThreads(roots)) return undefined;
  const thread = threadOf(roots, kdamondPid);
  return thread !== undefined && (kdamondStartTicks === undefined || thread.startTicks === kdamondStartTicks);
}

/** The entry of a kdamond that is ours; `undefined` where it is not, or nothing is staged in it. */
export function readOwned(roots: Roots, status: KdamondStatus): OwnEntry | undefined {
  if (status.state === "off" && status.contexts.length === 0) return undefined;
  const entry = readEntry(roots, status.index, status.interface);
  return isOurs(roots, status, entry) ? entry : undefined;
}

/** Whether each setting is the wanted one, or still as the kernel makes it: its recorder was killed while staging. */
function isHalfStaged({ contexts }: Kdamond, wanted: Kdamond): boolean {
  return contexts.length === wanted.contexts.length && contexts.every((context, c) => {
    const { operations, intervals, nrRegions, targets } = wanted.contexts[c];
    const isOneOf = (value: unknown, ...values: unknown[]) => values.includes(value);
    return isOneOf(context.operations, operations, "vaddr") &&
      isOneOf(context.intervals.sampleUs, intervals.sampleUs, DEFAULT_INTERVALS.sampleUs) &&
      isOneOf(context.intervals.aggrUs, intervals.aggrUs, DEFAULT_INTERVALS.aggrUs) &&
      isOneOf(context.intervals.updateUs, intervals.updateUs, KERNEL_UPDATE_US) &&
      isOneOf(context.nrRegions.min, nrRegions.min, DEFAULT_NR_REGIONS.min) &&
      isOneOf(context.nrRegions.max, nrRegions.max, DEFAULT_NR_REGIONS.max) &&
      context.targets.length <= targets.length;
  });
}

/** The kernel's own update interval: 60 s, not the 1 s that damo asks for. */
const KERNEL_UPDATE_US = 60_000_000;

/** Whether the process that made the entry still runs (and is not another one with its pid). */
export function isRecorderAlive(roots: Roots, { recorder }: OwnEntry): boolean {
  return startTicksOf(roots, recorder.pid) === recorder.startTicks;
}

/**
 * Targets are left out: the kernel gives 0 for the pid of one that has ended. So are intervals that it tunes itself.
 */
function signatureOf({ contexts }: Kdamond): string {
  return JSON.stringify(contexts.map(({ operations, intervals, nrRegions, targets, schemes = [] }) => {
    const { sampleUs, aggrUs, updateUs, goal } = intervals;
    const times = goal ? "tuned" : [sampleUs, aggrUs, updateUs];
    return [operations, times, nrRegions, targets.length, schemes.map(({ action }) => action)];
  }));
}

function entryPath(roots: Roots, index: number, interfaceName: OwnEntry["interface"] = "sysfs"): string {
  return `${roots.run}/${interfaceName === "debugfs" ? "debugfs" : "kdamond"}-${index}.json`;
}

/** A wait that takes longer than this is said, ms. */
const SAY_MS = 1000;

/**
 * Runs `change` while no other command of ours changes the tree.
 *
 * @throws {KernelError} where this user may not, and what `change` throws.
 */
export async function withLock<T>(roots: Roots, change: () => T | Promise<T>): Promise<T> {
  using file = openLock(roots);
  if (!(await file.tryLock(true))) {
    const say = setTimeout(() => roots.say?.("waiting for another damo to end its change of what DAMON does"), SAY_MS);
    await file.lock(true).finally(() => clearTimeout(say));
  }
  return await change();
}

function openLock(roots: Roots): Deno.FsFile {
  return inRun(roots, () => Deno.openSync(`${roots.run}/lock`, { create: true, write: true, mode: 0o644 }));
}

/** Writes in the folder of entries, which is made where it is not there. */
function inRun<T>(roots: Roots, write: () => T): T {
  try {
    Deno.mkdirSync(roots.run, { recursive: true, mode: 0o755 });
    return write();
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new KernelError("change what DAMON does", 13, `${roots.run}/lock`, "run as root");
    }
    throw new KernelError(
      "keep what damo starts",
      errnoOf(error),
      roots.run,
      said`it must be a writable folder: ${command("stop")} finds there what to stop`,
    );
  }
}

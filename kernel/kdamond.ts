import {
  BusyError,
  checkKdamond,
  type Kdamond,
  KernelError,
  type Operations,
  planOf,
  UnsupportedError,
} from "../damon/mod.ts";
import { requireDamon } from "./detect.ts";
import { dropEntry, isOurs, isRecorderAlive, keepEntry, type OwnEntry, readEntry, withLock } from "./ours.ts";
import { bootIdOf } from "./host.ts";
import { startTicksOf } from "./process.ts";
import { readOptional, type Roots } from "./roots.ts";
import { describeKdamond, kdamondsDir, type KdamondStatus, readKdamonds, runPlan, writeKernel } from "./sysfs.ts";

const MODULES = ["damon_reclaim", "damon_lru_sort", "damon_stat"];

/** A kdamond that we started. Disposing it turns it off and leaves the tree as it was found. */
export interface RunningKdamond extends AsyncDisposable {
  readonly index: number;
  /** Its kernel thread. */
  readonly pid: number;
  /** Whether the kernel still runs it: it stops by itself when its last target has ended. */
  isOn(): boolean;
  /** Turns it off; a second call does nothing. */
  stop(): Promise<void>;
}

/**
 * Stages `kdamond` in the sysfs tree and turns it on.
 *
 * It refuses where a kdamond that is not ours is on or staged, before anything is written; where a write fails, what
 * was written before is taken back.
 *
 * @throws {RangeError} for settings that no kernel takes.
 * @throws {BusyError} naming who is in the way.
 * @throws {UnsupportedError} where the kernel lacks the operations.
 * @throws {KernelError} where the kernel refuses a write.
 */
export async function startKdamond(roots: Roots, kdamond: Kdamond): Promise<RunningKdamond> {
  checkKdamond(kdamond);
  return await withLock(roots, () => {
    const found = readKdamonds(roots);
    refuseOthers(roots, found);
    const dir = kdamondsDir(roots);
    const entry: OwnEntry = {
      index: 0,
      kdamond,
      nrKdamondsBefore: found.length,
      bootId: bootIdOf(roots),
      recorder: { pid: Deno.pid, startTicks: startTicksOf(roots, Deno.pid) ?? 0, command: Deno.args },
    };
    // Kept before the first write: whenever this process is killed from here on, `damo stop` knows what to undo.
    keepEntry(roots, entry);
    try {
      if (found.length === 0) writeKernel(`${dir}/nr_kdamonds`, "1");
      stage(dir, kdamond);
      writeKernel(`${dir}/0/state`, "on", "the target may have ended, or another user of DAMON (debugfs) is on");
    } catch (error) {
      restore(roots, entry);
      throw error;
    }
    const pid = readKdamonds(roots)[0]?.pid;
    if (pid === undefined) {
      restore(roots, entry);
      throw new KernelError("turn DAMON on", 0, `${dir}/0/state`, "its target may have ended already");
    }
    const running: OwnEntry = { ...entry, kdamondPid: pid };
    keepEntry(roots, running);
    return new OurKdamond(roots, running, pid);
  });
}

/**
 * Checks, without writing anything, that {@linkcode startKdamond} would not refuse right now.
 *
 * @throws {UnsupportedError} naming what this machine lacks.
 * @throws {BusyError} naming who is in the way.
 */
export async function requireFreeDamon(roots: Roots, operations: Operations): Promise<void> {
  await requireDamon(roots, operations);
  refuseOthers(roots, readKdamonds(roots));
}

class OurKdamond implements RunningKdamond {
  #stopped: Promise<void> | undefined;
  constructor(readonly roots: Roots, readonly entry: OwnEntry, readonly pid: number) {}

  get index(): number {
    return this.entry.index;
  }

  isOn(): boolean {
    const dir = `${kdamondsDir(this.roots)}/${this.index}`;
    return readOptional(`${dir}/pid`) === String(this.pid) && readOptional(`${dir}/state`) === "on";
  }

  stop(): Promise<void> {
    this.#stopped ??= withLock(this.roots, () => {
      const status = readKdamonds(this.roots)[this.index];
      // Somebody else may have stopped ours and taken the place: theirs stays as it is.
      if (status && isOurs(status, this.entry)) restore(this.roots, this.entry);
      else dropEntry(this.roots, this.index);
    });
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** What {@linkcode stopOurs} did with one kdamond. */
export interface Stopped {
  status: KdamondStatus;
  /** Whose recorder still runs: it is asked to end, and turns its kdamond off itself. */
  recorderPid?: number;
}

/**
 * Turns off every kdamond that we started and whose recorder is gone, and names those whose recorder still runs.
 * Others' kdamonds are neither touched nor returned.
 */
export async function stopOurs(roots: Roots): Promise<Stopped[]> {
  return await withLock(roots, () => {
    const stopped: Stopped[] = [];
    for (const status of readKdamonds(roots)) {
      const entry = readEntry(roots, status.index);
      if (!entry) continue;
      if (isRecorderAlive(roots, entry)) {
        stopped.push({ status, recorderPid: entry.recorder.pid });
      } else if (isOurs(status, entry)) {
        restore(roots, entry);
        stopped.push({ status });
      } else {
        dropEntry(roots, status.index);
      }
    }
    return stopped;
  });
}

/** @throws {BusyError} if a kdamond is on or staged that this command may not take over. */
function refuseOthers(roots: Roots, found: KdamondStatus[]): void {
  // A module takes the whole of DAMON for itself: the kernel would say EBUSY, and no more.
  const module = MODULES.find((name) =>
    /^[Y1]/.test(readOptional(`${roots.modules}/${name}/parameters/enabled`) ?? "")
  );
  if (module !== undefined) {
    throw new BusyError(
      `Cannot start DAMON as the kernel's ${module} is on and takes it alone; it was left untouched. ` +
        `Where it is yours to turn off: echo N > ${roots.modules}/${module}/parameters/enabled`,
    );
  }
  for (const status of found) {
    if (status.state === "off" && status.contexts.length === 0) continue;
    const entry = readEntry(roots, status.index);
    if (!isOurs(status, entry)) {
      throw new BusyError(
        `Cannot start DAMON as a kdamond that damo did not start is in the way: ${describeKdamond(status)}; ` +
          `it was left untouched. Stop it with the tool that started it, or watch it as it is: damo record --ongoing`,
      );
    }
    throw new BusyError(
      isRecorderAlive(roots, entry!)
        ? `Cannot start DAMON as another damo record (pid ${entry!.recorder.pid}) uses ${describeKdamond(status)}; ` +
          `end it with: damo stop`
        : `Cannot start DAMON as ${describeKdamond(status)} was left behind by a damo record that was killed ` +
          `(pid ${entry!.recorder.pid}); clean up with: damo stop`,
    );
  }
}

function stage(dir: string, kdamond: Kdamond): void {
  const writes = planOf(kdamond, 0);
  const [first, ...rest] = writes;
  runPlan(dir, [first]);
  for (const { operations } of kdamond.contexts) requireOperations(dir, operations);
  runPlan(dir, rest);
}

/** `avail_operations` exists since 5.19; before that, a refused write says the same. */
function requireOperations(dir: string, operations: Operations): void {
  const available = readOptional(`${dir}/0/contexts/0/avail_operations`);
  if (available === undefined || available.split(/\s+/).includes(operations)) return;
  const option = operations === "paddr" ? "CONFIG_DAMON_PADDR" : "CONFIG_DAMON_VADDR";
  throw new UnsupportedError(
    `Cannot monitor ${operations === "paddr" ? "physical memory" : "a process"} with DAMON as this kernel must have ` +
      `${operations} (${option}=y): it has ${available.replaceAll("\n", ", ") || "none"}`,
    operations,
    option,
  );
}

/** Turns our kdamond off and takes back what we made; every step is tried, whatever became of the one before. */
function restore(roots: Roots, entry: OwnEntry): void {
  const dir = kdamondsDir(roots);
  const attempt = (path: string, text: string) => {
    try {
      writeKernel(path, text);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
    }
  };
  if (readOptional(`${dir}/${entry.index}/state`) === "on") attempt(`${dir}/${entry.index}/state`, "off");
  attempt(`${dir}/${entry.index}/contexts/nr_contexts`, "0");
  // Only what we added is taken away: more directories than ours mean that somebody else came since.
  if (entry.nrKdamondsBefore === 0 && readOptional(`${dir}/nr_kdamonds`) === "1") attempt(`${dir}/nr_kdamonds`, "0");
  dropEntry(roots, entry.index);
}

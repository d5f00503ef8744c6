import {
  type Attributes,
  BusyError,
  checkKdamond,
  command,
  failed,
  type Kdamond,
  KernelError,
  type Operations,
  said,
  type Target,
} from "../../damon/mod.ts";
import { chooseInterface, interfacesHere, readAllKdamonds } from "./choose_interface.ts";
import { requireDamon, requireDebugfs } from "./detect.ts";
import { bootIdOf, type Roots, startTicksOf, withLivingThreads } from "../machine/mod.ts";
import type { DamonInterface } from "./interface.ts";
import {
  dropEntry,
  isOurs,
  isRecorderAlive,
  isThreadOn,
  keepEntry,
  lostEntries,
  type OwnEntry,
  readEntry,
  readOwned,
  withLock,
} from "./ours.ts";
import { restoreAll } from "./stop_all.ts";
import { ownerOf, refuseOthers, whyEnded } from "./refuse_others.ts";
import { hasEnded, staysOn, type Tuned, tuneOne } from "./checked_tune.ts";
import { describeKdamond, type KdamondStatus } from "./sysfs.ts";

/** A kdamond that we started. Disposing it turns it off and leaves the tree as it was found. */
export interface RunningKdamond extends AsyncDisposable {
  /** Its place among the kernel's. */
  readonly index: number;
  /** Its kernel thread. */
  readonly pid: number;
  /** The ids of threads that the kernel was told last, target by target: see {@linkcode withLivingThreads}. */
  readonly threads: readonly (number | undefined)[];
  /** Whether the kernel still runs it: it stops by itself when its last target has ended. */
  isOn(): boolean;
  /** Turns it off; a second call does nothing. */
  stop(): Promise<void>;
  /**
   * Makes it watch these while it runs; a target without regions keeps those it has. With `attributes` it looks as often
   * and as finely from now on.
   *
   * @throws {KernelError} where it is off, or the kernel refuses.
   */
  commit(targets: readonly Target[], attributes?: Partial<Attributes>): Promise<void>;
  /**
   * Turns it off, if it is on, and on again with these: another kernel thread, which knows nothing yet.
   *
   * @throws {KernelError} where the kernel refuses: then it is off.
   */
  restart(targets: readonly Target[]): Promise<void>;
}

/** How kdamonds are started. */
export interface StartOptions {
  /** Whether they stay on when this process ends, until `damo stop`. */
  stays?: boolean;
  /** Which of the kernel's interfaces; by default sysfs where it is there. */
  damon?: DamonInterface;
}

/** {@linkcode startKdamonds} with one. */
export async function startKdamond(roots: Roots, kdamond: Kdamond): Promise<RunningKdamond> {
  return (await startKdamonds(roots, [kdamond]))[0];
}

/**
 * Stages `wanted` and turns them on: all of them, or none.
 *
 * It refuses where a kdamond that is not ours is on or staged, before anything is written; where a write fails, what
 * was written before is taken back.
 *
 * @throws {RangeError} for settings that no kernel takes.
 * @throws {BusyError} naming who is in the way.
 * @throws {UnsupportedError} where the kernel lacks what is asked for.
 * @throws {KernelError} where the kernel refuses a write.
 */
export async function startKdamonds(
  roots: Roots,
  wanted: readonly Kdamond[],
  { stays = false, damon = chooseInterface(roots) }: StartOptions = {},
): Promise<RunningKdamond[]> {
  wanted.forEach(checkKdamond);
  return await withLock(roots, async () => {
    refuseOthers(roots, await readAllKdamonds(roots));
    damon.require(wanted);
    const kdamonds = withLivingThreads(roots, wanted);
    const entries = kdamonds.map((kdamond, index): OwnEntry => ({
      index,
      kdamond,
      interface: damon.name,
      ...damon.before(),
      nrKdamonds: kdamonds.length,
      ...(stays && { stays }),
      bootId: bootIdOf(roots),
      recorder: { pid: Deno.pid, startTicks: startTicksOf(roots, Deno.pid) ?? 0, command: Deno.args },
    }));
    // Kept before the first write: whenever this process is killed from here on, `damo stop` knows what to undo.
    entries.forEach((entry) => keepEntry(roots, entry));
    try {
      await damon.run(damon.startPlan(kdamonds));
      const found = await damon.read();
      const gone = entries.find(({ index }) => found[index]?.pid === undefined);
      if (gone) {
        throw new KernelError("turn DAMON on", 0, `kdamond ${gone.index}`, "its target may have ended already");
      }
      return entries.map((entry) => {
        const running = withThread(roots, entry, found[entry.index].pid!);
        keepEntry(roots, running);
        return new OurKdamond(roots, running, damon);
      });
    } catch (error) {
      await restoreAll(entries.toReversed(), (entry) => damon.restore(entry), error);
      throw error;
    }
  });
}

/** The entry with the thread that runs it now. */
function withThread(roots: Roots, { kdamondStartTicks: _before, ...entry }: OwnEntry, kdamondPid: number): OwnEntry {
  const kdamondStartTicks = startTicksOf(roots, kdamondPid);
  return { ...entry, kdamondPid, ...(kdamondStartTicks !== undefined && { kdamondStartTicks }) };
}

/**
 * Changes kdamonds of ours that are on, by index: only what differs is written. All are changed, or, where the kernel
 * refuses a write, none.
 *
 * @throws {BusyError} where one is not ours.
 * @throws {RangeError} where there is no such kdamond, it is off, or for settings that no kernel takes.
 * @throws {UnsupportedError} where the kernel lacks what is asked for.
 * @returns What was done, by index: targets that have ended are taken out, as a kernel would turn the kdamond off for them.
 * @throws {KernelError} where the kernel refuses a write.
 */
export async function tuneKdamonds(
  roots: Roots,
  asked: ReadonlyMap<number, Kdamond>,
  damon: DamonInterface = chooseInterface(roots),
): Promise<ReadonlyMap<number, Tuned>> {
  for (const kdamond of asked.values()) checkKdamond(kdamond);
  const wanted = new Map([...asked].map(([index, kdamond]) => [index, withLivingThreads(roots, [kdamond])[0]]));
  return await withLock(roots, async () => {
    const statuses = await damon.read();
    for (const index of wanted.keys()) requireOurs(roots, statuses, index);
    damon.require([...wanted.values()]);
    for (const [index, kdamond] of wanted) damon.requireChange?.(statuses[index], kdamond);
    const ours = statuses.flatMap((status) => status.state === "on" ? readOwned(roots, status) ?? [] : []);
    const before = new Map(ours.map((entry) => [entry.index, entry]));
    const tuned = new Map<number, Tuned>();
    const change = async (index: number, to: Kdamond, kept: Kdamond): Promise<Tuned> => {
      const done = await tuneOne(roots, damon, before.get(index)!, to, kept);
      // By debugfs all of them were off for a moment: other threads run now.
      const found = await damon.read();
      for (const entry of before.values()) {
        const now = entry.index === index ? { ...entry, kdamond: done.kdamond } : entry;
        const pid = found[entry.index]?.pid;
        before.set(entry.index, pid === undefined ? now : withThread(roots, now, pid));
        keepEntry(roots, before.get(entry.index)!);
      }
      return done;
    };
    const tried: number[] = [];
    const kept = new Map(ours.map(({ index, kdamond }) => [index, kdamond]));
    try {
      for (const [index, kdamond] of wanted) {
        tried.unshift(index);
        tuned.set(index, await change(index, kdamond, kdamond));
      }
    } catch (error) {
      // What the kernel would have refused is staged now: a later commit must not find it. Where all has ended there is none.
      const isGone = error instanceof RangeError;
      if (!isGone) { for (const index of tried) await change(index, statuses[index], kept.get(index)!); }
      throw error;
    }
    return tuned;
  });
}

/**
 * The entry of a kdamond that may be changed.
 *
 * @throws {BusyError} where it is not ours; {RangeError} where it is not there, or off.
 */
export function requireOurs(roots: Roots, statuses: readonly KdamondStatus[], index: number): OwnEntry {
  const status = statuses[index];
  if (!status) throw noKdamond(`There is no kdamond ${index}`);
  const entry = readEntry(roots, index, status.interface);
  if (status.contexts.length > 0 && !isOurs(roots, status, entry)) {
    throw new BusyError(
      `damo did not start ${describeKdamond(status)}: it was left untouched`,
    );
  }
  if (status.state === "off" || !entry) {
    throw entry
      ? failed(RangeError, { ...whyEnded(status), what: `There is nothing to change` })
      : noKdamond(`Kdamond ${index} is not on`);
  }
  return entry;
}

function noKdamond(what: string): RangeError {
  return failed(RangeError, { what, help: said`start one with ${command("start")}` });
}

/**
 * Checks, without writing anything, that {@linkcode startKdamond} would not refuse right now.
 *
 * @throws {UnsupportedError} naming what this machine lacks.
 * @throws {BusyError} naming who is in the way.
 */
export async function requireFreeDamon(
  roots: Roots,
  operations: Operations,
  damon: DamonInterface = chooseInterface(roots),
): Promise<void> {
  if (damon.name === "debugfs") await requireDebugfs(roots);
  else await requireDamon(roots, operations);
  refuseOthers(roots, await readAllKdamonds(roots));
}

class OurKdamond implements RunningKdamond {
  #stopped: Promise<void> | undefined;
  #entry: OwnEntry;
  #pid: number;
  constructor(readonly roots: Roots, entry: OwnEntry, readonly damon: DamonInterface) {
    this.#entry = entry;
    this.#pid = entry.kdamondPid!;
  }

  get pid(): number {
    return this.#pid;
  }

  get index(): number {
    return this.#entry.index;
  }

  get threads(): (number | undefined)[] {
    return this.#entry.kdamond.contexts.flatMap(({ targets }) => targets.map(({ pid }) => pid));
  }

  isOn(): boolean {
    return this.damon.isOn(this.index, this.pid);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop().catch((error) => {
      // It is on still: who asks once more may have more luck.
      this.#stopped = undefined;
      throw error;
    });
    return this.#stopped;
  }

  #stop(): Promise<void> {
    return withLock(this.roots, async () => {
      const status = (await this.damon.read())[this.index];
      // Somebody else may have stopped ours and taken the place: theirs stays as it is.
      if (status && isOurs(this.roots, status, this.#entry)) await this.damon.restore(this.#entry);
      else if (isThreadOn(this.roots, this.#entry) !== true) dropEntry(this.roots, this.index, this.damon.name);
    });
  }

  async commit(targets: readonly Target[], attributes?: Partial<Attributes>): Promise<void> {
    await withLock(this.roots, async () => {
      const what = `kdamond ${this.index}`;
      if (!this.isOn()) throw new KernelError("change targets", 0, what, "it is off");
      const gone = targets.find(({ pid }) => pid !== undefined && hasEnded(this.roots, pid));
      // For one that has ended the kernel would end the kdamond.
      if (gone) throw new KernelError("change targets", 3, what, `process ${gone.pid} has ended`);
      await this.#retarget(targets, "commit", attributes);
      if (!await staysOn(this)) {
        throw new KernelError("change targets", 0, what, "it ended, as a target ended meanwhile");
      }
    });
  }

  async restart(targets: readonly Target[]): Promise<void> {
    await withLock(this.roots, async () => {
      const refuse = (why: string) => new KernelError("turn DAMON on again", 0, `kdamond ${this.index}`, why);
      const before = (await this.damon.read())[this.index];
      if (this.#stopped || !before || !isOurs(this.roots, before, this.#entry)) {
        throw refuse("somebody else turned it off");
      }
      if (before.state === "on") await this.damon.turnOff!(this.#entry);
      const { kdamondPid: _pid, kdamondStartTicks: _ticks, ...entry } = this.#entry;
      this.#entry = entry;
      await this.#retarget(targets, "on");
      const kdamondPid = (await this.damon.read())[this.index]?.pid;
      if (kdamondPid === undefined) throw refuse("its targets may have ended already");
      this.#pid = kdamondPid;
      this.#keep(withThread(this.roots, this.#entry, kdamondPid));
    });
  }

  async #retarget(targets: readonly Target[], word: "commit" | "on", attributes?: Partial<Attributes>): Promise<void> {
    const { contexts: before } = this.#entry.kdamond;
    const contexts = before.map((context) => ({ ...context, ...attributes, targets: [...targets] }));
    const kdamond = { ...this.#entry.kdamond, contexts };
    // Kept before it is so: whenever this process is killed, `damo stop` knows it by what is staged.
    this.#keep({ ...this.#entry, kdamond });
    await this.damon.run(this.damon.targetsPlan!(this.index, kdamond, word, attributes !== undefined));
  }

  #keep(entry: OwnEntry): void {
    this.#entry = entry;
    keepEntry(this.roots, entry);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** What {@linkcode stopOurs} did with one kdamond. */
export interface Stopped {
  /** What it was. */
  status: KdamondStatus;
  /** Which command started it, as in `damo record`. */
  owner: string;
  /** Whose recorder still runs: it is asked to end, and turns its kdamond off itself. */
  recorderPid?: number;
  /** Whether it was to stay on until now. */
  stayed?: boolean;
}

/**
 * Turns off every kdamond that we started and whose recorder is gone, also one that an earlier version has forgotten, and
 * names those whose recorder still runs.
 * Others' kdamonds are neither touched nor returned.
 *
 * @throws {KernelError} where one of them is still on then.
 */
export async function stopOurs(
  roots: Roots,
  interfaces: readonly DamonInterface[] = interfacesHere(roots),
): Promise<Stopped[]> {
  return await withLock(roots, async () => {
    const stopped: Stopped[] = [];
    const all: { damon: DamonInterface; status: KdamondStatus }[] = [];
    for (const damon of interfaces) all.push(...(await damon.read()).map((status) => ({ damon, status })));
    await restoreAll(all, async ({ damon, status }) => {
      const entry = readEntry(roots, status.index, damon.name);
      if (!entry) return;
      if (!entry.stays && isRecorderAlive(roots, entry)) {
        stopped.push({ status, owner: ownerOf(entry), recorderPid: entry.recorder.pid });
      } else if (isOurs(roots, status, entry)) {
        await damon.restore(entry);
        stopped.push({ status, owner: ownerOf(entry), ...(entry.stays && { stayed: true }) });
      } else if (isThreadOn(roots, entry) !== true) {
        dropEntry(roots, status.index, damon.name);
      }
    });
    await restoreAll(lostEntries(roots), async (lost) => {
      const found = all.find(({ status }) => status.pid === lost.kdamondPid);
      if (!found) return;
      const { damon, status } = found;
      await damon.restore({ ...lost, index: status.index });
      stopped.push({ status, owner: ownerOf(lost), ...(lost.stays && { stayed: true }) });
    });
    return stopped;
  });
}

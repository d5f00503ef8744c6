import {
  type AddressRange,
  type Attributes,
  type Context,
  KernelError,
  rangesOf,
  type RecordedKdamond,
  type Regions,
  type Target,
} from "../../damon/mod.ts";
import { descendantsOf, isAlive, livingThreadOf, mappingsOf, type Roots, startTicksOf } from "../machine/mod.ts";
import type { FollowedRanges } from "../control/mod.ts";

/** A kdamond of ours whose targets change while it runs. */
export interface RetargetedKdamond {
  /** Its kernel thread now. */
  readonly pid: number;
  /** What it was started with, target by target; absent where those are the processes of the targets. */
  readonly threads?: readonly (number | undefined)[];
  isOn(): boolean;
  /**
   * Makes it watch these, as often and as finely as said. @throws {KernelError} where the kernel takes them not, or not now.
   */
  commit(targets: readonly Target[], attributes?: Partial<Attributes>): Promise<void>;
  /** Turns it on once more where it went off. @throws {KernelError} likewise. */
  restart(targets: readonly Target[]): Promise<void>;
}

/** How {@linkcode FollowedTargets} goes about it. */
export interface FollowOptions {
  /**
   * Whether a commit gives a target another process. Before Linux 6.7 it may add one instead: then what has ended is got
   * rid of by turning the kdamond off and on.
   */
  replaces?: boolean;
  /** Whether what the targets fork is watched; by default it is. */
  children?: boolean;
  /** Where the ranges of each target follow what it has in memory. */
  ranges?: FollowedRanges | undefined;
  /** Now, ns: by the clock of the snapshots. */
  clockNs(): number;
}

/** One of the kernel's targets, which it names by its place among them. */
interface Slot {
  /** Target id in the record of whose snapshots these are, until another one has the place. */
  id: number;
  /** By which of its threads the kernel was told to watch it. */
  thread: number;
  /** Set where the process has ended and nobody is watched in its place: when the kernel knew of it. */
  parkedNs?: number;
  /** Set where it is not sure that the kernel knows of it: what is to be watched is said once more. */
  isNew?: boolean;
}

/** A place in the list to come, and who is to have it from now on. */
interface Place {
  slot: Slot;
  /** Set where the place is another process's from now on. */
  pid?: number;
  /** By which thread the process is watched. */
  thread: number;
}

/** Most targets at a time: each costs writes with every change. */
const MOST_TARGETS = 256;
/** A child is taken in when it is found a second time: one that ends while the kernel is told costs the most. */
const LOOKS = 2;
/** Update intervals from one change to the next: the kernel begins to count its own anew with each. */
const PAUSE_UPDATES = 2;
/** How long a kdamond may take to end for a commit that it could not take, ns. */
const UNSURE_NS = 1e9;
const RESTARTS = 5;
/** What is watched in the place of a process that ended: no process has this page. Larger pages are rounded to. */
const PARKED: readonly AddressRange[] = [{ start: 0, end: 4096 }];

/**
 * Makes the processes that a kdamond's targets fork, and those that these fork, targets of it as well, while it runs.
 *
 * The kernel names a target by its place in a list; each process gets an id of its own here, the place of its pid in
 * {@linkcode pids}. The kernel takes a list only if each process in it is there: the place of one that has ended goes to
 * the kdamond itself, a thread of the kernel without memory, and to another process no sooner than all snapshots of the
 * first have come through. Up to Linux 6.14 a process that ends between our look and the commit, which waits for
 * the next aggregation, makes the kernel end the kdamond: it is turned on again, under another pid.
 *
 * The kernel finds the memory of a process by one thread of it: where that one ends and others go on, it is told another.
 */
export class FollowedTargets {
  /** By target id: those that it began with, then the others as they were taken in. */
  readonly pids: number[] = [];
  /** How often it was turned on again. */
  restarts = 0;
  /** What the last look for processes took, without what the kernel took to follow. */
  lookMs = 0;
  readonly #roots: Roots;
  readonly #context: Context;
  readonly #kdamond: RetargetedKdamond;
  readonly #options: FollowOptions;
  readonly #ticks: (number | undefined)[] = [];
  /** Ids of those that have not ended; who has ended stays so. */
  readonly #alive = new Set<number>();
  /** By the pid of the kernel thread: the last are those of now. */
  readonly #slots = new Map<number, Slot[]>();
  /** Children that were found once, or more often, by pid. */
  #found = new Map<number, number>();
  /** The time of the last snapshot of this thread that came. */
  #seenNs = 0;
  #nextNs = 0;
  /** When a commit was asked for of which it is not sure that the kernel took it. */
  #unsureNs: number | undefined;
  /** Restarts in a row that the kernel refused. */
  #failures = 0;
  /** Whether there was ever a place without a process. */
  #hasParked = false;

  constructor(roots: Roots, recorded: RecordedKdamond, kdamond: RetargetedKdamond, options: FollowOptions) {
    this.#roots = roots;
    this.#context = recorded.contexts[0];
    this.#kdamond = kdamond;
    this.#options = options;
    this.#slots.set(
      recorded.pid,
      this.#context.targets.map(({ pid }, i) => ({ id: this.#learn(pid!), thread: kdamond.threads?.[i] ?? pid! })),
    );
  }

  /** Whether this kernel thread is the kdamond's, or was. */
  has(kdamond: number): boolean {
    return this.#slots.has(kdamond);
  }

  /** Whether it may be off only until it is turned on again. */
  get isUnsure(): boolean {
    return this.#unsureNs !== undefined || (this.#failures < RESTARTS && this.#orphans().size > 0);
  }

  /** Pids of those that run. */
  living(): number[] {
    return this.#living().map((id) => this.pids[id]);
  }

  /**
   * Whose regions these are, by the kernel's index of the target: its id in the record. `undefined` where nobody is
   * watched in that place. To be asked for each snapshot in order.
   */
  idOf(kdamond: number, target: bigint, regions: Regions, endNs: number): number | undefined {
    if (kdamond === this.#kdamond.pid) this.#seenNs = Math.max(this.#seenNs, endNs);
    const slot = this.#slots.get(kdamond)?.[Number(target)];
    return slot === undefined || (this.#hasParked && isParked(regions)) ? undefined : slot.id;
  }

  /**
   * Looks for children and for those that have ended, and has the kernel follow.
   *
   * @returns pids that are watched from now on.
   */
  async look(): Promise<number[]> {
    const beginMs = performance.now();
    const nowNs = this.#options.clockNs();
    const living = this.#living();
    const begun = this.#options.children === false ? [] : this.#candidates(living);
    this.lookMs = performance.now() - beginMs;
    if (this.#unsureNs !== undefined) {
      if (!this.#kdamond.isOn() && living.length > 0) return await this.#restart(living, begun);
      if (nowNs - this.#unsureNs > UNSURE_NS) this.#unsureNs = undefined;
      return [];
    }
    const { ranges, replaces, children } = this.#options;
    const orphans = this.#orphans();
    // The last thread that it knew of is gone, and itself with it.
    if (orphans.size > 0 && !this.#kdamond.isOn()) {
      return this.#failures < RESTARTS ? await this.#restart(living, begun) : [];
    }
    const slots = this.#slots.get(this.#kdamond.pid)!;
    const moved = new Set(ranges ? living.filter((id) => ranges.isDue(this.pids[id])) : []);
    const isEarly = nowNs < this.#nextNs;
    if (isEarly && moved.size + orphans.size === 0) return [];
    const isFollowing = children !== false || ranges !== undefined;
    const ended = isFollowing && slots.some(({ id, parkedNs }) => parkedNs === undefined && !this.#alive.has(id));
    // On such kernels a commit for one's sake would add the other's place to the list.
    if (ended && replaces === false && isEarly) return [];
    const taken = isEarly ? [] : begun;
    if ((!ended && taken.length + moved.size + orphans.size === 0) || living.length + taken.length === 0) return [];
    for (const pid of taken) await ranges?.begin(pid, living.length + taken.length);
    if ((ended || orphans.size > 0) && replaces === false) return await this.#restart(living, taken);
    return await this.#commit(slots, taken, moved);
  }

  /** @param moved Ids whose ranges are to be others. */
  async #commit(slots: readonly Slot[], begun: readonly number[], moved: ReadonlySet<number>): Promise<number[]> {
    const places: Place[] = slots.map((slot) => {
      const isOver = slot.parkedNs === undefined && !this.#alive.has(slot.id);
      return { slot: isOver ? { ...slot, parkedNs: Infinity } : slot, thread: this.#threadOf(slot) };
    });
    // All that was seen of who had the place before has come.
    const isFree = ({ parkedNs }: Slot) => parkedNs !== undefined && parkedNs < this.#seenNs;
    const free = places.filter(({ slot }) => isFree(slot));
    const taken = new Map<number, readonly AddressRange[]>();
    for (const pid of begun) {
      const ranges = this.#rangesOf(pid);
      // It has ended, or is about to.
      if (ranges.length === 0) continue;
      taken.set(pid, ranges);
      const thread = livingThreadOf(this.#roots, pid);
      const place = free.shift();
      if (place) Object.assign(place, { pid, thread });
      else places.push({ slot: { id: -1, thread }, pid, thread });
    }
    while (places.length > 0 && places.at(-1)!.pid === undefined && isFree(places.at(-1)!.slot)) places.pop();
    const targets = places.map(({ slot, pid, thread }): Target => {
      if (pid !== undefined) return { pid: thread, regions: [...taken.get(pid)!] };
      if (slot.parkedNs !== undefined) return { pid: this.#kdamond.pid, regions: [...PARKED] };
      const pidNow = this.pids[slot.id];
      return { pid: thread, regions: slot.isNew || moved.has(slot.id) ? this.#rangesOf(pidNow) : [] };
    });
    this.#hasParked ||= places.some(({ slot }) => slot.parkedNs !== undefined);
    const { ranges } = this.#options;
    const beginMs = performance.now();
    try {
      await this.#kdamond.commit(targets, ranges?.attributes());
    } catch (error) {
      // Somebody else looked at DAMON's files in this moment, or a process ended in it: once more with the next look.
      if (!(error instanceof KernelError)) throw error;
      ranges?.took(false, performance.now() - beginMs);
      this.#nextNs = this.#options.clockNs() + this.#context.intervals.updateUs * 1e3;
      if (!this.#kdamond.isOn()) this.#unsureNs = this.#options.clockNs();
      return [];
    }
    const doneNs = this.#options.clockNs();
    if (begun.length > 0 || moved.size === 0) this.#pause(doneNs);
    // Kernels do not tell whether they took it; they did if each process was there the whole time.
    const isSure = targets.every(({ pid }) => startTicksOf(this.#roots, pid!) !== undefined);
    if (!isSure) this.#unsureNs = doneNs;
    ranges?.took(isSure, performance.now() - beginMs);
    const known = ({ slot: { id, parkedNs, isNew, thread: before }, pid, thread }: Place): Slot => {
      if (pid !== undefined) return { id: this.#learn(pid), thread, isNew: !isSure };
      if (parkedNs === Infinity) return { id, thread, ...(isSure && { parkedNs: doneNs }) };
      if (parkedNs !== undefined) return { id, thread, parkedNs };
      return { id, thread: isSure ? thread : before, isNew: isNew === true && !isSure };
    };
    this.#slots.set(this.#kdamond.pid, places.map(known));
    return [...taken.keys()];
  }

  /** The kernel ended it: its regions begin anew, without the places of those that have ended. */
  async #restart(living: readonly number[], begun: readonly number[]): Promise<number[]> {
    const { operations, targets } = this.#context;
    const { ranges } = this.#options;
    const own = (id: number) =>
      ranges
        ? this.#rangesOf(this.pids[id])
        : operations === "fvaddr"
        ? targets[id]?.regions ?? targets[0].regions
        : [];
    const taken = begun.filter((pid) => this.#rangesOf(pid).length > 0);
    const threadOf = (pid: number) => livingThreadOf(this.#roots, pid);
    const old = living.map((id): Target => ({ pid: threadOf(this.pids[id]), regions: own(id) }));
    const added = taken.map((pid): Target => ({
      pid: threadOf(pid),
      regions: ranges ? this.#rangesOf(pid) : own(0),
    }));
    const beginMs = performance.now();
    try {
      await this.#kdamond.restart([...old, ...added]);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      ranges?.took(false, performance.now() - beginMs);
      this.#unsureNs = ++this.#failures < RESTARTS ? this.#options.clockNs() : undefined;
      return [];
    }
    ranges?.took(true, performance.now() - beginMs);
    this.#unsureNs = undefined;
    this.#failures = 0;
    this.restarts++;
    const ids = [...living, ...taken.map((pid) => this.#learn(pid))];
    const threads = [...old, ...added].map(({ pid }) => pid!);
    this.#slots.set(this.#kdamond.pid, ids.map((id, i) => ({ id, thread: threads[i] })));
    this.#pause(this.#options.clockNs());
    return taken;
  }

  /** By which of its threads the process in this place is to be watched: the one that the kernel knows, while it lives. */
  #threadOf({ id, thread }: Slot): number {
    return livingThreadOf(this.#roots, this.pids[id], thread);
  }

  /** Ids of processes that go on without the thread by which the kernel finds their memory. */
  #orphans(): Set<number> {
    const slots = this.#slots.get(this.#kdamond.pid)!;
    const isOrphan = (slot: Slot) =>
      slot.parkedNs === undefined && this.#alive.has(slot.id) && this.#threadOf(slot) !== slot.thread;
    return new Set(slots.filter(isOrphan).map(({ id }) => id));
  }

  #pause(nowNs: number): void {
    this.#nextNs = nowNs + PAUSE_UPDATES * this.#context.intervals.updateUs * 1e3;
  }

  /** Children that were found for the second time. */
  #candidates(living: readonly number[]): number[] {
    const known = living.map((id) => this.pids[id]);
    const found = new Map<number, number>();
    for (const pid of descendantsOf(this.#roots, known)) found.set(pid, (this.#found.get(pid) ?? 0) + 1);
    this.#found = found;
    return [...found].filter(([, looks]) => looks >= LOOKS).map(([pid]) => pid).slice(
      0,
      Math.max(0, MOST_TARGETS - known.length),
    );
  }

  /** What a new target is watched at first; with vaddr the kernel finds out itself, but not before its next update. */
  #rangesOf(pid: number): AddressRange[] {
    const { operations, targets } = this.#context;
    if (!isAlive(this.#roots, pid)) return [];
    const { ranges } = this.#options;
    if (ranges) return ranges.rangesOf(pid, Math.max(1, this.#alive.size));
    return operations === "fvaddr" ? [...targets[0].regions] : rangesOf(mappingsOf(this.#roots, pid), 3);
  }

  /** Ids. A pid that another process has got by now is not our target any more. */
  #living(): number[] {
    for (const id of this.#alive) {
      const pid = this.pids[id];
      const isHere = isAlive(this.#roots, pid) && startTicksOf(this.#roots, pid) === this.#ticks[id];
      if (!isHere) this.#alive.delete(id);
    }
    return [...this.#alive];
  }

  #learn(pid: number): number {
    this.#ticks.push(startTicksOf(this.#roots, pid));
    const id = this.pids.push(pid) - 1;
    this.#alive.add(id);
    return id;
  }
}

function isParked(regions: Regions): boolean {
  return regions.length === 1 && regions.start[0] === 0;
}

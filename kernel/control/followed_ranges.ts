import {
  type AddressRange,
  type Attributes,
  followedAttributes,
  type FollowingCounts,
  MOST_FOLLOWED_RANGES,
} from "../../damon/mod.ts";
import type { MemoryWatches } from "../machine/mod.ts";

/** How {@linkcode FollowedRanges} goes about it. */
export interface FollowedRangesOptions {
  memory: MemoryWatches;
  /** What nobody has asked for, and is chosen by the number of ranges. */
  chosen: { intervals: boolean; nrRegions: boolean };
  /** Most regions where somebody asked for that. */
  mostRegions?: number | undefined;
}

/** What the kernel was told of one process. */
interface Told {
  ranges: AddressRange[];
  /** When it was told, ms. */
  atMs: number;
}

/** Memory that is not watched, as a share of all and for how long: so much of it, in s, makes the kernel be told. */
const UNSEEN_S = 0.05;
/** What is watched and not there any more costs time, but tells nothing wrong: it counts so much of what is not seen. */
const GONE_WEIGHT = 0.1;
/** Shortest time from one telling to the next, ms. */
const LEAST_MS = 500;
/** For each range that was told, ms: two writes take some 20 µs, and so 1 % of one CPU at most. */
const RANGE_MS = 2;
const [BEGIN_TRIES, BEGIN_MS] = [5, 20];
/** After the kernel took it not, ms. */
const REFUSED_MS = 1000;

/** What of its processes' memory a kdamond is to watch, and when the kernel is to be told anew. */
export class FollowedRanges {
  readonly #memory: MemoryWatches;
  readonly #options: FollowedRangesOptions;
  readonly #told = new Map<number, Told>();
  #pending = new Map<number, AddressRange[]>();
  #attributes: Attributes | undefined;
  #nextMs = 0;
  #counts = { commits: 0, refused: 0, mostRanges: 0, commitMs: 0 };

  constructor(options: FollowedRangesOptions) {
    this.#memory = options.memory;
    this.#options = options;
  }

  /** Whether the kernel is to be told anew of this process. */
  isDue(pid: number): boolean {
    const told = this.#told.get(pid);
    const nowMs = performance.now();
    if (!told || nowMs < this.#nextMs) return false;
    const watch = this.#memory.of(pid);
    if (watch.runs.length === 0) return false;
    const weight = watch.shareOutside(told.ranges) + GONE_WEIGHT * watch.shareGone(told.ranges);
    return weight * (nowMs - told.atMs) / 1000 >= UNSEEN_S;
  }

  /** {@linkcode rangesOf} a process that is to be watched from now on; nothing where it is gone. */
  async begin(pid: number, nrTargets: number): Promise<AddressRange[]> {
    for (let tries = 0;; tries++) {
      await this.#memory.lookAt(pid);
      const ranges = this.rangesOf(pid, nrTargets);
      // A command that has just been started has none before its program is loaded.
      if (ranges.length > 0 || tries === BEGIN_TRIES) return ranges;
      await new Promise((done) => setTimeout(done, BEGIN_MS));
    }
  }

  /**
   * What is to be watched of a process now; {@linkcode took} says that the kernel took it.
   *
   * @param nrTargets How many targets share the ranges.
   */
  rangesOf(pid: number, nrTargets: number): AddressRange[] {
    const before = this.#told.get(pid)?.ranges ?? [];
    const ranges = this.#memory.of(pid).ranges(Math.max(1, Math.floor(this.#most() / nrTargets)), before);
    if (ranges.length > 0) this.#pending.set(pid, ranges);
    return cutAt(ranges, before);
  }

  /** How often and how finely to look at what {@linkcode rangesOf} gave; `undefined` where that stays as it is. */
  attributes(): Partial<Attributes> | undefined {
    const { chosen } = this.#options;
    const pending = [...this.#told.keys()].filter((pid) => !this.#pending.has(pid))
      .reduce((sum, pid) => sum + this.#told.get(pid)!.ranges.length, 0) +
      [...this.#pending.values()].reduce((sum, ranges) => sum + ranges.length, 0);
    const wanted = followedAttributes(pending);
    // Never finer again: what has been in many places may be so again, and each change makes DAMON's counts less sure.
    if (this.#attributes && wanted.nrRegions.max <= this.#attributes.nrRegions.max) return undefined;
    this.#attributes = wanted;
    const { intervals, nrRegions } = wanted;
    const asked = { ...(chosen.intervals && { intervals }), ...(chosen.nrRegions && { nrRegions }) };
    return Object.keys(asked).length > 0 ? asked : undefined;
  }

  /** The kernel took what it was told last, in so many ms; or it did not. */
  took(isTaken: boolean, ms: number, isFirst = false): void {
    const nowMs = performance.now();
    // While the kernel waits for the end of an interval it costs nothing; but whoever else asks DAMON has to wait, too.
    this.#nextMs = nowMs + (isTaken ? Math.max(LEAST_MS, ms, RANGE_MS * this.nrRanges) : REFUSED_MS);
    if (isTaken) { for (const [pid, ranges] of this.#pending) this.#told.set(pid, { ranges, atMs: nowMs }); }
    else this.#counts.refused++;
    this.#pending = new Map();
    if (isTaken && !isFirst) this.#counts.commits++;
    this.#counts.commitMs += ms;
    this.#counts.mostRanges = Math.max(this.#counts.mostRanges, this.nrRanges);
  }

  /** This process is watched no more. */
  leave(pid: number): void {
    this.#told.delete(pid);
  }

  /** Ranges that the kernel was told. */
  get nrRanges(): number {
    return [...this.#told.values()].reduce((sum, { ranges }) => sum + ranges.length, 0);
  }

  /** What was done, for the record. */
  counts(): Omit<FollowingCounts, "kdamond"> {
    const watches = this.#memory.pids.map((pid) => this.#memory.of(pid));
    return { ...this.#counts, ranges: this.nrRanges, lookMs: watches.reduce((sum, { spentMs }) => sum + spentMs, 0) };
  }

  #most(): number {
    const { mostRegions } = this.#options;
    return mostRegions === undefined ? MOST_FOLLOWED_RANGES : Math.max(1, Math.floor(mostRegions * RANGES_SHARE));
  }
}

/** Of the regions that were asked for, so many may be ranges of their own: the others are for DAMON to split them. */
const RANGES_SHARE = 0.8;
/** What a range has grown by is a range of its own from this size on, bytes: DAMON knows nothing of it yet. */
const CUT_BYTES = 256 << 10;

/**
 * Ranges, cut where those of before end, or begin, inside of them. DAMON's regions end there, so it forgets nothing; what is
 * new begins with regions of its own, not as the end of one that was hot, or idle for long.
 */
function cutAt(ranges: readonly AddressRange[], before: readonly AddressRange[]): AddressRange[] {
  return ranges.flatMap((range) => {
    const inside = before.filter(({ start, end }) => start < range.end && end > range.start);
    if (inside.length === 0) return [range];
    const [first, last] = [inside[0].start, inside.at(-1)!.end];
    const from = first - range.start >= CUT_BYTES ? first : range.start;
    const to = range.end - last >= CUT_BYTES ? last : range.end;
    return [
      ...(from > range.start ? [{ start: range.start, end: from }] : []),
      { start: from, end: to },
      ...(to < range.end ? [{ start: to, end: range.end }] : []),
    ];
  });
}

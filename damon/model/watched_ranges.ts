import type { AddressRange } from "./kdamond.ts";

/** Pages of one mapping that are there, close to each other. */
export interface PageRun extends AddressRange {
  /** Bytes of it in memory. */
  residentBytes: number;
  /** Bytes of it in swap. */
  swapBytes: number;
}

/** How {@linkcode watchedRangesOf} goes about it. */
export interface WatchedRangesOptions {
  /** Most ranges. */
  most: number;
  /** What is watched so far: a small hole in it stays watched, as DAMON would forget what it knows of what is behind. */
  before?: readonly AddressRange[];
}

/** What is to be watched of a process. */
export interface WatchedRanges {
  /** Ascending, apart from each other. */
  ranges: AddressRange[];
  /** Bytes in memory or in swap that are in none of them: there are too many places for {@linkcode WatchedRangesOptions.most}. */
  leftOutBytes: number;
}

/** Gaps up to this are closed, bytes: each range costs a look in every sampling interval, however small it is. */
export const CLOSED_GAP_BYTES = 64 << 10;
/** The same of gaps in what is watched already. */
const KEPT_HOLE_BYTES = 1 << 20;
/** Where there are too many ranges, gaps are closed up to this share of all that is there; after that the least are left out. */
const MOST_GAPS_SHARE = 0.25;

const bytesOf = ({ residentBytes, swapBytes }: PageRun) => residentBytes + swapBytes;

/**
 * The ranges that hold what a process has in memory or in swap, without what lies between.
 *
 * @param runs Ascending, not overlapping.
 *
 * @example
 * ```ts
 * import { watchedRangesOf } from "./watched_ranges.ts";
 * const run = (start: number, end: number) => ({ start, end, residentBytes: end - start, swapBytes: 0 });
 * watchedRangesOf([run(0x10000, 0x20000), run(0x20000, 0x30000), run(0x7f0000000, 0x7f0010000)], { most: 100 }).ranges;
 * // [{ start: 0x10000, end: 0x30000 }, { start: 0x7f0000000, end: 0x7f0010000 }]
 * ```
 */
export function watchedRangesOf(
  runs: readonly PageRun[],
  { most, before = [] }: WatchedRangesOptions,
): WatchedRanges {
  const isKept = holesIn(before);
  let joined = joinWhere(runs, (gap, at) => gap <= CLOSED_GAP_BYTES || (gap <= KEPT_HOLE_BYTES && isKept(at)));
  if (joined.length > most) {
    const allowed = closable(joined, most);
    joined = joinWhere(joined, (gap, at) => gap <= allowed.upTo && allowed.ends.has(at));
  }
  let leftOutBytes = 0;
  if (joined.length > most) {
    const largest = new Set(joined.toSorted((a, b) => bytesOf(b) - bytesOf(a)).slice(0, most));
    leftOutBytes = joined.reduce((sum, run) => sum + (largest.has(run) ? 0 : bytesOf(run)), 0);
    joined = joined.filter((run) => largest.has(run));
  }
  return { ranges: joined.map(({ start, end }) => ({ start, end })), leftOutBytes };
}

/** Runs with those made one between which the gap may be closed: by its size, and where it begins. */
function joinWhere(runs: readonly PageRun[], mayClose: (gap: number, at: number) => boolean): PageRun[] {
  const joined: PageRun[] = [];
  for (const run of runs) {
    const last = joined.at(-1);
    if (last && mayClose(run.start - last.end, last.end)) {
      last.end = run.end;
      last.residentBytes += run.residentBytes;
      last.swapBytes += run.swapBytes;
    } else joined.push({ ...run });
  }
  return joined;
}

/** The smallest gaps, as many as must be closed and may be. */
function closable(runs: readonly PageRun[], most: number): { upTo: number; ends: Set<number> } {
  const gaps = runs.slice(1).map(({ start }, i) => ({ at: runs[i].end, bytes: start - runs[i].end }))
    .sort((a, b) => a.bytes - b.bytes);
  let left = MOST_GAPS_SHARE * runs.reduce((sum, run) => sum + bytesOf(run), 0);
  const ends = new Set<number>();
  let upTo = 0;
  for (const { at, bytes } of gaps.slice(0, runs.length - most)) {
    if (bytes > left) break;
    left -= bytes;
    upTo = bytes;
    ends.add(at);
  }
  return { upTo, ends };
}

/** Whether what begins here is inside of one of the ranges. */
function holesIn(ranges: readonly AddressRange[]): (at: number) => boolean {
  let i = 0;
  return (at) => {
    while (i < ranges.length && ranges[i].end <= at) i++;
    return i < ranges.length && ranges[i].start <= at;
  };
}

/** Bytes of runs in memory or in swap that are in none of the ranges, as far as a run's bytes are spread evenly. */
export function bytesOutside(runs: readonly PageRun[], ranges: readonly AddressRange[]): number {
  let [outside, i] = [0, 0];
  for (const run of runs) {
    const { start, end } = run;
    while (i < ranges.length && ranges[i].end <= start) i++;
    let inside = 0;
    for (let j = i; j < ranges.length && ranges[j].start < end; j++) {
      inside += Math.min(end, ranges[j].end) - Math.max(start, ranges[j].start);
    }
    outside += bytesOf(run) * (1 - inside / (end - start));
  }
  return outside;
}

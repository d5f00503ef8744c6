import type { Snapshot } from "../../damon/mod.ts";

/** Rates that differ by no more than this share of the largest are one, as for DAMON, which ages by them. */
const ALIKE = 0.1;

/** What a snapshot says of ages. */
type Seen = Pick<Snapshot, "regions" | "sampleUs" | "aggrUs">;

const rateOf = ({ regions, sampleUs, aggrUs }: Seen, i: number) => regions.nrAccesses[i] * sampleUs / aggrUs;

/** Whether accesses at one rate may be those at the other: none is only none. */
function isAlike(rate: number, other: number): boolean {
  return (rate === 0) === (other === 0) && Math.abs(rate - other) <= ALIKE;
}

/**
 * The ages of a target's memory across a change of how it is looked at: regions are others after it, and what counts their ages
 * begins at 0. An age is a number of snapshots, however long each was: reports know when the first of them began.
 */
export class PagesAges {
  /** The last one before the change. */
  #before: Seen | undefined;
  #last: Seen | undefined;

  /** From now on memory is looked at in another way. */
  change(): void {
    this.#before = this.#last;
  }

  /**
   * Gives the regions of a snapshot, in place, the ages that their memory has: those of before are added where memory is
   * accessed as it was then.
   *
   * @param intervals Snapshots since the change, before this one.
   */
  complete(seen: Seen, intervals: number): void {
    const { regions } = seen;
    for (let i = 0; i < regions.length; i++) {
      // The counter may know of a time when it was not used.
      regions.age[i] = Math.min(regions.age[i], intervals);
    }
    if (this.#before) {
      const older = olderIn(this.#before, seen, intervals);
      for (let i = 0; i < regions.length; i++) regions.age[i] += older[i];
    }
    this.#last = seen;
  }
}

/** For how many snapshots before the change each region had been accessed as it is: the mean over its bytes, as DAMON merges ages. */
function olderIn(before: Seen, seen: Seen, intervals: number): Float64Array {
  const { regions } = seen;
  const older = new Float64Array(regions.length);
  let first = 0;
  for (let i = 0; i < regions.length; i++) {
    const [start, end] = [regions.start[i], regions.end[i]];
    while (first < before.regions.length && before.regions.end[first] <= start) first++;
    if (regions.age[i] >= intervals) older[i] = meanOlder(before, first, { start, end, rate: rateOf(seen, i) });
  }
  return older;
}

/** Over what is in both, from the region `first` of `before` on. */
function meanOlder(before: Seen, first: number, now: { start: number; end: number; rate: number }): number {
  const was = before.regions;
  let [bytes, sum] = [0, 0];
  for (let i = first; i < was.length && was.start[i] < now.end; i++) {
    const common = Math.min(was.end[i], now.end) - Math.max(was.start[i], now.start);
    bytes += common;
    // A snapshot more than its age: the one that it is of.
    if (isAlike(rateOf(before, i), now.rate)) sum += common * (was.age[i] + 1);
  }
  return bytes > 0 ? Math.round(sum / bytes) : 0;
}

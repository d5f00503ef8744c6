import type { AddressRange } from "../damon/mod.ts";
import { bytesOf, intersect, subtract, unite } from "./ranges.ts";

/** For so many snapshots a hot part may show that explains hits: so long DAMON takes to cut it out of a region. */
const MOST_SNAPSHOTS = 10;

/** A region that was hit in some of the samples, and lay on memory on which a scheme had acted. */
interface Doubt {
  region: AddressRange;
  nrAccesses: number;
  /** What is taken as accessed again. */
  ranges: AddressRange[];
  snapshotsLeft: number;
}

/**
 * Tells which of a region that was hit in some samples was accessed. DAMON's regions lie over what a program begins to use and over
 * what is idle beside it, until they are cut there some snapshots later: then the hits were of the hot part, and the rest is as
 * idle as before. Where no such part shows, the hits were all over the region.
 */
export class DoubtfulReturns {
  #doubts: Doubt[] = [];

  /** Of a region that was hit in `nrAccesses` samples, not all, `ranges` are taken as accessed again. */
  add(region: AddressRange, nrAccesses: number, ranges: readonly AddressRange[]): void {
    if (ranges.length > 0) {
      this.#doubts.push({ region, nrAccesses, ranges: [...ranges], snapshotsLeft: MOST_SNAPSHOTS });
    }
  }

  /**
   * What was taken as accessed again and was not, by what is idle and hot in the next snapshot; each byte once.
   *
   * @param most Samples of an interval.
   */
  settle(idle: readonly AddressRange[], hot: readonly AddressRange[], most: number): AddressRange[] {
    let settled: AddressRange[] = [];
    for (const doubt of this.#doubts) {
      const { region, nrAccesses } = doubt;
      doubt.snapshotsLeft--;
      const expected = most * bytesOf(intersect(hot, [region])) / (region.end - region.start);
      // More than chance gives: three standard deviations.
      if (nrAccesses > expected + 3 * Math.sqrt(expected)) continue;
      settled = unite(settled, intersect(doubt.ranges, idle));
      doubt.ranges = subtract(doubt.ranges, idle);
    }
    this.#doubts = this.#doubts.filter(({ ranges, snapshotsLeft }) => ranges.length > 0 && snapshotsLeft > 0);
    return settled;
  }
}

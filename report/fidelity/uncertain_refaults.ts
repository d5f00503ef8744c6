import type { AddressRange } from "../../damon/mod.ts";
import { bytesOf, intersect, subtract, unite } from "../record/mod.ts";

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

/** A region or a part of one, in how many samples it was hit. */
interface Piece extends AddressRange {
  nrAccesses: number;
}

/** More than chance gives: three standard deviations above what is expected. */
const byChance = (expected: number) => expected + 3 * Math.sqrt(expected);

/**
 * Tells which of a region that was hit in some samples was accessed. DAMON's regions lie over what a program begins to use and over
 * what is idle beside it, until they are cut there some snapshots later: then the hits were of the hot part, and the rest is as
 * idle as before. Where no such part shows, the hits were all over the region.
 */
export class UncertainRefaults {
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
  settle(pieces: readonly Piece[], most: number): AddressRange[] {
    const idle = pieces.filter(({ nrAccesses }) => nrAccesses === 0);
    let settled: AddressRange[] = [];
    for (const doubt of this.#doubts) {
      doubt.snapshotsLeft--;
      if (!isExplained(doubt, pieces, most)) continue;
      settled = unite(settled, intersect(doubt.ranges, idle));
      doubt.ranges = subtract(doubt.ranges, idle);
    }
    this.#doubts = this.#doubts.filter(({ ranges, snapshotsLeft }) => ranges.length > 0 && snapshotsLeft > 0);
    return settled;
  }
}

/** Whether hits of a region were of what shows now to be hotter than it was, or of pages of a hot neighbour's. */
function isExplained({ region, nrAccesses }: Doubt, pieces: readonly Piece[], most: number): boolean {
  // Hits all over the region would leave none of its parts with so many.
  const many = Math.min(most / 2, byChance(nrAccesses));
  let expected = 0;
  let hasHotNeighbour = false;
  for (const piece of pieces) {
    if (piece.start > region.end || piece.end < region.start) continue;
    hasHotNeighbour ||= piece.nrAccesses >= most / 2;
    if (piece.nrAccesses >= many) expected += piece.nrAccesses * bytesOf(intersect([piece], [region]));
  }
  if (nrAccesses <= byChance(expected / (region.end - region.start))) return true;
  // Hits in a tenth of the samples are none for DAMON: so many hot pages stay with what lies beside the others.
  return hasHotNeighbour && nrAccesses <= byChance(most / 10);
}

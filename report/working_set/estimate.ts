import { type AddressRange, maxNrAccessesOf, type Source } from "../../damon/mod.ts";
import { copiedColumn, type NumberColumn, numberColumn } from "../record/mod.ts";
import type { KeptSnapshot } from "./kept_snapshot.ts";

/**
 * A page that DAMON found accessed in a sampling interval says little of the intervals to come: other pages of its region
 * may be touched in each, or the same ones again. Pages are taken to be touched independently in so many intervals, and the
 * same ones after that: as many as DAMON looks at in its default aggregation interval. Records that look at every page,
 * sampled again as DAMON does it, are met best by that.
 */
export const MOST_INTERVALS = 20;

/** Of regions that it merges DAMON rounds the mean down, and loses half a hit; about half of them were merged. */
const LOST_HITS = 0.25;

/** A range of addresses of which it is known how much is in memory. */
export interface ResidentRange extends AddressRange {
  /** 0 to 1; absent where it is not known. */
  residentShare?: number;
}

/** What a snapshot says of the bytes that were touched, an element a region. Shares are of what is in memory, 0 to 1. */
export interface TouchedRegions {
  readonly startNs: number;
  readonly endNs: number;
  readonly start: NumberColumn;
  readonly end: NumberColumn;
  /** Touched within {@linkcode intervalNs}, as is most likely. */
  readonly share: NumberColumn;
  /** At least. */
  readonly least: NumberColumn;
  /** At most. */
  readonly most: NumberColumn;
  /** Touched at some time in the snapshot, surely. */
  readonly sure: NumberColumn;
  /** How much of the region is in memory, 0 to 1, by the snapshot itself. */
  readonly resident?: NumberColumn;
  /** Where that is known by ranges: 1 for regions with memory in one, of which nothing lies beside them. */
  readonly placed?: Uint8Array;
  /** The time that a look is about, ns: a sampling interval, or all of the snapshot. */
  readonly intervalNs: number;
  /** Whether it is known what was used in all of the snapshot, not in sampling intervals only. */
  readonly isOfWhole: boolean;
  /** Variance of the touched bytes, as not every page was looked at, bytes². */
  readonly variance: number;
}

/** What a snapshot says of touched bytes. */
export function touchedRegionsOf(snapshot: KeptSnapshot, source: Source): TouchedRegions {
  return snapshot.evidence ? byEvidence(snapshot, snapshot.evidence) : byHits(snapshot, source);
}

function columnsOf({ startNs, endNs, start, end }: KeptSnapshot) {
  const column = () => numberColumn(start.length);
  return { startNs, endNs, start, end, share: column(), least: column(), most: column(), sure: column() };
}

function byEvidence(
  snapshot: KeptSnapshot,
  { residentBytes, usedBytes, looks }: NonNullable<KeptSnapshot["evidence"]>,
): TouchedRegions {
  const columns = columnsOf(snapshot);
  const { start, end, share, least, most, sure } = columns;
  const resident = numberColumn(start.length);
  let variance = 0;
  for (let i = 0; i < start.length; i++) {
    resident[i] = Math.min(1, residentBytes[i] / (end[i] - start[i]));
    if (residentBytes[i] === 0) continue;
    share[i] =
      least[i] =
      most[i] =
      sure[i] =
        Math.min(1, usedBytes[i] / residentBytes[i]);
    // Where each page was looked at, nothing is left to chance.
    if (looks[i] < residentBytes[i] / 4096) variance += residentBytes[i] ** 2 * varianceOf(share[i], looks[i]);
  }
  return { ...columns, resident, intervalNs: snapshot.endNs - snapshot.startNs, isOfWhole: true, variance };
}

function byHits(snapshot: KeptSnapshot, source: Source): TouchedRegions {
  const columns = columnsOf(snapshot);
  const { start, end, share, least, most, sure } = columns;
  const samples = maxNrAccessesOf(snapshot);
  const isExact = source === "pages-exact";
  const lost = source === "pages" ? 0 : LOST_HITS;
  let variance = 0;
  for (let i = 0; i < start.length; i++) {
    const hits = Math.min(samples, snapshot.nrAccesses[i]);
    least[i] = hits / samples;
    if (isExact) {
      share[i] = most[i] = sure[i] = hits > 0 ? 1 : 0;
      continue;
    }
    variance += (end[i] - start[i]) ** 2 * varianceOf(hits / samples, samples);
    if (hits === 0) continue;
    share[i] = Math.min(samples, hits + lost) / samples;
    most[i] = Math.min(samples, hits + 1) / samples;
    // Less what chance may have done: the most of several snapshots is taken.
    const seen = (hits + 1) / (samples + 2);
    sure[i] = Math.max(0, seen - Math.sqrt(seen * (1 - seen) / samples));
  }
  const intervalNs = isExact ? snapshot.endNs - snapshot.startNs : Math.max(1, snapshot.sampleUs * 1e3);
  return { ...columns, intervalNs, isOfWhole: isExact, variance };
}

/** Variance of a share that was seen in so many looks; it is never nothing, as none of 20 may be seen by chance. */
function varianceOf(share: number, looks: number): number {
  const likely = (share * looks + 0.5) / (looks + 1);
  return likely * (1 - likely) / Math.max(1, looks);
}

/**
 * The same by what is known to be in memory: what was touched of a region lies in that part of it.
 *
 * @param ranges Ascending, not overlapping.
 */
export function withResidency(touched: TouchedRegions, ranges: readonly ResidentRange[]): TouchedRegions {
  if (touched.resident) return touched;
  const { start, end } = touched;
  const resident = numberColumn(start.length);
  let first = 0;
  for (let i = 0; i < start.length; i++) {
    while (first < ranges.length && ranges[first].end <= start[i]) first++;
    for (let r = first; r < ranges.length && ranges[r].start < end[i]; r++) {
      const bytes = Math.min(end[i], ranges[r].end) - Math.max(start[i], ranges[r].start);
      resident[i] += bytes * (ranges[r].residentShare ?? 1) / (end[i] - start[i]);
    }
  }
  const of = (column: NumberColumn) => {
    const shares = copiedColumn(column);
    for (let i = 0; i < shares.length; i++) if (resident[i] > 0) shares[i] = Math.min(1, shares[i] / resident[i]);
    return shares;
  };
  const { share, least, most, sure } = touched;
  const placed = Uint8Array.from(resident, (part) => Number(part > 0));
  return { ...touched, share: of(share), least: of(least), most: of(most), sure: of(sure), placed };
}

/** What is touched in `times` intervals, if each touches this share of what is there independently of the others. */
export function touchedWithin(share: number, times: number): number {
  return share <= 0 ? 0 : share >= 1 ? 1 : -Math.expm1(times * Math.log1p(-share));
}

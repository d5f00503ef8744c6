import type { Snapshot, Source } from "../../damon/mod.ts";
import { keptSnapshot } from "./kept_snapshot.ts";
import {
  MOST_INTERVALS,
  type ResidentRange,
  type TouchedRegions,
  touchedRegionsOf,
  touchedWithin,
} from "./estimate.ts";

/** Bytes between two neighbouring borders that were touched in a window. */
export interface TouchedPiece {
  /** First byte. */
  start: number;
  /** One past the last byte. */
  end: number;
  /** Index of the range that it lies in; -1 where in none. */
  range: number;
  /** Bytes in memory. */
  residentBytes: number;
  /** Touched bytes, as is most likely. */
  bytes: number;
  /** At least. */
  lowBytes: number;
  /** At most. */
  highBytes: number;
}

/**
 * The union of what several snapshots of a target saw touched, at the exact borders of all regions and ranges.
 *
 * @param parts The snapshots of a window, one at least.
 * @param windowNs How long the window is; snapshots that are longer are scaled down to it.
 * @param ranges Ascending, not overlapping.
 */
export function uniteTouched(
  parts: readonly TouchedRegions[],
  windowNs: number,
  ranges: readonly ResidentRange[],
  put: (piece: TouchedPiece) => void,
): void {
  const cursors = new Int32Array(parts.length);
  const covering: number[] = [];
  let [at, range] = [-Infinity, 0];
  for (;;) {
    let next = Infinity;
    covering.length = 0;
    for (let k = 0; k < parts.length; k++) {
      const { start, end } = parts[k];
      while (cursors[k] < end.length && end[cursors[k]] <= at) cursors[k]++;
      const region = cursors[k];
      if (region === end.length) continue;
      if (start[region] <= at) {
        covering.push(k);
        next = Math.min(next, end[region]);
      } else next = Math.min(next, start[region]);
    }
    if (next === Infinity) return;
    if (covering.length > 0) {
      while (range < ranges.length && ranges[range].end <= at) range++;
      const isInside = range < ranges.length && ranges[range].start <= at;
      if (range < ranges.length) next = Math.min(next, isInside ? ranges[range].end : ranges[range].start);
      const shares = sharesOf(parts, covering, cursors, windowNs);
      const beside = shares.isPlaced ? 0 : 1;
      const resident = shares.resident ?? (isInside ? ranges[range].residentShare ?? 1 : beside);
      const residentBytes = (next - at) * resident;
      put({
        start: at,
        end: next,
        range: isInside ? range : -1,
        residentBytes,
        bytes: residentBytes * shares.likely,
        lowBytes: residentBytes * shares.low,
        highBytes: residentBytes * shares.high,
      });
    }
    at = next;
  }
}

/** Bytes that were touched in the time of a snapshot, as is most likely. */
export function touchedBytesOf(snapshot: Snapshot, source: Source = "unknown"): number {
  let bytes = 0;
  const all = touchedRegionsOf(keptSnapshot(snapshot), source);
  uniteTouched([all], snapshot.endNs - snapshot.startNs, [], (piece) => bytes += piece.bytes);
  return bytes;
}

/** What the snapshots that cover a piece say of it together. */
function sharesOf(
  parts: readonly TouchedRegions[],
  covering: readonly number[],
  regions: Int32Array,
  windowNs: number,
): { likely: number; low: number; high: number; resident: number | undefined; isPlaced: boolean } {
  let [share, least, most, sure, surely, resident, spanNs, intervalNs] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [isOfWhole, isPlaced] = [true, false];
  for (const k of covering) {
    const [part, region] = [parts[k], regions[k]];
    share += part.share[region];
    least += part.least[region];
    most += part.most[region];
    sure = Math.max(sure, part.sure[region]);
    surely = Math.max(surely, part.least[region]);
    resident = part.resident ? Math.max(resident, part.resident[region]) : NaN;
    isPlaced ||= part.placed?.[region] === 1;
    spanNs += part.endNs - part.startNs;
    intervalNs += part.intervalNs;
    isOfWhole &&= part.isOfWhole;
  }
  const count = covering.length;
  // A snapshot that is far longer than the window: of it what its average part would be.
  const isLonger = spanNs > windowNs * 1.5;
  const times = (isLonger ? windowNs : spanNs) * count / intervalNs;
  const seen = isLonger ? 0 : sure;
  // Where all of a snapshot is known, what is touched in one is likely to be touched in the next.
  const reach = isOfWhole ? Math.sqrt(Math.max(1, times)) * Math.min(1, times) : Math.min(MOST_INTERVALS, times);
  const likely = Math.max(seen, touchedWithin(share / count, reach));
  const low = isOfWhole ? isLonger ? touchedWithin(least / count, Math.min(1, times)) : surely : least / count;
  return {
    likely,
    low: Math.min(likely, low),
    high: Math.max(likely, touchedWithin(most / count, times)),
    resident: Number.isNaN(resident) ? undefined : resident,
    isPlaced,
  };
}

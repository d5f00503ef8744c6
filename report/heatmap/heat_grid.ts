import { type AddressRange, maxNrAccessesOf, type Snapshot } from "../../damon/mod.ts";
import type { Piece } from "../record/mod.ts";

/** Equal parts of time, from `startNs` on. */
export interface TimeBins {
  /** Beginning of the first. */
  startNs: number;
  /** Length of each; may have a fraction. */
  binNs: number;
  /** How many. */
  count: number;
}

/** One band of a grid: addresses in rows of equal size, of which the last may be shorter. */
export interface GridBand extends AddressRange {
  /** What of the range is in the rows, one after the other; all of it where that is not given. */
  pieces?: readonly Piece[];
  rowBytes: number;
  rows: number;
}

/**
 * Sums heat into cells of time × address. A snapshot counts for exactly the time and the bytes that it covers: one that
 * spans several cells is divided among them, and nothing is filled in before or after it. So the sum over all cells is
 * the sum over all regions (within the grid). Each region costs constant time: its rows are summed once per snapshot,
 * and a snapshot's rows are added once per time bin that it touches.
 *
 * @example
 * ```ts
 * import { HeatGrid } from "./heat_grid.ts";
 * new HeatGrid({ startNs: 0, binNs: 1e8, count: 10 }, [{ start: 0, end: 8192, rowBytes: 4096, rows: 2 }]).cells; // 20
 * ```
 */
export class HeatGrid {
  /** Number of cells: time bins × rows of all bands. */
  readonly cells: number;
  /** bytes × ns accessed; cell `[bin * rows + row]`, rows of all bands one after the other. */
  readonly heat: Float64Array;
  /** bytes × ns monitored, likewise. */
  readonly watched: Float64Array;
  /** Rows of all bands. */
  readonly rows: number;
  readonly #rowHeat: Float64Array;
  readonly #rowWatched: Float64Array;

  constructor(readonly time: TimeBins, readonly bands: readonly GridBand[]) {
    this.rows = bands.reduce((sum, band) => sum + band.rows, 0);
    this.cells = this.rows * time.count;
    this.heat = new Float64Array(this.cells);
    this.watched = new Float64Array(this.cells);
    this.#rowHeat = new Float64Array(this.rows);
    this.#rowWatched = new Float64Array(this.rows);
  }

  /** Takes all back. */
  clear(): void {
    this.heat.fill(0);
    this.watched.fill(0);
  }

  /** Adds a snapshot to the bands `[from, to)`, which must be ascending. */
  add(snapshot: Snapshot, from = 0, to = this.bands.length): void {
    const { startNs, binNs, count } = this.time;
    const begin = Math.max(snapshot.startNs, startNs);
    const end = Math.min(snapshot.endNs, startNs + binNs * count);
    if (!(begin < end)) return;
    this.#sumRows(snapshot, from, to);
    const first = this.#rowsBefore(from);
    const last = this.#rowsBefore(to);
    const lastBin = Math.min(count - 1, Math.ceil((end - startNs) / binNs) - 1);
    for (let bin = Math.min(lastBin, Math.floor((begin - startNs) / binNs)); bin <= lastBin; bin++) {
      // The last bin takes what rounding would leave over.
      const binEnd = bin === lastBin ? end : startNs + (bin + 1) * binNs;
      const ns = Math.min(end, binEnd) - Math.max(begin, startNs + bin * binNs);
      if (ns <= 0) continue;
      const base = bin * this.rows;
      for (let row = first; row < last; row++) {
        this.heat[base + row] += this.#rowHeat[row] * ns;
        this.watched[base + row] += this.#rowWatched[row] * ns;
      }
    }
    this.#rowHeat.fill(0, first, last);
    this.#rowWatched.fill(0, first, last);
  }

  #rowsBefore(band: number): number {
    let rows = 0;
    for (let i = 0; i < band; i++) rows += this.bands[i].rows;
    return rows;
  }

  #sumRows(snapshot: Snapshot, from: number, to: number): void {
    const { start, end, nrAccesses, length } = snapshot.regions;
    const max = maxNrAccessesOf(snapshot);
    let base = this.#rowsBefore(from);
    let region = 0;
    for (let index = from; index < to; index++) {
      const band = this.bands[index];
      for (const piece of band.pieces ?? [{ ...band, offset: 0 }]) {
        const { rowBytes } = band;
        const origin = piece.start - piece.offset;
        while (region < length && end[region] <= piece.start) region++;
        let [runStart, runEnd] = [piece.start, piece.start];
        // A region may reach into the next piece as well: `region` stays at the last one that touched this piece.
        let at = region;
        for (; at < length && start[at] < piece.end; at++) {
          const low = Math.max(start[at], piece.start);
          const high = Math.min(end[at], piece.end);
          if (low !== runEnd) {
            if (runEnd > runStart) spread(this.#rowWatched, base, rowBytes, runStart - origin, runEnd - origin, 1);
            runStart = low;
          }
          runEnd = high;
          const accesses = nrAccesses[at];
          if (accesses > 0) {
            spread(this.#rowHeat, base, rowBytes, low - origin, high - origin, Math.min(1, accesses / max));
          }
        }
        if (runEnd > runStart) spread(this.#rowWatched, base, rowBytes, runStart - origin, runEnd - origin, 1);
        region = Math.max(region, at - 1);
      }
      base += band.rows;
    }
  }
}

/** Adds `weight` × bytes to the rows that the offsets `[low, high)` cover. */
function spread(
  rows: Float64Array,
  base: number,
  rowBytes: number,
  low: number,
  high: number,
  weight: number,
): void {
  const first = Math.floor(low / rowBytes);
  const last = Math.ceil(high / rowBytes) - 1;
  if (first === last) {
    rows[base + first] += weight * (high - low);
    return;
  }
  rows[base + first] += weight * ((first + 1) * rowBytes - low);
  for (let row = first + 1; row < last; row++) rows[base + row] += weight * rowBytes;
  rows[base + last] += weight * (high - last * rowBytes);
}

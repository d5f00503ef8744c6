import { type AddressRange, keyOf, type TargetKey } from "../../damon/mod.ts";
import { type HeatRect, idleRectsOf } from "./heat_rects.ts";
import type { HeatBand, Heatmap } from "./heatmap.ts";
import { offsetsWithin } from "../record/mod.ts";

/** Of a cell so much of time and bytes must be held to be drawn as that. */
const HALF = 0.5;
/** Of a cell's bytes so much must be tried at once: less would show more than there was, and none less. */
const TENTH = 0.1;

interface BandHits {
  /** Whether something was tried, cell `[bin * rows + row]`. */
  tried: Uint8Array;
  /** Share of the cell's time that more than half of its row is held. */
  held: Float64Array;
}

/** Where schemes acted on a heat map: in its cells when they tried something, and for how long that stayed so. */
export class HitGrid {
  readonly #hits: BandHits[][];

  /** A grid over the bands of `heatmap` for `schemes` schemes. */
  constructor(readonly heatmap: Heatmap, schemes: number) {
    const { count } = heatmap.time;
    this.#hits = Array.from({ length: schemes }, () =>
      heatmap.bands.map(({ rows }) => ({
        tried: new Uint8Array(rows * count),
        held: new Float64Array(rows * count),
      })));
  }

  /** A scheme tried these ranges of a target, ascending, at a time of the record's clock. */
  addTried(scheme: number, target: TargetKey, ns: number, ranges: readonly AddressRange[]): void {
    const { startNs, binNs, count } = this.heatmap.time;
    // What was tried at the very end of a bin's last snapshot belongs to that.
    const bin = Math.ceil((ns - this.heatmap.survey.originNs - startNs) / binNs) - 1;
    if (bin < 0 || bin >= count) return;
    this.#eachRow(target, ranges, (band, at, row, share) => {
      if (share >= TENTH) this.#hits[scheme][at].tried[bin * band.rows + row] = 1;
    });
  }

  /** On these ranges a scheme had acted, and they were not accessed since, in this time. */
  addHeld(scheme: number, target: TargetKey, fromNs: number, toNs: number, ranges: readonly AddressRange[]): void {
    const { startNs, binNs, count } = this.heatmap.time;
    const [from, to] = [fromNs, toNs].map((ns) => (ns - this.heatmap.survey.originNs - startNs) / binNs);
    this.#eachRow(target, ranges, (band, at, row, share) => {
      if (share < HALF) return;
      const { held } = this.#hits[scheme][at];
      for (let bin = Math.max(0, Math.floor(from)); bin < Math.min(count, to); bin++) {
        held[bin * band.rows + row] += Math.min(to, bin + 1) - Math.max(from, bin);
      }
    });
  }

  /** The cells of a band in which a scheme tried something, as few rectangles. */
  triedRects(scheme: number, band: number): HeatRect[] {
    return this.#rects(band, this.#hits[scheme][band].tried, 1);
  }

  /** The cells of a band that a scheme held, likewise. */
  heldRects(scheme: number, band: number): HeatRect[] {
    return this.#rects(band, this.#hits[scheme][band].held, HALF);
  }

  #rects(at: number, values: ArrayLike<number>, least: number): HeatRect[] {
    const band = this.heatmap.bands[at];
    return idleRectsOf(
      { ...band, watched: Float64Array.from(values, (value) => value >= least ? 1 : 0) },
      this.heatmap.time,
    );
  }

  /** Calls `use` with each row that a target's ranges touch, and which share of it they cover. */
  #eachRow(
    target: TargetKey,
    ranges: readonly AddressRange[],
    use: (band: HeatBand, at: number, row: number, share: number) => void,
  ): void {
    this.heatmap.bands.forEach((band, at) => {
      if (keyOf(band.target) !== target) return;
      let [row, covered] = [-1, 0];
      const flush = () => {
        const rowBytes = Math.min(band.rowBytes, band.bytes - row * band.rowBytes);
        if (row >= 0) use(band, at, row, covered / rowBytes);
      };
      for (const { start, end } of ranges.flatMap((range) => [...offsetsWithin(band.pieces, range)])) {
        for (let i = Math.floor(start / band.rowBytes); i * band.rowBytes < end; i++) {
          if (i !== row) {
            flush();
            [row, covered] = [i, 0];
          }
          covered += Math.min(end, (i + 1) * band.rowBytes) - Math.max(start, i * band.rowBytes);
        }
      }
      flush();
    });
  }
}

import type { TimeBins } from "./heat_grid.ts";
import type { HeatBand } from "./heatmap.ts";

/** A rectangle of a band: seconds and offsets from the band's start. */
export interface HeatRect {
  /** Its beginning, seconds. */
  t0: number;
  /** Its end, seconds. */
  t1: number;
  /** Its first byte. */
  a0: number;
  /** The byte after its last one. */
  a1: number;
}

/** Everything that was monitored in a band, as few rectangles: runs of cells in time, joined over equal rows. */
export function idleRectsOf(band: HeatBand, time: TimeBins): HeatRect[] {
  const { bytes } = band;
  const at = (bin: number) => Number(((time.startNs + bin * time.binNs) / 1e9).toFixed(9));
  const rects: HeatRect[] = [];
  let open = new Map<string, HeatRect>();
  for (let row = 0; row < band.rows; row++) {
    const next = new Map<string, HeatRect>();
    const a1 = Math.min(bytes, (row + 1) * band.rowBytes);
    for (const [from, to] of runsOf(band, row, time.count)) {
      const key = `${from}-${to}`;
      let rect = open.get(key);
      if (rect) rect.a1 = a1;
      else rects.push(rect = { t0: at(from), t1: at(to), a0: row * band.rowBytes, a1 });
      next.set(key, rect);
    }
    open = next;
  }
  return rects;
}

function runsOf(band: HeatBand, row: number, count: number): [number, number][] {
  const runs: [number, number][] = [];
  for (let bin = 0; bin < count; bin++) {
    if (!(band.watched[bin * band.rows + row] > 0)) continue;
    const last = runs.at(-1);
    if (last && last[1] === bin) last[1] = bin + 1;
    else runs.push([bin, bin + 1]);
  }
  return runs;
}

import type { AddressRange } from "../../damon/mod.ts";
import { type HeatSegment, intersect, joinTouching } from "../record/mod.ts";

/** The hot ranges must hold this share of all accesses; the rest is too thin to be worth its space. */
const HOT_SHARE = 0.99;
/** A gap below this share of the hot bytes is drawn as it is instead of being cut out. */
const GAP_SHARE = 1 / 16;
/** Idle surroundings at each side of a band, as a share of it. */
const MARGIN_SHARE = 1 / 32;
/** Where the bands that there is room for hold less than this share of the accesses, gaps are cut out within bands. */
const BANDS_SHARE = 0.95;
/** A band of scattered ranges is at least this share of the mean one. */
const CLUSTER_SHARE = 1 / 4;
const PAGE = 4096;

/** Which ranges of a target's address space a heat map shows. */
export interface BandOptions {
  /** `hottest` cuts out what is idle, `all` only what was not monitored. */
  drawRange: "hottest" | "all";
  /** At most this many bands; the ones with the least heat are left out. */
  maxBands: number;
}

/**
 * Chooses the bands of a heat map: the address ranges worth drawing, ascending, not overlapping, on page boundaries.
 *
 * The hottest addresses are taken until they hold 99 % of all accesses. Their ranges are joined over gaps that are small
 * in the picture, get a little of their idle surroundings, and are the bands. Where nothing was accessed, all that was
 * monitored is drawn.
 *
 * @example
 * ```ts
 * import { bandsOf } from "./heat_bands.ts";
 * bandsOf([
 *   { start: 0, end: 1 << 20, heatNs: 9, watchedNs: 10 },
 *   { start: 1 << 20, end: 1 << 30, heatNs: 0, watchedNs: 10 },
 * ], { drawRange: "hottest", maxBands: 6 }); // [{ start: 0, end: 1081344 }]
 * ```
 */
export function bandsOf(segments: readonly HeatSegment[], options: BandOptions): AddressRange[] {
  return strongest(rangesWorthDrawing(segments, options), segments, options.maxBands);
}

/**
 * As {@linkcode bandsOf}, for address spaces that are scattered as well: where the bands that there is room for would
 * leave out more than a twentieth of the accesses, a band is several ranges, and the gaps between them are cut out.
 *
 * @returns The ranges of each band, ascending.
 *
 * @example
 * ```ts
 * import { scatteredBandsOf } from "./heat_bands.ts";
 * const segments = [0, 5, 900, 905].map((at) => ({ start: at << 20, end: (at + 1) << 20, heatNs: 9, watchedNs: 10 }));
 * scatteredBandsOf(segments, { drawRange: "hottest", maxBands: 2 }).map((ranges) => ranges.length); // [2, 2]
 * ```
 */
export function scatteredBandsOf(segments: readonly HeatSegment[], options: BandOptions): AddressRange[][] {
  const ranges = rangesWorthDrawing(segments, options);
  const bands = strongest(ranges, segments, options.maxBands);
  const sumOf = (some: readonly AddressRange[]) => heatsWithin(segments, some).reduce((sum, heat) => sum + heat, 0);
  const isEnough = bands.length === ranges.length ||
    (options.drawRange === "hottest" && sumOf(bands) > BANDS_SHARE * sumOf(ranges));
  if (isEnough) return bands.map((band) => [band]);
  return clustersOf(intersect(ranges, joinTouching(segments)), options.maxBands);
}

/** Cuts at the largest gaps, but cuts off nothing that would be too small a band to see anything in. */
function clustersOf(ranges: readonly AddressRange[], most: number): AddressRange[][] {
  const before = [0];
  for (const range of ranges) before.push(before.at(-1)! + sizeOf(range));
  const least = before.at(-1)! / most * CLUSTER_SHARE;
  const gaps = ranges.slice(1).map((range, i) => ({ at: i + 1, bytes: range.start - ranges[i].end }))
    .sort((a, b) => b.bytes - a.bytes);
  const borders = [0, ranges.length];
  for (const { at } of gaps) {
    if (borders.length > most) break;
    const next = borders.findIndex((border) => border > at);
    const isLarge = before[at] - before[borders[next - 1]] >= least && before[borders[next]] - before[at] >= least;
    if (isLarge) borders.splice(next, 0, at);
  }
  return borders.slice(1).map((border, i) => ranges.slice(borders[i], border));
}

function rangesWorthDrawing(
  segments: readonly HeatSegment[],
  { drawRange, maxBands }: BandOptions,
): AddressRange[] {
  const hot = drawRange === "all" ? [] : hottestOf(segments);
  const watched = joinTouching(segments);
  if (hot.length === 0) return joinGaps(watched, maxBands);
  const bands = joinGaps(joinTouching(hot), maxBands);
  return joinTouching(withMargins(bands, watched));
}

/** Bytes × ns of access within each of the ranges; both must ascend. */
export function heatsWithin(segments: readonly HeatSegment[], ranges: readonly AddressRange[]): number[] {
  let at = 0;
  return ranges.map(({ start, end }) => {
    let sum = 0;
    while (at < segments.length && segments[at].end <= start) at++;
    for (; at < segments.length && segments[at].start < end; at++) {
      const segment = segments[at];
      sum += (Math.min(end, segment.end) - Math.max(start, segment.start)) * segment.heatNs;
      if (segment.end > end) break;
    }
    return sum;
  });
}

const sizeOf = ({ start, end }: AddressRange) => end - start;
const weightOf = (segment: HeatSegment) => sizeOf(segment) * segment.heatNs;

/** Shares are told apart by this many steps for each halving; there are 50 halvings. */
const STEPS = 64;
const stepOf = ({ heatNs, watchedNs }: HeatSegment) =>
  Math.min(50 * STEPS - 1, Math.max(0, Math.floor(-Math.log2(heatNs / watchedNs) * STEPS)));

function hottestOf(segments: readonly HeatSegment[]): HeatSegment[] {
  const accessed = segments.filter(({ heatNs }) => heatNs > 0);
  // Summed by share instead of sorted: a record can have a hundred thousand segments.
  const sums = new Float64Array(50 * STEPS);
  for (const segment of accessed) sums[stepOf(segment)] += weightOf(segment);
  let missing = HOT_SHARE * sums.reduce((sum, weight) => sum + weight, 0);
  const last = sums.findIndex((weight) => (missing -= weight) <= 0);
  return accessed.filter((segment) => stepOf(segment) <= last);
}

/** Closes the smallest gaps first: small ones always, others while there are too many bands, till half would be gap. */
function joinGaps(ranges: readonly AddressRange[], maxBands: number): AddressRange[] {
  const bytes = ranges.reduce((sum, range) => sum + sizeOf(range), 0);
  const gaps = Float64Array.from(ranges.slice(1), (range, i) => range.start - ranges[i].end).sort();
  let [largest, blank] = [0, 0];
  gaps.forEach((gap, i) => {
    blank += gap;
    const isSmall = gap <= bytes * GAP_SHARE;
    if (blank <= bytes && (isSmall || ranges.length - i > maxBands)) largest = gap;
  });
  const result: AddressRange[] = [];
  for (const { start, end } of ranges) {
    const last = result.at(-1);
    if (last && start - last.end <= largest) last.end = end;
    else result.push({ start, end });
  }
  return result;
}

/** Both ascend. */
function withMargins(bands: readonly AddressRange[], watched: readonly AddressRange[]): AddressRange[] {
  let at = 0;
  return bands.map((band) => {
    const margin = Math.ceil(sizeOf(band) * MARGIN_SHARE / PAGE) * PAGE;
    while (at < watched.length && watched[at].end <= band.start) at++;
    const before = watched[at];
    while (at < watched.length && watched[at].end < band.end) at++;
    const after = watched[at];
    return {
      start: before && before.start <= band.start ? Math.max(before.start, band.start - margin) : band.start,
      end: after && after.start < band.end ? Math.min(after.end, band.end + margin) : band.end,
    };
  });
}

function strongest(bands: AddressRange[], segments: readonly HeatSegment[], maxBands: number): AddressRange[] {
  if (bands.length <= maxBands) return bands;
  const heats = heatsWithin(segments, bands);
  return bands.map((band, i) => ({ band, heat: heats[i] }))
    .sort((a, b) => b.heat - a.heat || sizeOf(b.band) - sizeOf(a.band))
    .slice(0, maxBands).map(({ band }) => band).sort((a, b) => a.start - b.start);
}

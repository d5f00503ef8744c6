import type { AddressRange } from "../damon/mod.ts";
import type { HeatSegment } from "./address_histogram.ts";

/** The hot ranges must hold this share of all accesses; the rest is too thin to be worth its space. */
const HOT_SHARE = 0.99;
/** A gap below this share of the hot bytes is drawn as it is instead of being cut out. */
const GAP_SHARE = 1 / 16;
/** Idle surroundings at each side of a band, as a share of it. */
const MARGIN_SHARE = 1 / 32;
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
export function bandsOf(segments: readonly HeatSegment[], { drawRange, maxBands }: BandOptions): AddressRange[] {
  const hot = drawRange === "all" ? [] : hottestOf(segments);
  const watched = joinTouching(segments);
  if (hot.length === 0) return strongest(joinGaps(watched, maxBands), segments, maxBands);
  const bands = joinGaps(joinTouching(hot), maxBands);
  return strongest(joinTouching(bands.map((band) => withMargin(band, watched))), segments, maxBands);
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

/** Ranges that touch or overlap become one; they must ascend by `start`. */
export function joinTouching(ranges: readonly AddressRange[]): AddressRange[] {
  const result: AddressRange[] = [];
  for (const { start, end } of ranges) {
    const last = result.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
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

function withMargin(band: AddressRange, watched: readonly AddressRange[]): AddressRange {
  const margin = Math.ceil(sizeOf(band) * MARGIN_SHARE / PAGE) * PAGE;
  const before = watched.find((range) => range.end > band.start && range.start <= band.start);
  const after = watched.find((range) => range.end >= band.end && range.start < band.end);
  return {
    start: Math.max(before?.start ?? band.start, band.start - margin),
    end: Math.min(after?.end ?? band.end, band.end + margin),
  };
}

function strongest(bands: AddressRange[], segments: readonly HeatSegment[], maxBands: number): AddressRange[] {
  if (bands.length <= maxBands) return bands;
  const heats = heatsWithin(segments, bands);
  return bands.map((band, i) => ({ band, heat: heats[i] }))
    .sort((a, b) => b.heat - a.heat || sizeOf(b.band) - sizeOf(a.band))
    .slice(0, maxBands).map(({ band }) => band).sort((a, b) => a.start - b.start);
}

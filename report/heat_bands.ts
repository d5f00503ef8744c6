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

/** Bytes × ns of access within a range. */
export function heatWithin(segments: readonly HeatSegment[], { start, end }: AddressRange): number {
  let sum = 0;
  for (const segment of segments) {
    const bytes = Math.min(end, segment.end) - Math.max(start, segment.start);
    if (bytes > 0) sum += bytes * segment.heatNs;
  }
  return sum;
}

const sizeOf = ({ start, end }: AddressRange) => end - start;
const weightOf = (segment: HeatSegment) => sizeOf(segment) * segment.heatNs;

function hottestOf(segments: readonly HeatSegment[]): HeatSegment[] {
  const accessed = segments.filter(({ heatNs }) => heatNs > 0);
  const share = (segment: HeatSegment) => segment.heatNs / segment.watchedNs;
  const enough = HOT_SHARE * accessed.reduce((sum, segment) => sum + weightOf(segment), 0);
  let sum = 0;
  const hot: HeatSegment[] = [];
  for (const segment of accessed.sort((a, b) => share(b) - share(a))) {
    if (sum >= enough) break;
    sum += weightOf(segment);
    hot.push(segment);
  }
  return hot.sort((a, b) => a.start - b.start);
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
  const gaps = ranges.slice(1).map((range, i) => ({ at: i + 1, size: range.start - ranges[i].end }))
    .sort((a, b) => a.size - b.size);
  const closed = new Set<number>();
  let blank = 0;
  for (const { at, size } of gaps) {
    const isSmall = size <= bytes * GAP_SHARE;
    if (!isSmall && ranges.length - closed.size <= maxBands) break;
    if (blank + size > bytes) break;
    blank += size;
    closed.add(at);
  }
  const result: AddressRange[] = [];
  ranges.forEach(({ start, end }, i) => {
    if (closed.has(i)) result.at(-1)!.end = end;
    else result.push({ start, end });
  });
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
  return bands.map((band) => ({ band, heat: heatWithin(segments, band) }))
    .sort((a, b) => b.heat - a.heat || sizeOf(b.band) - sizeOf(a.band))
    .slice(0, maxBands).map(({ band }) => band).sort((a, b) => a.start - b.start);
}

import type { AccessedRegion } from "./access.ts";

/** What memory is sorted into histograms and percentiles by. */
export type AccessMetric = "recency" | "temperature";

/**
 * Idle time of a region, µs: 0 where it was accessed, else its age and the aggregation interval in which it was not. The
 * age counts from the interval after the last access on.
 */
export function idleUsOf({ nrAccesses, ageUs }: AccessedRegion, aggrUs: number): number {
  return nrAccesses > 0 ? 0 : (ageUs ?? 0) + aggrUs;
}

/** How a histogram's ranges are chosen. */
export interface HistogramOptions {
  /** Each range is twice as long as the one before. */
  logScale?: boolean;
  /** Every range begins with the first one. */
  cumulate?: boolean;
  /** Exactly these ranges. */
  ranges?: readonly (readonly [from: number, to: number])[];
}

/** One range of a histogram. */
export interface HistogramBin {
  /** Its first value. */
  from: number;
  /** Its end, not included. */
  to: number;
  /** Bytes of the regions whose value lies in it. */
  bytes: number;
}

const BINS = 10;

/** A value of each region and the bytes that count for it. */
export type Weighed = readonly { value: number; bytes: number }[];

/** Each region's idle time in µs, or its temperature, with its bytes, or those that passed the filters. */
export function weighed(
  regions: readonly AccessedRegion[],
  metric: AccessMetric,
  aggrUs: number,
  isPassed = false,
): Weighed {
  return regions.map((region) => ({
    value: metric === "recency" ? idleUsOf(region, aggrUs) : region.temperature,
    bytes: isPassed ? region.passedBytes ?? 0 : region.bytes,
  }));
}

/** How many bytes have which value. */
export function sizeHistogramOf(values: Weighed, options: HistogramOptions = {}): HistogramBin[] {
  if (values.length === 0) return [];
  const [min, max] = extentOf(values);
  const ranges = options.ranges ?? (options.logScale ? logRanges(min, max, options) : linearRanges(min, max, options));
  return ranges.map(([from, to]) => ({
    from,
    to,
    bytes: values.reduce((sum, { value, bytes }) => value >= from && value < to ? sum + bytes : sum, 0),
  }));
}

function extentOf(values: Weighed): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const { value } of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return [min, max];
}

function linearRanges(min: number, max: number, { cumulate = false }: HistogramOptions): [number, number][] {
  const length = Math.max(1, Math.ceil((max + 1 - min) / BINS));
  return Array.from({ length: BINS }, (_, i) => [cumulate ? min : min + length * i, min + length * (i + 1)]);
}

function logRanges(min: number, max: number, { cumulate = false }: HistogramOptions): [number, number][] {
  const ranges: [number, number][] = [];
  let [from, length] = [min, Math.max(1, Math.trunc((max - min) / 2 ** BINS))];
  do {
    ranges.push([cumulate ? min : from, from + length]);
    from += length;
    length *= 2;
    // One range must hold the largest value as well; its end is not in it.
  } while (from <= max);
  return ranges;
}

/** Percentiles that are shown where none are asked for. */
export const DEFAULT_PERCENTILES: readonly number[] = [0, 1, 25, 50, 75, 99, 100];

/**
 * The value that so many percent of the bytes do not exceed, for each of the percentiles, which must ascend.
 */
export function sizePercentilesOf(
  values: Weighed,
  percentiles: readonly number[] = DEFAULT_PERCENTILES,
): { percentile: number; value: number }[] {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total === 0) return [];
  const result: { percentile: number; value: number }[] = [];
  let [reached, next] = [0, 0];
  for (const { value, bytes } of sorted) {
    reached += bytes * 100 / total;
    while (next < percentiles.length && reached >= percentiles[next]) {
      result.push({ percentile: percentiles[next++], value });
    }
  }
  // What rounding leaves over.
  const last = sorted.at(-1);
  for (; last && next < percentiles.length; next++) result.push({ percentile: percentiles[next], value: last.value });
  return result;
}

/** A growing list of numbers without an object for each. */
export class NumberList {
  #values = new Float64Array(64);
  #length = 0;

  /** Adds one at the end. */
  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** All of them, in the order they were added; good until the next {@linkcode push}. */
  values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}

/** A figure of each snapshot of a target, or of several that are taken together. */
export interface Distribution {
  /** Whose figure it is; empty where there is one only. */
  name: string;
  /** Ends of the snapshots, ns from the record's start, ascending. */
  timesNs: Float64Array;
  /** The figure, one a snapshot. */
  values: Float64Array;
  /** How long each of them lasted, ns: its weight. Absent where all weigh the same. */
  spansNs?: Float64Array;
  /** What is to be said about this one, with its name. */
  note?: string;
}

/** A figure at a percentile of a distribution. */
export interface PercentileValue {
  /** 0 to 100: of the values if they are sorted by size, of the snapshots if by time. */
  percentile: number;
  /** The figure there. */
  value: number;
  /** When it was, ns from the record's start; `undefined` where the values are sorted by size. */
  timeNs: number | undefined;
}

/** Percentiles as `START END STEP` name them: END is not among them. @throws {RangeError} for a range that has none. */
export function percentileRange([start, end, step]: readonly [number, number, number]): number[] {
  if (!(step > 0) || !(start >= 0) || !(start < end) || !(end <= 101)) {
    throw new RangeError(
      `${start} ${end} ${step} are no percentiles: they are START END STEP within 0 and 101; ` +
        "use 0 101 25 for 0, 25, 50, 75 and 100",
    );
  }
  const percentiles = [];
  for (let percentile = start; percentile < end; percentile += step) percentiles.push(percentile);
  return percentiles;
}

/**
 * The values at some percentiles, by size or by time. Percentile `p` is the first value at which more than `p` % of the
 * time are over: of `n` values that weigh the same the one with index `⌊p / 100 × n⌋`, as the Python damo has it, never one in
 * between.
 */
export function percentilesOf(
  { values, timesNs, spansNs }: Pick<Distribution, "values" | "timesNs" | "spansNs">,
  percentiles: readonly number[],
  sortBy: "size" | "time",
): PercentileValue[] {
  const { length } = values;
  if (length === 0) return [];
  const order = Uint32Array.from(values, (_, i) => i);
  if (sortBy === "size") order.sort((a, b) => values[a] - values[b]);
  const reached = spansNs && sumsOf(order, spansNs);
  return percentiles.map((percentile) => {
    const share = percentile / 100;
    const place = reached ? firstAbove(reached, share * reached[length - 1]) : Math.floor(share * length);
    const at = order[Math.min(length - 1, place)];
    return { percentile, value: values[at], timeNs: sortBy === "time" ? timesNs[at] : undefined };
  });
}

function sumsOf(order: Uint32Array, weights: Float64Array): Float64Array {
  let sum = 0;
  return Float64Array.from(order, (at) => sum += weights[at]);
}

/** Index of the first of these, which ascend, that is larger. */
function firstAbove(sums: Float64Array, limit: number): number {
  let [low, high] = [0, sums.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Their mean, weighted by time where they have one; NaN of none. */
export function meanOf({ values, spansNs }: Pick<Distribution, "values" | "spansNs">): number {
  if (!spansNs) return values.reduce((sum, value) => sum + value, 0) / values.length;
  let [sum, allNs] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i] * spansNs[i];
    allNs += spansNs[i];
  }
  return sum / allNs;
}

/** Means of `count` equal parts of the time, `undefined` where there is nothing; of values without spans, of equal numbers. */
export function courseOf(distribution: Distribution, count: number): (number | undefined)[] {
  const { values, timesNs, spansNs } = distribution;
  if (!spansNs || values.length === 0) return bucketsOf(distribution, count);
  const startNs = timesNs[0] - spansNs[0];
  const parts = Math.min(count, values.length);
  const partNs = (timesNs[values.length - 1] - startNs) / parts;
  const [sums, weights] = [new Float64Array(parts), new Float64Array(parts)];
  for (let i = 0; i < values.length; i++) {
    const [from, to] = [timesNs[i] - spansNs[i] - startNs, timesNs[i] - startNs];
    for (let part = Math.max(0, Math.floor(from / partNs)); part < parts && part * partNs < to; part++) {
      const ns = Math.min(to, (part + 1) * partNs) - Math.max(from, part * partNs);
      sums[part] += values[i] * ns;
      weights[part] += ns;
    }
  }
  return Array.from(sums, (sum, part) => weights[part] > 0 ? sum / weights[part] : undefined);
}

/** At most `count` points of a course: each the mean of some values, and when the last of them ended. */
export function pointsOf(distribution: Distribution, count: number): { timeNs: number; value: number }[] {
  const values = bucketsOf(distribution, count);
  const { length } = distribution.values;
  return values.map((value, i) => {
    const to = Math.max(Math.floor(i * length / values.length) + 1, Math.floor((i + 1) * length / values.length));
    return { timeNs: distribution.timesNs[to - 1], value };
  });
}

/** Means of at most `count` equal parts of the values. */
export function bucketsOf({ values, spansNs }: Pick<Distribution, "values" | "spansNs">, count: number): number[] {
  const buckets = Math.min(count, values.length);
  return Array.from({ length: buckets }, (_, i) => {
    const from = Math.floor(i * values.length / buckets);
    const to = Math.max(from + 1, Math.floor((i + 1) * values.length / buckets));
    return meanOf({ values: values.subarray(from, to), ...(spansNs && { spansNs: spansNs.subarray(from, to) }) });
  });
}

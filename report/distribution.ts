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
      `Cannot use ${start} ${end} ${step} as percentiles as they must be START END STEP within 0 and 101: ` +
        "use 0 101 25 for 0, 25, 50, 75 and 100",
    );
  }
  const percentiles = [];
  for (let percentile = start; percentile < end; percentile += step) percentiles.push(percentile);
  return percentiles;
}

/**
 * The values at some percentiles, by size or by time. Percentile `p` of `n` values is the one with index
 * `⌊p / 100 × n⌋`, as the peer has it, never one in between.
 */
export function percentilesOf(
  { values, timesNs }: Distribution,
  percentiles: readonly number[],
  sortBy: "size" | "time",
): PercentileValue[] {
  const sorted = sortBy === "size" ? values.slice().sort() : values;
  if (sorted.length === 0) return [];
  return percentiles.map((percentile) => {
    const at = Math.min(sorted.length - 1, Math.floor(percentile / 100 * sorted.length));
    return { percentile, value: sorted[at], timeNs: sortBy === "time" ? timesNs[at] : undefined };
  });
}

/** Their mean; NaN of none. */
export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

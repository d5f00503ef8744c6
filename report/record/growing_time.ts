const NONE: number[] = [];

/** A sum for each bin; it ends with the last one that is not 0. */
export class ShortRow {
  #sums = NONE;

  /** Adds to the sum of a bin. */
  add(bin: number, value: number): void {
    if (this.#sums === NONE) this.#sums = [];
    while (this.#sums.length <= bin) this.#sums.push(0);
    this.#sums[bin] += value;
  }

  /** The sum of a bin. */
  at(bin: number): number {
    return this.#sums[bin] ?? 0;
  }

  /** Of all bins. */
  total(): number {
    return this.#sums.reduce((total, value) => total + value, 0);
  }

  /** Makes one of each two bins. */
  halve(): void {
    const sums = this.#sums;
    const { length } = sums;
    for (let bin = 0; 2 * bin < length; bin++) sums[bin] = sums[2 * bin] + (sums[2 * bin + 1] ?? 0);
    sums.length = Math.ceil(length / 2);
  }
}

/**
 * Bins of time for sums that are taken while a record is read, when its end is not known: whenever time goes beyond the
 * last bin, each two become one. So there are always between half of the bins and all of them in use, in one pass.
 *
 * @example
 * ```ts
 * import { GrowingTime } from "./growing_time.ts";
 * const time = new GrowingTime(4);
 * const sums = time.newRow();
 * for (let second = 0; second < 6; second++) time.spread(second * 1e9, (second + 1) * 1e9, (bin, ns) => sums[bin] += ns);
 * time.binNs; // 2e9
 * ```
 */
export class GrowingTime {
  /** Begin of the first bin; set by the first {@linkcode spread}. */
  startNs: number = NaN;
  /** Length of a bin. */
  binNs: number = NaN;
  /** How many bins are in use. */
  used = 0;
  readonly #rows: Float64Array[] = [];
  readonly #shortRows: ShortRow[] = [];

  /** `bins`, an even number, is how many there are at most. */
  constructor(readonly bins: number) {}

  /** A sum for each bin, all 0, that is kept in step with the bins. */
  newRow(): Float64Array {
    const row = new Float64Array(this.bins);
    this.#rows.push(row);
    return row;
  }

  /** The same with room for the bins only that are in use: for sums of which there may be very many. */
  newShortRow(): ShortRow {
    const row = new ShortRow();
    this.#shortRows.push(row);
    return row;
  }

  /** Calls `add` with each bin that the time touches, and how much of the time lies in it. */
  spread(startNs: number, endNs: number, add: (bin: number, ns: number) => void): void {
    if (this.used === 0) [this.startNs, this.binNs] = [startNs, Math.max(1, endNs - startNs)];
    while (endNs - this.startNs > this.binNs * this.bins) this.#halve();
    const last = Math.min(this.bins - 1, Math.ceil((endNs - this.startNs) / this.binNs) - 1);
    for (let bin = Math.max(0, Math.floor((startNs - this.startNs) / this.binNs)); bin <= last; bin++) {
      const from = this.startNs + bin * this.binNs;
      const ns = Math.min(endNs, from + this.binNs) - Math.max(startNs, from);
      if (ns > 0) add(bin, ns);
    }
    if (last >= this.used) this.used = last + 1;
  }

  #halve(): void {
    for (const row of this.#rows) {
      for (let bin = 0; bin < this.bins / 2; bin++) row[bin] = row[2 * bin] + row[2 * bin + 1];
      row.fill(0, this.bins / 2);
    }
    for (const row of this.#shortRows) row.halve();
    this.binNs *= 2;
    this.used = Math.ceil(this.used / 2);
  }
}

/** How well a record agrees with its reference, over some time. Areas are bytes × seconds. */
export interface FidelityRow {
  /** Name of the phase, `all` for the whole. */
  name: string;
  /** ns of the record's clock. */
  startNs: number;
  /** ns of the record's clock. */
  endNs: number;
  /** Of that time, how much snapshots cover, without what the tolerance leaves out, ns. */
  coveredNs: number;
  /** Area that is hot in the reference: in truth. */
  hotArea: number;
  /** Area that is hot in the record. */
  seenArea: number;
  /** Area that is hot in both. */
  commonArea: number;
  /** Share of what the record shows as hot that is; `undefined` where it shows nothing. */
  precision: number | undefined;
  /** Share of what is hot that the record shows; `undefined` where nothing is. */
  recall: number | undefined;
  /** Harmonic mean of the two; `undefined` where nothing is hot, nor shown so. */
  f1: number | undefined;
  /** Mean over the covered time of the bytes that are hot in the reference: the working set. */
  hotBytes: number;
  /** Mean of the bytes that the record shows as hot. */
  seenBytes: number;
  /** Mean of the bytes that both show as hot. */
  commonBytes: number;
  /** Mean absolute difference of the first two, bytes. */
  errorBytes: number;
}

/** A row that is being summed up; areas in bytes × ns. */
export class FidelitySum {
  #coveredNs = 0;
  #hot = 0;
  #seen = 0;
  #common = 0;
  #error = 0;

  /** An empty sum about the time from `startNs` to `endNs`. */
  constructor(readonly name: string, readonly startNs: number, readonly endNs: number) {}

  /** Of its time, how much was added. */
  get coveredNs(): number {
    return this.#coveredNs;
  }

  /** Adds a stretch of `ns` in which none of the sizes changed. */
  add(ns: number, hotBytes: number, seenBytes: number, commonBytes: number): void {
    this.#coveredNs += ns;
    this.#hot += hotBytes * ns;
    this.#seen += seenBytes * ns;
    this.#common += commonBytes * ns;
    this.#error += Math.abs(seenBytes - hotBytes) * ns;
  }

  /** This sum and the one that follows it in time, as one. */
  joined(next: FidelitySum): FidelitySum {
    const both = new FidelitySum(this.name, this.startNs, next.endNs);
    both.#coveredNs = this.#coveredNs + next.#coveredNs;
    both.#hot = this.#hot + next.#hot;
    both.#seen = this.#seen + next.#seen;
    both.#common = this.#common + next.#common;
    both.#error = this.#error + next.#error;
    return both;
  }

  /** The row; `startNs` and `endNs` replace what the sum was begun with. */
  row({ startNs, endNs } = { startNs: this.startNs, endNs: this.endNs }): FidelityRow {
    const over = (part: number, whole: number) => whole > 0 ? part / whole : undefined;
    const mean = (area: number) => over(area, this.#coveredNs) ?? 0;
    return {
      name: this.name,
      startNs,
      endNs,
      coveredNs: this.#coveredNs,
      hotArea: this.#hot / 1e9,
      seenArea: this.#seen / 1e9,
      commonArea: this.#common / 1e9,
      precision: over(this.#common, this.#seen),
      recall: over(this.#common, this.#hot),
      f1: over(2 * this.#common, this.#hot + this.#seen),
      hotBytes: mean(this.#hot),
      seenBytes: mean(this.#seen),
      commonBytes: mean(this.#common),
      errorBytes: mean(this.#error),
    };
  }
}

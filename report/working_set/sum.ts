import type { WorkingSetSample } from "./working_set.ts";
import { mostOf } from "../record/mod.ts";

/** What is added up. */
const FIGURES = ["bytes", "lowBytes", "highBytes", "variance", "residentBytes"] as const;

/** Bytes of a key by how large a part of it is: of how many samples. */
class Parts {
  sum = 0;
  most = 0;
  readonly #counts = new Map<number, number>();

  add(bytes: number): void {
    this.sum += bytes;
    this.most = Math.max(this.most, bytes);
    this.#counts.set(bytes, (this.#counts.get(bytes) ?? 0) + 1);
  }

  /** @returns Whether none is left. */
  remove(bytes: number): boolean {
    this.sum -= bytes;
    const left = this.#counts.get(bytes)! - 1;
    if (left > 0) this.#counts.set(bytes, left);
    else {
      this.#counts.delete(bytes);
      if (bytes === this.most) this.most = mostOf(this.#counts.keys());
    }
    return this.#counts.size === 0;
  }
}

/**
 * The sum of the samples that are added and not removed. What several samples may share counts as large as the largest part that one
 * of them has. It takes the time of what changes, however many samples there are.
 */
export class WorkingSetSum {
  /** How many samples. */
  size = 0;
  /** Samples that do not say what was in memory. */
  #unknown = 0;
  readonly #sums = { bytes: 0, lowBytes: 0, highBytes: 0, variance: 0, residentBytes: 0 };
  readonly #parts = new Map<string, Parts>();
  /** What is counted of a key beside its largest part, and so perhaps twice, over all keys. */
  #twice = 0;

  /** Adds a sample. */
  add(sample: WorkingSetSample): void {
    this.#count(sample, 1);
    for (const [key, bytes] of sample.shared ?? []) {
      let parts = this.#parts.get(key);
      if (!parts) this.#parts.set(key, parts = new Parts());
      this.#twice -= parts.sum - parts.most;
      parts.add(bytes);
      this.#twice += parts.sum - parts.most;
    }
  }

  /** Takes one back that was added. */
  remove(sample: WorkingSetSample): void {
    this.#count(sample, -1);
    for (const [key, bytes] of sample.shared ?? []) {
      const parts = this.#parts.get(key)!;
      this.#twice -= parts.sum - parts.most;
      if (parts.remove(bytes)) this.#parts.delete(key);
      else this.#twice += parts.sum - parts.most;
    }
  }

  /** The sum, of this time. */
  sample(startNs: number, endNs: number): WorkingSetSample {
    const { bytes, lowBytes, highBytes, variance, residentBytes } = this.#sums;
    return {
      startNs,
      endNs,
      bytes: bytes - this.#twice,
      lowBytes: Math.max(0, lowBytes - this.#twice),
      highBytes,
      variance,
      ...(this.#unknown === 0 && { residentBytes }),
    };
  }

  #count(sample: WorkingSetSample, sign: number): void {
    this.size += sign;
    if (sample.residentBytes === undefined) this.#unknown += sign;
    for (const figure of FIGURES) this.#sums[figure] += sign * (sample[figure] ?? 0);
    if (this.size > 0) return;
    // Nothing of what fractions lose in adding and taking away goes on.
    for (const figure of FIGURES) this.#sums[figure] = 0;
    this.#twice = 0;
  }
}

import type { Scheme, TargetKey } from "../../damon/mod.ts";
import { MOST_PRIORITY } from "./priority.ts";

const PAGE = 4096;

/** Where the last window's quota ended: the next one goes on from there. */
interface Place {
  target: TargetKey;
  address: number;
}

/**
 * A scheme's size quota as the kernel charges it: so many bytes a window, the highest priorities only where they do not
 * suffice for all, and each window goes on where the one before was used up. Time and goals are not known to a record:
 * they bound nothing here.
 */
export class QuotaState {
  /** Windows that were used up. */
  exceeds = 0;
  readonly #limit: number;
  readonly #resetNs: number;
  readonly #histograms = new Map<TargetKey, Float64Array>();
  #beginNs = -Infinity;
  #charged = 0;
  #least = 0;
  #from: Place | undefined;

  constructor({ quotas }: Pick<Scheme, "quotas">) {
    this.#limit = quotas && quotas.szBytes > 0 ? quotas.szBytes : Infinity;
    this.#resetNs = (quotas?.resetIntervalMs ?? 0) * 1e6;
  }

  /** Whether there is a limit that is known. */
  get isLimited(): boolean {
    return this.#limit < Infinity;
  }

  /** Begins a look of the scheme at a target; `bytesOfPriority` says how much matches, by priority. */
  look(target: TargetKey, nowNs: number, bytesOfPriority: Float64Array): void {
    if (!this.isLimited) return;
    if (nowNs - this.#beginNs >= this.#resetNs) {
      if (this.#charged >= this.#limit) this.exceeds++;
      this.#charged = 0;
      this.#beginNs = nowNs;
    }
    // Of other targets what was seen last: their snapshots come one after the other.
    this.#histograms.set(target, bytesOfPriority);
    let [sum, least] = [0, MOST_PRIORITY];
    for (; least > 0; least--) {
      for (const histogram of this.#histograms.values()) sum += histogram[least];
      if (sum >= this.#limit) break;
    }
    this.#least = least;
  }

  /** Whether a region of this priority has its turn. */
  admits(priority: number): boolean {
    return !this.isLimited || (this.#charged < this.#limit && priority >= this.#least);
  }

  /** Where the scheme begins in a region: at its start, further on, or not at all. */
  startIn(target: TargetKey, start: number, end: number, isLast: boolean): number | undefined {
    if (!this.#from || this.#charged >= this.#limit) return start;
    if (this.#from.target !== target) return undefined;
    const { address } = this.#from;
    if (isLast) {
      this.#from = undefined;
      return undefined;
    }
    if (end <= address) return undefined;
    this.#from = undefined;
    return Math.max(start, address);
  }

  /** How many bytes of a region the scheme may still try, whole pages. */
  allows(bytes: number): number {
    const left = this.#limit - this.#charged;
    return bytes <= left ? bytes : Math.max(0, Math.floor(left / PAGE) * PAGE);
  }

  /** Charges what was tried up to `address`. */
  charge(bytes: number, target: TargetKey, address: number): void {
    this.#charged += bytes;
    if (this.isLimited && this.#charged >= this.#limit) this.#from = { target, address };
  }
}

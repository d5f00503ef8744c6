import type { Intervals } from "../model/mod.ts";

/** How {@linkcode SamplingBudget} trades time for cost. */
export interface SamplingBudgetOptions {
  /** The intervals that are wished for. */
  intervals: Pick<Intervals, "sampleUs" | "aggrUs">;
  /** Share of one CPU that sampling may take, above 0 and at most 1. */
  maxOverhead: number;
  /**
   * Samples that an aggregation interval keeps where sampling gets slow, at least 1: only with fewer is the aggregation
   * interval stretched too.
   */
  minSamples: number;
  /** Where sampling gets slow: how long an aggregation interval may get for the sake of `minSamples`, µs; by default, any. */
  longestAggrUs?: number | undefined;
  /**
   * Share of the time at most in which accesses are lost, as bits are cleared after they were read; by default, any. What
   * is accessed once in a window of time is missed with this probability. No sampling interval gets longer than
   * `longestAggrUs` for its sake.
   */
  maxLost?: number | undefined;
}

/** Intervals in force: `aggrUs = samples * sampleUs`. */
export interface BudgetedIntervals {
  /** Sampling interval, µs. */
  sampleUs: number;
  /** Aggregation interval, µs. */
  aggrUs: number;
  /** Samples in an aggregation interval. */
  samples: number;
}

/** The intervals in which only so many samples were taken. */
export function thinnedIntervals(intervals: BudgetedIntervals, samples: number): BudgetedIntervals {
  if (samples >= intervals.samples) return intervals;
  return { ...intervals, sampleUs: Math.floor(intervals.aggrUs / samples), samples };
}

/**
 * Holds the cost of sampling to a share of one CPU, and what it loses to a share of the time, by stretching the sampling
 * interval. The aggregation interval stays as it is wished for with fewer samples in it, down to `minSamples`; from there
 * on it is stretched as well. It reacts to a higher cost at once, and to a lower one slowly, in steps, so that the intervals
 * rest most of the time.
 *
 * @example
 * ```ts
 * import { SamplingBudget } from "./sampling_budget.ts";
 * const intervals = { sampleUs: 5_000, aggrUs: 100_000 };
 * const budget = new SamplingBudget({ intervals, maxOverhead: 0.02, minSamples: 5 });
 * budget.note(1_000, 1); // a sample took 1 ms
 * budget.inForce(); // { sampleUs: 58824, aggrUs: 294120, samples: 5 }
 * ```
 */
export class SamplingBudget {
  readonly #options: SamplingBudgetOptions;
  #costUs = 0;
  #lostUs = 0;
  #sampleUs: number;
  #minSamples: number;

  /**
   * Begins with the intervals that are wished for.
   *
   * @throws {RangeError} for options out of their bounds.
   */
  constructor(options: SamplingBudgetOptions) {
    const { maxOverhead, minSamples } = options;
    if (!(maxOverhead > 0 && maxOverhead <= 1)) {
      throw new RangeError(`maxOverhead must be above 0 and at most 1, not ${maxOverhead}`);
    }
    if (!(Number.isSafeInteger(minSamples) && minSamples >= 1)) {
      throw new RangeError(`minSamples must be a whole number above 0, not ${minSamples}`);
    }
    this.#options = options;
    this.#minSamples = minSamples;
    this.#sampleUs = options.intervals.sampleUs;
  }

  /** Takes what `samples` samples cost together, µs of CPU time, and in how much of that accesses were lost. */
  note(costUs: number, samples: number, lostUs = 0): void {
    if (samples < 1) return;
    this.#costUs = risen(this.#costUs, costUs / samples);
    this.#lostUs = risen(this.#lostUs, lostUs / samples);
    const { intervals, maxOverhead, maxLost = 1, longestAggrUs = Infinity } = this.#options;
    // Looks that are seldom tell less than is lost between them.
    const needed = Math.max(this.#costUs / maxOverhead, Math.min(longestAggrUs, this.#lostUs / maxLost));
    if (needed <= this.#sampleUs && needed * SLACK > this.#sampleUs) return;
    this.#sampleUs = Math.max(intervals.sampleUs, roundUp(needed * HEADROOM));
  }

  /** Forgets what samples cost, where they are done in another way from now on that costs and loses so much each. */
  reset(costUs: number, lostUs = 0): void {
    this.#costUs = this.#lostUs = 0;
    this.#sampleUs = this.#options.intervals.sampleUs;
    this.note(costUs, 1, lostUs);
  }

  /** From now on an aggregation interval keeps so many samples, see {@linkcode SamplingBudgetOptions.minSamples}. */
  set minSamples(minSamples: number) {
    this.#minSamples = minSamples;
  }

  /** What a sample costs now, µs; 0 while that is not known. */
  get costUs(): number {
    return this.#costUs;
  }

  /** Share of the time in which accesses are lost now, 0 to 1. */
  get lostShare(): number {
    return Math.min(1, this.#lostUs / this.#sampleUs);
  }

  /** Whether the sampling interval is stretched. */
  get isStretched(): boolean {
    return this.#sampleUs > this.#options.intervals.sampleUs;
  }

  /** The intervals to use next. */
  inForce(): BudgetedIntervals {
    const { intervals, longestAggrUs = Infinity } = this.#options;
    const sampleUs = this.#sampleUs;
    const wished = Math.max(1, Math.floor(intervals.aggrUs / intervals.sampleUs));
    const kept = Math.min(wished, this.#minSamples, Math.floor(longestAggrUs / sampleUs));
    const samples = Math.max(1, Math.floor(intervals.aggrUs / sampleUs), kept);
    return { sampleUs, aggrUs: samples * sampleUs, samples };
  }
}

/** A cost that follows a higher one at once, and a lower one slowly. */
function risen(before: number, now: number): number {
  return Math.max(now, before === 0 ? now : 0.8 * before + 0.2 * now);
}

/** A sample may cost a little more than the last one did without another change. */
const HEADROOM = 1.125;
/** So much less than what is allowed may be spent before the interval is shortened. */
const SLACK = 1.5;

/** Up to a second its whole parts, so that samples fill one; above, two digits: intervals that rest. */
function roundUp(us: number): number {
  if (us <= 1e6) return Math.ceil(1e6 / Math.floor(1e6 / us));
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(us)) - 1);
  return Math.ceil(us / unit) * unit;
}

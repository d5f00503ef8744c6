import type { RecordHeader } from "../../damon/mod.ts";

/** How many intervals are remembered. */
const MOST = 65_536;

/**
 * When a target's last intervals began, ns: what the ages of its regions count, whatever an interval really took. Those
 * longer ago than is remembered are taken to have been as long as the remembered ones on average.
 */
export class IntervalStarts {
  #starts: Float64Array;
  #count = 0;
  #endNs = NaN;

  readonly #isPages: boolean;

  /**
   * @param source Of the record. DAMON's ages count intervals that were lost; the page sampler loses none, and rests between its own.
   * @param most Intervals that are remembered.
   */
  constructor(source: RecordHeader["source"], readonly most = MOST) {
    this.#isPages = source === "pages" || source === "pages-exact";
    this.#starts = new Float64Array(Math.min(64, most));
  }

  /** Takes the next interval, and those before it that were lost where ages have counted them. */
  add(startNs: number, endNs: number): void {
    const gapNs = startNs - this.#endNs;
    const lost = this.#isPages ? 0 : Math.min(this.most, Math.round(gapNs / (endNs - startNs)));
    for (let i = 0; i < lost; i++) this.#push(this.#endNs + gapNs * i / lost);
    this.#push(startNs);
    this.#endNs = endNs;
  }

  #push(startNs: number): void {
    const { length } = this.#starts;
    if (this.#count === length && length < this.most) {
      const grown = new Float64Array(Math.min(this.most, 2 * length));
      grown.set(this.#starts);
      this.#starts = grown;
    }
    this.#starts[this.#count++ % this.#starts.length] = startNs;
  }

  /**
   * When the interval began that came `age` intervals before the last one. Before the first of all, where DAMON ran
   * already when the recording began, each took `intervalNs`.
   */
  before(age: number, intervalNs: number): number {
    const [length, last] = [this.#starts.length, this.#count - 1];
    const kept = Math.min(this.#count, length);
    const at = last - age;
    if (at > last - kept) return this.#starts[at % length];
    const oldest = this.#starts[(this.#count - kept) % length];
    const meanNs = kept > 1 ? (this.#starts[last % length] - oldest) / (kept - 1) : intervalNs;
    const forgotten = this.#count - kept;
    const beyond = age - (kept - 1);
    return oldest - Math.min(beyond, forgotten) * meanNs - Math.max(0, beyond - forgotten) * intervalNs;
  }
}

/** How many intervals are remembered. */
const MOST = 65_536;

/**
 * When a target's last intervals began, ns: what its regions' ages count where intervals are not equally long. Those
 * longer ago are taken to have been as long as the remembered ones on average.
 */
export class IntervalStarts {
  readonly #starts: Float64Array;
  #count = 0;

  /** @param most Intervals that are remembered. */
  constructor(most = MOST) {
    this.#starts = new Float64Array(most);
  }

  /** Takes the next interval. */
  add(startNs: number): void {
    this.#starts[this.#count++ % this.#starts.length] = startNs;
  }

  /** When the interval began that came `age` intervals before the last one; never before the first of all. */
  before(age: number): number {
    const at = this.#count - 1 - age;
    const kept = Math.min(this.#count, this.#starts.length);
    const oldest = this.#starts[(this.#count - kept) % this.#starts.length];
    if (at >= this.#count - kept) return this.#starts[at % this.#starts.length];
    if (this.#count === kept) return oldest;
    const last = this.#starts[(this.#count - 1) % this.#starts.length];
    return oldest - (Math.min(age, this.#count - 1) - (kept - 1)) * (last - oldest) / (kept - 1);
  }
}

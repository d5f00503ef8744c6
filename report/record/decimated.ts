/**
 * Values over time of which, however many come, some hundreds are kept: whenever there are too many, every second one goes.
 * The first and the last stay.
 *
 * @example
 * ```ts
 * import { Decimated } from "./decimated.ts";
 * const values = new Decimated<number>(4);
 * for (let i = 0; i < 9; i++) values.push(i);
 * values.all(); // [0, 4, 8]
 * ```
 */
export class Decimated<T> {
  #kept: T[] = [];
  #last: T | undefined;
  #every = 1;
  #count = 0;

  /** Keeps at most so many, and the last. */
  constructor(readonly most: number) {}

  /** Takes the next value. */
  push(value: T): void {
    this.#last = value;
    if (this.#count++ % this.#every !== 0) return;
    this.#kept.push(value);
    if (this.#kept.length < this.most) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  /** What was kept, in its order. */
  all(): T[] {
    const { length } = this.#kept;
    const isLastKept = length === 0 || this.#kept[length - 1] === this.#last;
    return isLastKept ? [...this.#kept] : [...this.#kept, this.#last!];
  }
}

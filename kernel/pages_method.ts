/** How a process is looked at: every page, or some of each region. */
export type PagesMethod = "exact" | "adaptive";

/** What clearing a page of all of a process and looking at it costs, µs: 0.03 to 0.1 measured. */
const PAGE_US = 0.06;
/** How often every page has to be looked at, µs: where less can be paid for, some pages are looked at more often. */
const SLOWEST_US = 1e6;
/** How much more than that it may take before it is given up, and how much less before it is taken up. */
const MORE = 1.3;
const LESS = 0.8;

/** Chooses between looking at every page and at some of each region, by what it costs. */
export class MethodChoice {
  current: PagesMethod;
  readonly #wish: PagesMethod | "auto";
  readonly #maxOverhead: number;
  #pageUs = PAGE_US;

  constructor(wish: PagesMethod | "auto", maxOverhead: number) {
    this.#wish = wish;
    this.#maxOverhead = maxOverhead;
    this.current = wish === "adaptive" ? "adaptive" : "exact";
  }

  /** Takes how many pages are in memory and, after exact samples, what each of these cost, µs. Whether the choice changed. */
  note(residentPages: number, costUs = 0): boolean {
    if (costUs > 0 && residentPages > 1000) this.#pageUs = costUs / residentPages;
    if (this.#wish !== "auto") return false;
    const neededUs = (costUs || residentPages * this.#pageUs) / this.#maxOverhead;
    const before = this.current;
    if (before === "exact" && neededUs > SLOWEST_US * MORE) this.current = "adaptive";
    if (before === "adaptive" && neededUs < SLOWEST_US * LESS) this.current = "exact";
    return this.current !== before;
  }
}

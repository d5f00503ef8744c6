/** How a process is looked at: every page, or some of each region. */
export type PagesMethod = "exact" | "adaptive";

/** What clearing a page of all of a process and looking at it costs, µs: 0.03 to 0.1 measured; and more for each mapping. */
const PAGE_US = 0.06;
const MAPPING_US = 1;
/** What clearing a page by itself and looking at it costs, µs: where others look at one of each mapping. */
const SINGLE_US = 3;
/** How often every page has to be looked at, µs: where less can be paid for, some pages are looked at more often. */
const SLOWEST_US = 1e6;
/** How much more than that it may take before it is given up, and how much less before it is taken up. */
const MORE = 1.3;
const LESS = 0.8;
/** How many intervals in a row: a process that was just taken in costs more once. */
const IN_A_ROW = 2;

/** Chooses between looking at every page and at some of each region, by what it costs. */
export class MethodChoice {
  current: PagesMethod;
  readonly #wish: PagesMethod | "auto";
  readonly #maxOverhead: number;
  #pageUs = PAGE_US;
  #dear = 0;

  constructor(wish: PagesMethod | "auto", maxOverhead: number) {
    this.#wish = wish;
    this.#maxOverhead = maxOverhead;
    this.current = wish === "adaptive" ? "adaptive" : "exact";
  }

  /** What a look at every page costs, µs, as far as it is known. */
  expectedUs({ pages, mappings }: MethodFacts): number {
    return pages * this.#pageUs + mappings * MAPPING_US;
  }

  /** Takes how much there is to look at and, after exact samples, what each of these cost, µs. Whether the choice changed. */
  note(facts: MethodFacts, costUs = 0): boolean {
    const { pages, mappings } = facts;
    if (costUs > 0 && pages > 1000) this.#pageUs = Math.max(0.01, costUs - mappings * MAPPING_US) / pages;
    if (this.#wish !== "auto") return false;
    // Where there are many mappings, one page of each is no cheaper than all.
    const neededUs = (costUs || this.expectedUs(facts)) / this.#maxOverhead;
    const slowestUs = Math.max(SLOWEST_US, 2 * mappings * SINGLE_US / this.#maxOverhead);
    const before = this.current;
    this.#dear = neededUs > slowestUs * MORE ? this.#dear + 1 : 0;
    // What was not measured yet is known before the first sample only.
    if (before === "exact" && this.#dear >= (costUs > 0 ? IN_A_ROW : 1)) this.current = "adaptive";
    if (before === "adaptive" && neededUs < slowestUs * LESS) this.current = "exact";
    return this.current !== before;
  }
}

/** How much there is to look at. */
export interface MethodFacts {
  /** Pages in memory. */
  pages: number;
  mappings: number;
}

/** Most pages of a region in one sample, and what clearing and looking at one costs, µs: 0.6 to 9 measured. */
const MOST_PICKS = 64;
const PICK_US = 3;

/** How many pages of each region are looked at in a sample that may cost so much: counts are less a matter of chance then. */
export function picksOf(mostUs: number, regions: number): number {
  return Math.min(MOST_PICKS, Math.max(1, Math.floor(mostUs / PICK_US / Math.max(1, regions))));
}

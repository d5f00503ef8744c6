import type { Clearing } from "../../ffi/mod.ts";
import { capabilitiesOf, readOptional, type Roots } from "../machine/mod.ts";

/** How accessed bits are to be cleared: in one way, or in the cheaper one. */
export type ClearingWish = Clearing | "auto";

/** After so many aggregation intervals of clearing everything, clearing page by page is tried again. */
const RETRY = 50;
/** What each page costs where all are cleared, µs: 0.03 to 0.1 measured. */
const REFS_US = 0.05;
/** What clearing one page costs at most, µs: 9 measured, where another processor has to forget it. */
const COLD_US = 10;
/** Share of pages looked at that could not be cleared, from which on everything is cleared. */
const MOST_STUCK = 0.05;

/**
 * Chooses how to clear, by what it costs: page by page where that is cheaper, or everything. It stays with clearing
 * everything as long as that costs no more than may be spent.
 */
export class ClearingChoice {
  current: Clearing;
  readonly #wish: ClearingWish;
  #refsUs = 0;
  #coldUs = 0;
  #wait = 0;

  /** @param canBeCold Whether single pages can be cleared without harm at all. */
  constructor(wish: ClearingWish, canBeCold: boolean) {
    this.#wish = canBeCold ? wish : "refs";
    this.current = this.#wish === "cold" ? "cold" : "refs";
  }

  /**
   * Before the first sample: `resident` pages are to be cleared, each sample may take `mostUs`. Where that is too little
   * for all of them, they are left alone from the start: who accesses much memory feels each clearing of it all.
   */
  expect(resident: number, mostUs: number): void {
    if (this.#wish !== "auto" || resident * REFS_US <= mostUs) return;
    this.#refsUs = resident * REFS_US;
    this.current = "cold";
  }

  /**
   * Takes what one sample of so many regions cost, µs of CPU time, and whether it was too much; returns what it will cost
   * if the choice has changed with it.
   */
  note(costUs: number, isTooMuch: boolean, stuckShare: number, regions: number): number | undefined {
    if (this.current === "refs") this.#refsUs = costUs;
    else this.#coldUs = costUs;
    if (this.#wish !== "auto") return undefined;
    if (this.current === "refs") {
      if (!isTooMuch || this.#wait-- > 0) return undefined;
      this.current = "cold";
      return this.#coldUs || Math.min(costUs / 4, COLD_US * regions);
    }
    if (costUs <= this.#refsUs && stuckShare <= MOST_STUCK) return undefined;
    this.current = "refs";
    this.#wait = RETRY;
    return this.#refsUs;
  }
}

/** Whether this process lacks the one capability that clearing single pages needs: with all others the kernel refuses it. */
export function mayNotClearPages(roots: Roots): boolean {
  return capabilitiesOf(roots)?.has("CAP_SYS_NICE") === false;
}

/**
 * Whether pages of anonymous memory can be cleared one by one: not without CAP_SYS_NICE, nor where the kernel makes folios
 * of several small pages, which would be split by that.
 */
export function canClearPages(roots: Roots): boolean {
  if (mayNotClearPages(roots)) return false;
  const dir = roots.damon.replace(/\/damon$/, "/transparent_hugepage");
  let names: string[];
  try {
    names = [...Deno.readDirSync(dir)].map(({ name }) => name);
  } catch {
    return true;
  }
  return names.filter((name) => /^hugepages-\d+kB$/.test(name) && name !== "hugepages-2048kB")
    .every((name) => readOptional(`${dir}/${name}/enabled`)?.includes("[never]") ?? true);
}

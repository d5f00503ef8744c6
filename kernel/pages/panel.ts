import type { WorkingSet } from "../../damon/mod.ts";
import type { Clearing, PageSampler } from "../../ffi/mod.ts";
import { panelWorkingSet, type Window } from "./items.ts";
import type { PagesTargets } from "./targets.ts";
import { panelUnion } from "./union.ts";

/** What a page of a panel costs at first, µs: 0.6 to 10 measured. */
const FIRST_PAGE_US = 10;
const LEAST_PAGES = 200;
const MOST_PAGES = 100_000;

/**
 * Random pages in memory of all targets, cleared once and looked at when the window is over: what they say of the working set
 * does not depend on regions. As many as the share of one CPU allows that is given to it; where that is too little for the
 * fewest, less often.
 */
export class PagesPanel {
  readonly #sampler: PageSampler;
  readonly #targets: PagesTargets;
  readonly #share: number;
  #pageUs = FIRST_PAGE_US;
  #costUs = 0;
  /** Of each target, by its id, the mappings drawn from, and pages in memory then; empty while there is no panel. */
  readonly #drawn = new Map<number, { strata: number; pages: number }>();
  #nextNs = 0;

  constructor(sampler: PageSampler, targets: PagesTargets, share: number) {
    this.#sampler = sampler;
    this.#targets = targets;
    this.#share = share;
  }

  /** Draws pages for a window that begins now, if the last one has been paid for; `false` if not. */
  async begin(clearing: Clearing): Promise<boolean> {
    const nowNs = this.#sampler.clockNs();
    if (nowNs < this.#nextNs) return false;
    const wanted = Math.min(MOST_PAGES, Math.max(LEAST_PAGES, Math.floor(this.#share * 1e6 / this.#pageUs)));
    const before = this.#sampler.counters().cpuNs;
    const all = this.#targets.residentPages();
    for (const [id, { slot }] of this.#targets) {
      const pages = this.#residentPages(slot);
      const strata = await this.#sampler.beginPanel(slot, Math.ceil(wanted * pages / Math.max(1, all)), clearing);
      if (strata !== undefined) this.#drawn.set(id, { strata, pages });
    }
    this.#costUs = (this.#sampler.counters().cpuNs - before) / 1e3;
    this.#nextNs = nowNs + this.#costUs * 1e3 / this.#share;
    return true;
  }

  /** What was accessed in the window, of each process and of all together; nothing where there was no panel. */
  async end(window: Window): Promise<WorkingSet[]> {
    if (this.#drawn.size === 0) return [];
    const before = this.#sampler.counters().cpuNs;
    const sets: WorkingSet[] = [];
    let looks = 0;
    for (const [id, target] of this.#targets) {
      const drawn = this.#drawn.get(id);
      const found = drawn && await this.#sampler.endPanel(target.slot, drawn.strata);
      if (!found) continue;
      const pages = { atStart: drawn.pages, atEnd: this.#residentPages(target.slot) };
      sets.push(panelWorkingSet(target.pid, window, found, pages));
      looks += found.reduce((sum, stratum) => sum + stratum.looks, 0);
    }
    this.#drawn.clear();
    this.#costUs += (this.#sampler.counters().cpuNs - before) / 1e3;
    if (looks > 0) this.#pageUs = 0.5 * this.#pageUs + 0.5 * this.#costUs / looks;
    if (sets.length < 2) return sets;
    const areas = new Map(this.#targets.areas(false).map(({ pid, areas }) => [pid, areas]));
    return [...sets, panelUnion(window, sets, this.#targets.objects(), (pid) => areas.get(pid) ?? [])];
  }

  #residentPages(slot: number): number {
    return this.#sampler.update(slot, false, 0)?.residentPages ?? 0;
  }

  /** Forgets a panel that is spoiled. */
  drop(): void {
    this.#drawn.clear();
    this.#nextNs = 0;
  }
}

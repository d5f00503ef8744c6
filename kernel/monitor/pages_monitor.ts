import {
  type BudgetedIntervals,
  checkKdamond,
  type PagesCounts,
  type RecordedKdamond,
  type RecordItem,
  SamplingBudget,
  thinnedIntervals,
} from "../../damon/mod.ts";
import { openPageSampler, type PageIntervalDone, type PagePart, type PageSampler } from "../../ffi/mod.ts";
import type { Monitor, MonitorCounts } from "./monitor.ts";
import {
  canClearPages,
  ClearingChoice,
  countsOf,
  exactUnion,
  exactWorkingSet,
  lostUsOf,
  MethodChoice,
  PagesPanel,
  PagesTargets,
  picksOf,
  requireReadable,
  residencyOf,
} from "../pages/mod.ts";
import { rest, type Roots } from "../machine/mod.ts";
import type { PagesMonitorOptions } from "./pages_monitor_options.ts";

/** Share of one CPU that the sampler takes at most, where nothing else is said. */
export const DEFAULT_MAX_OVERHEAD = 0.02;

/**
 * Samples that an aggregation interval keeps where sampling gets slow, as long as it is not longer than this, µs. One page of
 * a region says little if it is looked at seldom; of every page even two samples tell use from rest, and the change between
 * them is seen sooner.
 */
const MIN_SAMPLES = { adaptive: 5, exact: 2 } as const;
const LONGEST_AGGR_US = 1e6;
/**
 * Share of the time in which accesses are lost, between a look at a page and the clearing after it: with more looks than
 * that, a working set gets smaller, and no larger budget may do that.
 */
const MAX_LOST = 0.02;
/** What part of an exact sample's cost it is, before it is measured. */
const LOST_COST = 0.7;
/** What a working set is measured in, µs. */
const WINDOW_US = 1e6;

/** Share of the budget that is spent on purpose: what is left is for what costs more now and then. */
const SPENT = 0.7;

/** Share of the budget that looking at mappings and children may take, of the time of one thread. */
const UPDATE_SHARE = 0.25;
/** Shares of it where not every page is looked at: for regions, for the panel, and for learning which pages are in memory. */
const REGIONS_SHARE = 0.4;
const PANEL_SHARE = 0.4;
const SURVEY_SHARE = 0.15;

/**
 * Opens the eBPF page sampler on processes: a monitor for kernels whose DAMON is absent, cannot watch processes, or is
 * taken. It clears accessed bits of the targets, see {@linkcode Clearing}: the kernel's reclaim loses what it would have
 * learnt of them, pages that are cleared one by one go to its list of inactive ones, and DAMON or another such monitor of
 * the same process would miss accesses.
 *
 * `await using` it, or take its {@linkcode PagesMonitor.items} to the end.
 *
 * @throws {UnsupportedError} where pages cannot be sampled on this machine; with what helps.
 * @throws {KernelError} naming the capability that is missing.
 * @throws {RangeError} for a configuration out of bounds.
 */
export function openPagesMonitor(roots: Roots, options: PagesMonitorOptions): PagesMonitor {
  const { context, maxOverhead = DEFAULT_MAX_OVERHEAD } = options;
  checkKdamond({ contexts: [context] });
  const budget = new SamplingBudget({
    intervals: context.intervals,
    maxOverhead,
    minSamples: MIN_SAMPLES.exact,
    longestAggrUs: LONGEST_AGGR_US,
    maxLost: MAX_LOST,
  });
  for (const { pid } of context.targets) {
    requireReadable(roots, pid!);
  }
  const sampler = openPageSampler({ library: options.library, byIterator: options.byIterator });
  return new PagesMonitor(roots, sampler, budget, { ...options, maxOverhead });
}

/** Snapshots by the page sampler. */
export class PagesMonitor implements Monitor, AsyncDisposable {
  ended: string | undefined;
  readonly kdamonds: RecordedKdamond[];
  readonly #sampler: PageSampler;
  readonly #budget: SamplingBudget;
  readonly #options: PagesMonitorOptions & { maxOverhead: number };
  readonly #clearing: ClearingChoice;
  readonly #method: MethodChoice;
  readonly #targets: PagesTargets;
  readonly #panel: PagesPanel;
  #counts: PagesCounts;
  #regions = 0;
  /** Aggregation intervals so far, since all pages are looked at, or some. */
  #intervals = 0;
  #picks = 1;
  /** CPU time that the budget of samples knows of. */
  #accountedNs = 0;
  /** When the next one is to begin. */
  #nextNs = 0;
  #updateNs = 0;
  #surveyNs = 0;
  /** When the window of the working set began. */
  #windowNs = 0;
  #signal: AbortSignal | undefined;

  /** For {@linkcode openPagesMonitor}. */
  constructor(
    roots: Roots,
    sampler: PageSampler,
    budget: SamplingBudget,
    options: PagesMonitorOptions & { maxOverhead: number },
  ) {
    this.#sampler = sampler;
    this.#budget = budget;
    this.#options = options;
    const { mode, maxOverhead, clearing = "auto" } = options;
    this.#clearing = new ClearingChoice(clearing, canClearPages(roots));
    this.#method = new MethodChoice(mode, maxOverhead);
    this.kdamonds = [{ pid: Deno.pid, ours: true, contexts: [options.context] }];
    this.#targets = new PagesTargets(roots, sampler, options.context, UPDATE_SHARE * maxOverhead);
    this.#panel = new PagesPanel(sampler, this.#targets, PANEL_SHARE * maxOverhead);
    this.#counts = countsOf(sampler, maxOverhead, this.#targets.pids);
  }

  /**
   * Whether memory that is in use all the time, and so small that processors keep its translations, may seem idle: the
   * kernel leaves them alone when it clears whole processes (it has CONFIG_MEM_SOFT_DIRTY).
   */
  get hasBlindSpot(): boolean {
    return !this.#sampler.facts.canFlush;
  }

  /** Now, by the clock of the snapshots: ns of CLOCK_BOOTTIME. */
  clockNs(): number {
    return this.#sampler.clockNs();
  }

  counts(): MonitorCounts {
    const regions = this.#regions;
    const { hugetlbBytes, children } = this.#targets;
    const pages = { ...this.#counts, ...(hugetlbBytes > 0 && { hugetlbBytes }) };
    const processes = [...children];
    return {
      events: regions,
      received: regions,
      dropped: 0,
      torn: 0,
      pages,
      ...(processes.length > 0 && { processes }),
    };
  }

  async *items(signal: AbortSignal): AsyncGenerator<RecordItem> {
    const stop = () => this.#sampler.stop();
    signal.addEventListener("abort", stop);
    try {
      if (signal.aborted) return;
      this.#signal = signal;
      yield* this.#targets.changedMappings(true, this.#signal);
      yield* this.#begin();
      while (this.ended === undefined && !signal.aborted) {
        yield* this.#aggregationInterval();
        yield* this.#changeMethod();
      }
    } finally {
      signal.removeEventListener("abort", stop);
      await this[Symbol.asyncDispose]();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sampler[Symbol.asyncDispose]();
  }

  /**
   * Its samples, in as many parts as windows of working sets and looks at mappings need; nothing more if it was stopped. It
   * ends by the clock: on a busy machine it has fewer samples, and is not longer.
   */
  async *#aggregationInterval(): AsyncGenerator<RecordItem> {
    const intervals = this.#budget.inForce();
    const halfNs = intervals.sampleUs * 500;
    // A sample is never longer than a window: where that would be too dear, there is a rest after each.
    const spanUs = this.#isExact ? intervals.sampleUs : Math.min(intervals.sampleUs, WINDOW_US);
    const restUs = intervals.sampleUs - spanUs;
    const untilNs = Math.max(this.#nextNs, this.clockNs()) + intervals.aggrUs * 1e3;
    let [startNs, left, taken] = [0, intervals.samples, 0];
    while (left > 0 && this.ended === undefined) {
      if (this.clockNs() >= this.#updateNs) yield* this.#update();
      const windowEndNs = this.#windowNs + WINDOW_US * 1e3;
      const isOfLater = Math.max(this.#nextNs, this.clockNs()) + spanUs * 500 > windowEndNs;
      if (isOfLater && !this.#isExact) {
        await rest((windowEndNs - this.clockNs()) / 1e6, this.#signal);
        if (this.#signal?.aborted) return;
        yield* this.#endWindow(this.clockNs());
        continue;
      }
      const fitting = restUs > 0 ? 1 : Math.round((windowEndNs - this.#nextNs) / (2 * halfNs));
      const samples = Math.max(1, Math.min(left, fitting));
      const part = { ...intervals, sampleUs: spanUs, samples };
      const done = await this.#sample(part, Math.min(windowEndNs, untilNs));
      if (!done) return;
      startNs ||= done.startNs;
      this.#nextNs = done.nextNs + restUs * 1e3;
      taken += done.samples;
      left = done.endNs + halfNs > untilNs ? 0 : left - done.samples;
      yield* this.#targets.changedMappings(false, this.#signal);
      if (left === 0) yield* this.#snapshots(startNs, done.endNs, thinnedIntervals(intervals, taken));
      if (done.endNs + spanUs * 500 > windowEndNs) yield* this.#endWindow(done.endNs);
    }
  }

  /** At each update interval: children, and mappings that have changed without another size. */
  async *#update(): AsyncGenerator<RecordItem> {
    const { updateUs } = this.#options.context.intervals;
    const begin = performance.now();
    if (this.#options.includeChildren) this.#targets.followForks();
    yield* this.#targets.changedMappings(true, this.#signal);
    const costNs = (performance.now() - begin) * 1e6 / this.#targets.mapsShare;
    this.#updateNs = this.clockNs() + Math.max(updateUs * 1e3, costNs);
  }

  /** What there is decides how it is looked at, and how often at first. */
  async *#begin(): AsyncGenerator<RecordItem> {
    const { sampleUs, updateUs } = this.#options.context.intervals;
    const facts = this.#targets.facts();
    this.#method.note(facts);
    this.#clearing.expect(facts.pages, sampleUs * this.#options.maxOverhead);
    this.#updateNs = this.clockNs() + updateUs * 1e3;
    yield* this.#beginMethod();
  }

  async *#beginMethod(): AsyncGenerator<RecordItem> {
    for (const [, target] of this.#targets) target.changeMethod();
    this.#panel.drop();
    this.#intervals = this.#surveyNs = 0;
    yield* this.#survey();
    this.#budget.minSamples = MIN_SAMPLES[this.#method.current];
    const expectedUs = this.#isExact ? this.#method.expectedUs(this.#targets.facts()) : 0;
    this.#budget.reset(expectedUs, LOST_COST * expectedUs);
    if (!this.#isExact) await this.#panel.begin(this.#clearing.current);
    this.#accountedNs = this.#sampler.counters().cpuNs;
    this.#windowNs = this.#nextNs = this.clockNs();
  }

  get #isExact(): boolean {
    return this.#method.current === "exact";
  }

  /** So many samples; what they cost is known after that. `undefined` if it was stopped, or no target is left. */
  async #sample(intervals: BudgetedIntervals, untilNs = 0): Promise<PageIntervalDone | undefined> {
    const { sampleUs, samples } = intervals;
    const exact = this.#isExact;
    const targets = [...this.#targets];
    const parts: PagePart[] = [];
    for (const [, target] of targets) parts.push(await target.part(exact));
    const regions = parts.reduce((sum, { regions }) => sum + (regions?.start.length ?? 0), 0);
    this.#picks = this.#budget.isStretched
      ? 1
      : picksOf(SPENT * REGIONS_SHARE * this.#options.maxOverhead * sampleUs, regions);
    const done = await this.#sampler.sample({
      beginNs: this.#nextNs,
      sampleUs,
      samples,
      untilNs,
      exact,
      picks: this.#picks,
      clearing: this.#clearing.current,
      countsUnion: exact && untilNs > 0 && targets.length > 1,
      mapsShare: this.#targets.mapsShare,
      parts,
    });
    if (!done) return undefined;
    targets.forEach(([id], i) => done.hasEnded[i] && this.#targets.end(id));
    if (this.#targets.size === 0) this.ended = "target exited";
    this.#account({ ...intervals, samples: done.samples }, done, regions * this.#picks);
    return this.#targets.size > 0 ? done : undefined;
  }

  async *#snapshots(startNs: number, endNs: number, intervals: BudgetedIntervals): AsyncGenerator<RecordItem> {
    const { sampleUs, aggrUs, samples } = intervals;
    const oldest = this.#intervals++;
    for (const [id, target] of this.#targets) {
      const sampled = await target.aggregate(this.#isExact, samples);
      if (!sampled) return;
      const { regions, evidence } = sampled;
      this.#regions += regions.length;
      target.ages.complete({ regions, sampleUs, aggrUs }, oldest);
      // A process that has just begun may have nothing in memory.
      if (regions.length === 0) continue;
      const snapshot = {
        kdamond: Deno.pid,
        targetId: BigInt(id),
        startNs,
        endNs,
        sampleUs,
        aggrUs,
        regions,
        evidence,
      };
      yield { kind: "snapshot", snapshot };
    }
  }

  /** What was accessed in the window that is over, and what was in memory at its end. */
  async *#endWindow(endNs: number): AsyncGenerator<RecordItem> {
    const window = { startNs: this.#windowNs, endNs };
    if (!this.#isExact) {
      for (const workingSet of await this.#panel.end(window)) yield { kind: "working_set", workingSet };
      yield* this.#survey();
      await this.#panel.begin(this.#clearing.current);
      this.#accountedNs = this.#sampler.counters().cpuNs;
      this.#windowNs = this.clockNs();
      return;
    }
    this.#windowNs = this.#nextNs;
    // As little as is allowed to be lost is nothing.
    const lostShare = this.#budget.lostShare > 1.5 * MAX_LOST ? this.#budget.lostShare : 0;
    for (const { pid, areas } of this.#targets.areas(true)) {
      yield { kind: "residency", residency: residencyOf(pid, endNs, areas) };
      yield { kind: "working_set", workingSet: exactWorkingSet(pid, window, areas, lostShare) };
    }
    if (this.#targets.size > 1) {
      yield { kind: "working_set", workingSet: exactUnion(window, this.#sampler.union(), lostShare) };
    }
  }

  /** Where some pages are looked at: which are there. With much memory that takes long, and is done less often. */
  async *#survey(): AsyncGenerator<RecordItem> {
    if (this.clockNs() < this.#surveyNs) return;
    const before = this.#sampler.counters().cpuNs;
    for (const [id, target] of [...this.#targets]) if (!await target.survey()) this.#targets.end(id);
    if (this.#signal?.aborted) return;
    if (this.#targets.size === 0) this.ended = "target exited";
    const costNs = (this.#sampler.counters().cpuNs - before) / (SURVEY_SHARE * this.#options.maxOverhead);
    this.#surveyNs = this.clockNs() + costNs;
    yield* this.#residency();
  }

  *#residency(): Generator<RecordItem> {
    const timeNs = this.clockNs();
    // A window begins with what follows.
    for (const { pid, areas } of this.#targets.areas(true)) {
      yield { kind: "residency", residency: residencyOf(pid, timeNs, areas) };
    }
  }

  /** Every page where that can be paid for, else some of each region: it begins anew with regions and windows. */
  async *#changeMethod(): AsyncGenerator<RecordItem> {
    const costUs = this.#isExact ? this.#budget.costUs : 0;
    if (this.#method.note(this.#targets.facts(), costUs)) yield* this.#beginMethod();
  }

  #account({ sampleUs, samples }: BudgetedIntervals, { stuck }: PageIntervalDone, looks: number): void {
    const before = this.#counts;
    this.#counts = countsOf(this.#sampler, this.#options.maxOverhead, this.#targets.pids);
    this.#counts.sampleUs = {
      min: Math.min(before.sampleUs.min || sampleUs, sampleUs),
      max: Math.max(before.sampleUs.max, sampleUs),
    };
    this.#counts.stuck = before.stuck + stuck;
    // The panel has its own part of the budget, so has learning what is in memory.
    const share = this.#isExact ? 1 : REGIONS_SHARE;
    const lostUs = this.#isExact || this.#clearing.current === "refs" ? lostUsOf(before, this.#counts) : 0;
    this.#budget.note((this.#counts.cpuNs - this.#accountedNs) / 1e3 / share, samples, lostUs);
    this.#accountedNs = this.#counts.cpuNs;
    if (this.#isExact) return;
    const changed = this.#clearing.note(
      this.#budget.costUs,
      this.#budget.isStretched,
      stuck / Math.max(1, looks * samples),
      looks,
    );
    if (changed !== undefined) this.#budget.reset(changed);
  }
}

import {
  type BudgetedIntervals,
  checkKdamond,
  type Context,
  KernelError,
  type PagesCounts,
  type RecordedKdamond,
  type RecordedProcess,
  type RecordItem,
  SamplingBudget,
  type Snapshot,
} from "../damon/mod.ts";
import { openPageSampler, type PageIntervalDone, type PageSampler } from "../ffi/pages.ts";
import { descendantsOf } from "./children.ts";
import type { Monitor, MonitorCounts } from "./monitor.ts";
import { canClearPages, ClearingChoice, type ClearingWish } from "./pages_clearing.ts";
import { AdaptivePagesTarget, ExactPagesTarget, type PagesTarget } from "./pages_target.ts";
import { requireProcess } from "./detect.ts";
import { isAlive, processOf, residentPagesOf } from "./process.ts";
import type { Roots } from "./roots.ts";
import { errnoOf } from "./kernel_file.ts";

/** What a page sampler is to do. */
export interface PagesMonitorOptions {
  /** Targets (with pids), intervals wished for, bounds of regions. Targets with regions are watched only there. */
  context: Context;
  /** A page of each region in each sample, as DAMON does; or every page, which shows the true working set. */
  mode: "adaptive" | "exact";
  /** Share of one CPU that clearing and reading may take, above 0 and at most 1; 0.02 by default. */
  maxOverhead?: number | undefined;
  /** See {@linkcode Clearing}; `auto`, the default, takes what is cheaper. Exact mode clears everything. */
  clearing?: ClearingWish | undefined;
  /** Follows the processes that the targets fork, and those that these fork. */
  includeChildren?: boolean | undefined;
  /** Path of libdamo.so, see {@linkcode openPageSampler}. */
  library?: string | undefined;
  /** For tests: see {@linkcode openPageSampler}. */
  byIterator?: boolean | undefined;
}

/** Share of one CPU that the sampler takes at most, where nothing else is said. */
export const DEFAULT_MAX_OVERHEAD = 0.02;

/**
 * Samples that an aggregation interval keeps at least, by mode: one page of a region says little if it is looked at
 * seldom; of every page even two samples tell use from rest, and the change between them is seen sooner.
 */
const MIN_SAMPLES = { adaptive: 5, exact: 2 } as const;

/** Share of the cost of clearing that looking at more than one page of a region may add, and the most pages of one. */
const PICKS_SHARE = 0.2;
const MOST_PICKS = 64;
/** What looking at one page costs, µs: 0.1 measured. */
const PICK_US = 0.15;

/** Share of the budget that looking at mappings and children may take, of the time of one thread. */
const UPDATE_SHARE = 0.25;

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
  const { context, mode, maxOverhead = DEFAULT_MAX_OVERHEAD } = options;
  checkKdamond({ contexts: [context] });
  const budget = new SamplingBudget({ intervals: context.intervals, maxOverhead, minSamples: MIN_SAMPLES[mode] });
  for (const { pid } of context.targets) {
    requireProcess(roots, pid!);
    requireMappings(roots, pid!);
  }
  const sampler = openPageSampler({ library: options.library, byIterator: options.byIterator });
  return new PagesMonitor(roots, sampler, budget, { ...options, maxOverhead });
}

/** What it has mapped tells where to look: of a process that hides it nothing would be seen. */
function requireMappings(roots: Roots, pid: number): void {
  const path = `${roots.proc}/${pid}/maps`;
  try {
    Deno.readTextFileSync(path);
  } catch (error) {
    // It ended in this moment.
    if (!isAlive(roots, pid)) return;
    throw new KernelError(
      "look at what the process has mapped",
      errnoOf(error),
      path,
      "run as root with CAP_SYS_PTRACE",
    );
  }
}

/** Snapshots by the page sampler. */
export class PagesMonitor implements Monitor, AsyncDisposable {
  ended: string | undefined;
  readonly kdamonds: RecordedKdamond[];
  readonly #roots: Roots;
  readonly #sampler: PageSampler;
  readonly #budget: SamplingBudget;
  readonly #options: PagesMonitorOptions & { maxOverhead: number };
  readonly #clearing: ClearingChoice;
  readonly #targets = new Map<number, PagesTarget>();
  readonly #pids: number[] = [];
  readonly #children: RecordedProcess[] = [];
  #counts: PagesCounts;
  #regions = 0;
  /** Aggregation intervals so far. */
  #intervals = 0;
  #picks = 1;
  #hugetlbBytes = 0;

  /** For {@linkcode openPagesMonitor}. */
  constructor(
    roots: Roots,
    sampler: PageSampler,
    budget: SamplingBudget,
    options: PagesMonitorOptions & { maxOverhead: number },
  ) {
    this.#roots = roots;
    this.#sampler = sampler;
    this.#budget = budget;
    this.#options = options;
    const { mode, clearing = "auto" } = options;
    this.#clearing = new ClearingChoice(mode === "exact" ? "refs" : clearing, canClearPages(roots));
    this.kdamonds = [{ pid: Deno.pid, ours: true, contexts: [options.context] }];
    this.#counts = countsOf(sampler, options.maxOverhead, this.#pids);
    for (const { pid } of options.context.targets) this.#add(pid!);
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
    const pages = { ...this.#counts, ...(this.#hugetlbBytes > 0 && { hugetlbBytes: this.#hugetlbBytes }) };
    const processes = [...this.#children];
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
      yield* this.#update();
      await this.#learnCost();
      let [beginNs, updateNs] = [0, this.clockNs() + this.#options.context.intervals.updateUs * 1e3];
      while (this.ended === undefined && !signal.aborted) {
        if (this.clockNs() >= updateNs) {
          const begin = performance.now();
          yield* this.#update();
          const costNs = (performance.now() - begin) * 1e6 / (UPDATE_SHARE * this.#options.maxOverhead);
          updateNs = this.clockNs() + Math.max(this.#options.context.intervals.updateUs * 1e3, costNs);
        }
        const intervals = this.#budget.inForce();
        const done = await this.#sample(intervals, beginNs);
        if (!done) break;
        beginNs = done.nextNs;
        for (const snapshot of await this.#snapshots(done, intervals)) yield { kind: "snapshot", snapshot };
        this.#account(intervals, done);
      }
    } finally {
      signal.removeEventListener("abort", stop);
      await this[Symbol.asyncDispose]();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sampler[Symbol.asyncDispose]();
  }

  #add(pid: number, fixed = this.#options.context.targets.find((target) => target.pid === pid)?.regions ?? []): void {
    let slot: number;
    try {
      slot = this.#sampler.add(pid);
    } catch (error) {
      // It ended in this moment.
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    const { mode, context: { nrRegions } } = this.#options;
    const id = this.#pids.push(pid) - 1;
    const parts = { roots: this.#roots, sampler: this.#sampler, pid, slot, fixed, nrRegions };
    this.#targets.set(id, mode === "exact" ? new ExactPagesTarget(parts) : new AdaptivePagesTarget(parts));
    this.#share();
  }

  #remove(id: number): void {
    this.#sampler.remove(this.#targets.get(id)!.slot);
    this.#targets.delete(id);
    this.#share();
  }

  /** The bounds of regions are of all targets together. */
  #share(): void {
    const { min, max } = this.#options.context.nrRegions;
    const each = (bound: number) => Math.max(3, Math.floor(bound / Math.max(1, this.#targets.size)));
    for (const target of this.#targets.values()) target.nrRegions = { min: each(min), max: each(max) };
  }

  *#update(): Generator<RecordItem> {
    if (this.#options.includeChildren) this.#followForks();
    const timeNs = this.clockNs();
    for (const target of this.#targets.values()) {
      const mappings = target.update();
      if (mappings) yield { kind: "mappings", mappings: { timeNs, pid: target.pid, mappings } };
    }
    const hugetlbBytes = [...this.#targets.values()].reduce((sum, target) => sum + target.hugetlbBytes, 0);
    this.#hugetlbBytes = Math.max(this.#hugetlbBytes, hugetlbBytes);
  }

  #followForks(): void {
    for (const child of descendantsOf(this.#roots, [...this.#targets.values()].map(({ pid }) => pid))) {
      this.#children.push(processOf(this.#roots, child));
      this.#add(child);
    }
  }

  /**
   * The first samples tell what a sample costs, and start from bits that are cleared: they are not shown. The second one
   * counts, as the first also makes room for what it finds.
   */
  async #learnCost(): Promise<void> {
    const { sampleUs } = this.#options.context.intervals;
    const resident = [...this.#targets.values()].reduce((sum, { pid }) => sum + residentPagesOf(this.#roots, pid), 0);
    this.#clearing.expect(resident, sampleUs * this.#options.maxOverhead);
    const intervals = { sampleUs, aggrUs: sampleUs, samples: 1 };
    for (let turn = 0; turn < 2; turn++) {
      const done = await this.#sample(intervals, 0);
      if (!done) return;
      await this.#snapshots(done, intervals);
      if (this.ended !== undefined) break;
      if (turn === 1) this.#budget.reset(0);
      this.#account(intervals, done);
    }
    this.#regions = 0;
    this.#intervals = 0;
  }

  async #sample(intervals: BudgetedIntervals, beginNs: number): Promise<PageIntervalDone | undefined> {
    const { sampleUs, samples } = intervals;
    const parts = [...this.#targets.values()].map((target) => target.part());
    const exact = this.#options.mode === "exact";
    this.#picks = this.#picksOf(parts.reduce((sum, { start }) => sum + start.length, 0));
    const clearing = this.#clearing.current;
    return await this.#sampler.sample({ beginNs, sampleUs, samples, exact, picks: this.#picks, clearing, parts });
  }

  /** Where clearing costs much more than looking, more is looked at: the counts are less a matter of chance. */
  #picksOf(regions: number): number {
    if (this.#clearing.current === "cold") return 1;
    const room = this.#budget.costUs * PICKS_SHARE / PICK_US / Math.max(1, regions);
    return Math.min(MOST_PICKS, Math.max(1, Math.floor(room)));
  }

  async #snapshots(done: PageIntervalDone, intervals: BudgetedIntervals): Promise<Snapshot[]> {
    const { startNs, endNs, nrAccesses } = done;
    const { sampleUs, aggrUs, samples } = intervals;
    const snapshots: Snapshot[] = [];
    const oldest = this.#intervals++;
    for (const [i, [id, target]] of [...this.#targets].entries()) {
      const counts = nrAccesses[i];
      if (!counts) {
        this.#remove(id);
        continue;
      }
      const regions = await target.aggregate(counts, samples);
      this.#regions += regions.length;
      // Those of the first samples, which are not shown, are no intervals that an age could count.
      regions.age.forEach((age, at) => regions.age[at] = Math.min(age, oldest));
      // A process that has just begun may have nothing mapped.
      if (regions.length === 0) continue;
      snapshots.push({ kdamond: Deno.pid, targetId: BigInt(id), startNs, endNs, sampleUs, aggrUs, regions });
    }
    if (this.#targets.size === 0) this.ended = "target exited";
    return snapshots;
  }

  #account({ sampleUs, samples }: BudgetedIntervals, { stuck, nrAccesses }: PageIntervalDone): void {
    const before = this.#counts;
    this.#counts = countsOf(this.#sampler, this.#options.maxOverhead, this.#pids);
    this.#counts.sampleUs = {
      min: Math.min(before.sampleUs.min || sampleUs, sampleUs),
      max: Math.max(before.sampleUs.max, sampleUs),
    };
    this.#counts.stuck = before.stuck + stuck;
    this.#budget.note((this.#counts.cpuNs - before.cpuNs) / 1e3, samples);
    const looks = nrAccesses.reduce((sum, counts) => sum + (counts?.length ?? 0), 0) * samples;
    const changed = this.#clearing.note(
      this.#budget.costUs,
      this.#budget.isStretched,
      stuck / Math.max(1, looks),
      looks / samples,
    );
    if (changed !== undefined) this.#budget.reset(changed);
  }
}

function countsOf(sampler: PageSampler, maxOverhead: number, pids: number[]): PagesCounts {
  const { cpuNs, clearNs, walkNs, clears, cleared, walked, samples, missed, chilled } = sampler.counters();
  // Only clearing as a whole leaves translations alone.
  const hasBlindSpot = !sampler.facts.canFlush && clears > 0;
  const sampleUs = { min: 0, max: 0 };
  return {
    cpuNs,
    clearNs,
    walkNs,
    clears,
    cleared,
    chilled,
    stuck: 0,
    walked,
    samples,
    missed,
    maxOverhead,
    sampleUs,
    pids,
    ...(hasBlindSpot && { hasBlindSpot }),
  };
}

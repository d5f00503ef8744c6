import type { AddressRange, RecordHeader, RecordItem, Snapshot } from "../../damon/mod.ts";
import { bytesOf, commonBytesOf, hotRangesFrom } from "../record/mod.ts";
import { hotRangesOf } from "./expected.ts";
import { type ComparedCounts, ComparedSnapshots } from "./compared_snapshots.ts";
import { type FidelityRow, FidelitySum } from "./sum.ts";
import type { Truth, TruthPhase } from "./truth.ts";

/** How a record is held against the truth. */
export interface FidelityOptions {
  /**
   * The fraction of samples, above 0 and at most 1, from which on memory counts as hot, in the record
   * (`nrAccesses / maxNrAccesses`) as in the truth (what a perfect monitor would see). The default, 0.2, is far from
   * both of what DAMON reads: up to 0.05 for idle memory next to a busy region, 0.7 and more for memory in use. It
   * counts an interval in which the memory's use began or ended as hot if that was so for a fifth of it.
   */
  hotFraction?: number;
  /**
   * ns on both sides of every begin and end of a phase that are left out, by default 0. With an aggregation interval
   * here, the score no longer tells how promptly a monitor follows a change, only what it sees between.
   */
  toleranceNs?: number;
  /** Only snapshots of this kdamond; by default of all. */
  kdamond?: number;
  /** Only snapshots of this target; by default of all. */
  targetId?: bigint;
  /** Into how many rows the truth's time is divided for the working set's size; a whole number, by default 40. */
  timeRows?: number;
}

/** The outcome of a comparison. */
export interface Fidelity extends ComparedCounts {
  /** The threshold in force, see {@linkcode FidelityOptions}. */
  hotFraction: number;
  /** The tolerance in force, ns. */
  toleranceNs: number;
  /** Everything together. */
  all: FidelityRow;
  /** One row a phase of the truth that ended, in the order of time; none between two records. */
  phases: FidelityRow[];
  /**
   * The working set's size over time: equal parts of the reference's time, those without any snapshot left out, the first
   * cut to begin with the record.
   */
  overTime: FidelityRow[];
}

/**
 * `hotFraction` and `timeRows` with their defaults.
 *
 * @throws {RangeError} where one is out of its bounds.
 */
export function thresholdsOf(options: Pick<FidelityOptions, "hotFraction" | "timeRows">) {
  const { hotFraction = 0.2, timeRows = 40 } = options;
  if (!(hotFraction > 0 && hotFraction <= 1)) {
    throw new RangeError(`hotFraction must be above 0 and at most 1, not ${hotFraction}`);
  }
  if (!(Number.isSafeInteger(timeRows) && timeRows >= 1)) {
    throw new RangeError(`timeRows must be a whole number above 0, not ${timeRows}`);
  }
  return { hotFraction, timeRows };
}

type EndedPhase = TruthPhase & { endNs: number };

/**
 * Compares snapshots with the truth of a workload, by area of address × time: exactly, nothing is divided into pixels.
 *
 * Only what the truth knows counts: the workload's own regions (not its libraries, heap and stack, which it uses too)
 * and the time of its phases that ended. Memory of its regions that a snapshot does not cover counts as shown idle.
 * Time without snapshots does not count; `coveredNs` tells how much there was.
 *
 * @example
 * ```ts
 * import { FidelityFold } from "./fidelity.ts";
 * import { parseTruth } from "./truth.ts";
 * const truth = parseTruth('{"kind":"workload","schema":1,"pid":7,"config":"a.cfg","clock":"boottime","pageBytes":4096,"startNs":0}\n');
 * const fold = new FidelityFold(truth);
 * // for each snapshot of a record: fold.add(snapshot);
 * fold.result().all.recall;
 * ```
 */
export class FidelityFold {
  readonly #options: FidelityOptions & { hotFraction: number; toleranceNs: number };
  readonly #truth: Truth;
  readonly #phases: EndedPhase[];
  readonly #sums: FidelitySum[];
  readonly #all: FidelitySum;
  readonly #parts: FidelitySum[];
  readonly #hot = new Map<number, AddressRange[]>();
  readonly #seen = new ComparedSnapshots();
  #intervals = "";

  /**
   * Begins a comparison with `truth`.
   *
   * @throws {RangeError} where an option is out of its bounds.
   */
  constructor(truth: Truth, options: FidelityOptions = {}) {
    const { toleranceNs = 0 } = options;
    const { hotFraction, timeRows } = thresholdsOf(options);
    if (!(toleranceNs >= 0)) {
      throw new RangeError(`toleranceNs must be at least 0, not ${toleranceNs}`);
    }
    this.#options = { ...options, hotFraction, toleranceNs };
    this.#truth = truth;
    this.#phases = truth.phases.filter((phase): phase is EndedPhase => phase.endNs !== undefined);
    this.#sums = this.#phases.map((phase) => new FidelitySum(phase.name, phase.startNs, phase.endNs));
    const startNs = this.#phases.at(0)?.startNs ?? 0;
    const endNs = this.#phases.at(-1)?.endNs ?? 0;
    this.#all = new FidelitySum("all", startNs, endNs);
    const edge = (i: number) => startNs + (endNs - startNs) * i / timeRows;
    this.#parts = Array.from({ length: timeRows }, (_, i) => new FidelitySum("", edge(i), edge(i + 1)));
  }

  /** Takes one snapshot in; in any order, each once. */
  add(snapshot: Snapshot): void {
    const { kdamond, targetId, hotFraction, toleranceNs } = this.#options;
    this.#seen.pass(snapshot);
    if (kdamond !== undefined && snapshot.kdamond !== kdamond) return;
    if (targetId !== undefined && snapshot.targetId !== targetId) return;
    if (!(snapshot.startNs < this.#all.endNs && snapshot.endNs > this.#all.startNs)) return;
    this.#seen.add(snapshot);
    const hottest = hotRangesFrom(snapshot, hotFraction);
    const seenBytes = commonBytesOf(hottest, this.#truth.regions);
    for (let i = this.#firstPhaseAfter(snapshot.startNs); i < this.#phases.length; i++) {
      const phase = this.#phases[i];
      if (phase.startNs >= snapshot.endNs) break;
      const startNs = Math.max(snapshot.startNs, phase.startNs + toleranceNs);
      const endNs = Math.min(snapshot.endNs, phase.endNs - toleranceNs);
      if (startNs >= endNs) continue;
      const hot = this.#hotRanges(i, snapshot);
      const [hotBytes, commonBytes] = [bytesOf(hot), commonBytesOf(hottest, hot)];
      this.#sums[i].add(endNs - startNs, hotBytes, seenBytes, commonBytes);
      this.#all.add(endNs - startNs, hotBytes, seenBytes, commonBytes);
      for (const part of this.#parts) {
        const ns = Math.min(endNs, part.endNs) - Math.max(startNs, part.startNs);
        if (ns > 0) part.add(ns, hotBytes, seenBytes, commonBytes);
      }
    }
  }

  /** What was found so far. */
  result(): Fidelity {
    const { hotFraction, toleranceNs } = this.#options;
    const seen = this.#seen.fields();
    const since = (part: FidelitySum) => ({ startNs: Math.max(part.startNs, seen.originNs), endNs: part.endNs });
    return {
      hotFraction,
      toleranceNs,
      ...seen,
      all: this.#all.row(),
      phases: this.#sums.map((sum) => sum.row()),
      overTime: this.#parts.filter((part) => part.coveredNs > 0).map((part) => part.row(since(part))),
    };
  }

  /** Index of the first phase that ends after `ns`. */
  #firstPhaseAfter(ns: number): number {
    let [low, high] = [0, this.#phases.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#phases[middle].endNs <= ns) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The hot ranges of a phase at the snapshot's intervals, which seldom change: kept until they do. */
  #hotRanges(index: number, { sampleUs, aggrUs }: Snapshot): AddressRange[] {
    const intervals = `${sampleUs} ${aggrUs}`;
    if (intervals !== this.#intervals) this.#hot.clear();
    this.#intervals = intervals;
    let hot = this.#hot.get(index);
    if (!hot) {
      const sampling = { sampleNs: sampleUs * 1e3, aggrNs: aggrUs * 1e3, pageBytes: this.#truth.pageBytes };
      hot = hotRangesOf(this.#phases[index], sampling, this.#options.hotFraction);
      this.#hot.set(index, hot);
    }
    return hot;
  }
}

/** {@linkcode FidelityFold} over the items of a record. */
export async function fidelityOf(
  items: AsyncIterable<RecordItem> | Iterable<RecordItem>,
  truth: Truth,
  options: FidelityOptions = {},
): Promise<Fidelity> {
  const fold = new FidelityFold(truth, options);
  for await (const item of items) {
    if (item.kind === "snapshot") fold.add(item.snapshot);
  }
  return fold.result();
}

/** Whose snapshots are meant: those of a kdamond, or of one of its targets. */
export interface Watcher {
  /** Its pid. */
  kdamond: number;
  /** Absent where it has but one target. */
  targetId?: bigint;
}

/**
 * The kdamond and target of a record that watched the process `pid`, for {@linkcode FidelityOptions}; `undefined`
 * where none did, as in a record of physical memory.
 */
export function watcherOf(header: Pick<RecordHeader, "kdamonds">, pid: number): Watcher | undefined {
  for (const kdamond of header.kdamonds) {
    for (const { operations, targets } of kdamond.contexts) {
      const index = targets.findIndex((target) => target.pid === pid);
      if (index < 0 || operations === "paddr") continue;
      // Before Linux 5.18 the id is a pointer: with one target there is no need to ask for it.
      return targets.length === 1 ? { kdamond: kdamond.pid } : { kdamond: kdamond.pid, targetId: BigInt(index) };
    }
  }
  return undefined;
}

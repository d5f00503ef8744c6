import type { AddressRange, RecordItem, Snapshot } from "../../damon/mod.ts";
import { commonBytesOf, hotRangesFrom } from "../record/mod.ts";
import { ComparedSnapshots } from "./compared_snapshots.ts";
import { type Fidelity, type FidelityOptions, thresholdsOf, type Watcher } from "./fidelity.ts";
import { type FidelityRow, FidelitySum } from "./sum.ts";

/** How two records are held against each other. */
export interface FidelityBetweenOptions extends Pick<FidelityOptions, "hotFraction" | "timeRows"> {
  /** Only these snapshots of the record, see {@linkcode watchersOf}; by default all, as of one target. */
  watcher?: Watcher;
  /** Only these snapshots of the reference; by default all, as of one target. */
  referenceWatcher?: Watcher;
}

/**
 * Compares a record with another one of the same run, taken as the reference, by area of address × time: exactly,
 * nothing is divided into pixels. Both are read once to their ends, side by side in the order of time; only the current
 * snapshot of each is held.
 *
 * Only what both looked at counts: time in which both have a snapshot, and addresses that both monitored then. So
 * exchanging the two exchanges precision and recall. There are no phases, and no tolerance.
 *
 * Two runs of one workload have other times and addresses: compare each with its own truth.
 *
 * @throws {RangeError} where an option is out of its bounds.
 */
export async function fidelityBetween(
  record: AsyncIterable<RecordItem> | Iterable<RecordItem>,
  reference: AsyncIterable<RecordItem> | Iterable<RecordItem>,
  options: FidelityBetweenOptions = {},
): Promise<Fidelity> {
  const { hotFraction, timeRows } = thresholdsOf(options);
  const seen = new ComparedSnapshots();
  const parts = new TimeParts(timeRows);
  const all = new FidelitySum("all", 0, 0);
  const ours = viewsOf(record, hotFraction, options.watcher, (snapshot) => seen.pass(snapshot));
  const theirs = viewsOf(reference, hotFraction, options.referenceWatcher);
  try {
    let [our, their] = [await nextOf(ours), await nextOf(theirs)];
    let [firstNs, nowNs] = [0, -Infinity];
    let counted: View | undefined;
    while (our && their) {
      // Snapshots of a monitor do not overlap; should they, each moment is still counted once.
      const startNs = Math.max(our.startNs, their.startNs, nowNs);
      const endNs = Math.min(our.endNs, their.endNs);
      if (startNs < endNs) {
        if (nowNs === -Infinity) firstNs = startNs;
        if (our !== counted) seen.add((counted = our).snapshot);
        const hotBytes = commonBytesOf(their.hot, our.monitored);
        const seenBytes = commonBytesOf(our.hot, their.monitored);
        const commonBytes = commonBytesOf(our.hot, their.hot);
        all.add(endNs - startNs, hotBytes, seenBytes, commonBytes);
        parts.add(startNs, endNs, hotBytes, seenBytes, commonBytes);
        nowNs = endNs;
      }
      if (our.endNs <= their.endNs) our = await nextOf(ours);
      else their = await nextOf(theirs);
    }
    // To their ends, where footers tell what was lost.
    while (our) our = await nextOf(ours);
    while (their) their = await nextOf(theirs);
    const time = counted ? { startNs: firstNs, endNs: nowNs } : { startNs: 0, endNs: 0 };
    return {
      hotFraction,
      toleranceNs: 0,
      ...seen.fields(),
      all: all.row(time),
      phases: [],
      overTime: parts.rows(time.endNs),
    };
  } finally {
    await Promise.all([ours.return(undefined), theirs.return(undefined)]);
  }
}

/** A snapshot as the sweep needs it. */
interface View {
  snapshot: Snapshot;
  startNs: number;
  endNs: number;
  hot: AddressRange[];
  monitored: AddressRange[];
}

async function* viewsOf(
  items: AsyncIterable<RecordItem> | Iterable<RecordItem>,
  hotFraction: number,
  watcher?: Watcher,
  pass?: (snapshot: Snapshot) => void,
): AsyncGenerator<View, undefined> {
  for await (const item of items) {
    if (item.kind !== "snapshot") continue;
    const { snapshot } = item;
    pass?.(snapshot);
    if (watcher && snapshot.kdamond !== watcher.kdamond) continue;
    if (watcher?.targetId !== undefined && snapshot.targetId !== watcher.targetId) continue;
    const { startNs, endNs } = snapshot;
    yield {
      snapshot,
      startNs,
      endNs,
      hot: hotRangesFrom(snapshot, hotFraction),
      monitored: hotRangesFrom(snapshot, 0),
    };
  }
  return undefined;
}

async function nextOf(views: AsyncGenerator<View, undefined>): Promise<View | undefined> {
  return (await views.next()).value;
}

/** Equal parts of a time whose end is not known yet: where there are too many, each two become one. */
class TimeParts {
  #parts: FidelitySum[] = [];
  #startNs = 0;
  #partNs = 0;
  constructor(readonly most: number) {}

  add(startNs: number, endNs: number, hotBytes: number, seenBytes: number, commonBytes: number): void {
    if (this.#partNs === 0) [this.#startNs, this.#partNs] = [startNs, endNs - startNs];
    while (this.#edge(this.most) < endNs) this.#halve();
    for (let i = Math.floor((startNs - this.#startNs) / this.#partNs); this.#edge(i) < endNs; i++) {
      while (this.#parts.length <= i) this.#append();
      const ns = Math.min(endNs, this.#edge(i + 1)) - Math.max(startNs, this.#edge(i));
      if (ns > 0) this.#parts[i].add(ns, hotBytes, seenBytes, commonBytes);
    }
  }

  rows(endNs: number): FidelityRow[] {
    return this.#parts.filter((part) => part.coveredNs > 0).map((part) =>
      part.row({ startNs: part.startNs, endNs: Math.min(endNs, part.endNs) })
    );
  }

  #edge(i: number): number {
    return this.#startNs + i * this.#partNs;
  }

  #append(): void {
    const i = this.#parts.length;
    this.#parts.push(new FidelitySum("", this.#edge(i), this.#edge(i + 1)));
  }

  #halve(): void {
    if (this.#parts.length % 2 === 1) this.#append();
    this.#parts = this.#parts.flatMap((part, i) => i % 2 === 0 ? [part.joined(this.#parts[i + 1])] : []);
    this.#partNs *= 2;
  }
}

import {
  formatNr,
  type RecordItem,
  type RecordReader,
  seriesKeyOf,
  type Snapshot,
  type TargetKey,
} from "../../damon/mod.ts";
import { Flaws, ImpossibleError } from "../bytes/mod.ts";
import { checkedSnapshot, type Mending } from "./snapshot_check.ts";

/** What reads one format, and knows more than its items say. */
export interface FormatReader extends RecordReader {
  /** Where it is, for a person: `line 5`, `batch 3`, `byte 1234`. */
  place?(): string;
  /** What it left out itself. */
  readonly flaws?: Flaws;
  /** Whether the record says no intervals: they are guessed, and bound no count. */
  readonly isGuessed?: boolean;
  /** Whether targets come one after the other, each with times of its own. */
  readonly isSequential?: boolean;
}

/** Times are rounded to µs by some formats. */
const SLACK_NS = 1000;

/**
 * A reader of any format whose items are as they must be: snapshots with a begin before their end, intervals above zero,
 * whole ascending regions that do not overlap, no more accesses than samples, and time that goes forward. What cannot be is
 * left out, and what came in another order is put in order; both are said.
 */
export class CheckedRecord implements RecordReader {
  readonly #flaws: Flaws;
  readonly #mending: Mending = { reordered: 0, overlapping: 0, early: 0 };
  readonly #back = new Flaws();
  readonly #lastNs = new Map<TargetKey, number>();

  constructor(readonly reader: FormatReader) {
    this.#flaws = reader.flaws ?? new Flaws();
  }

  get header() {
    return this.reader.header;
  }

  get incomplete(): string | undefined {
    const { count } = this.#back;
    const all = [
      this.reader.incomplete,
      this.#flaws.toText(),
      this.#applied.toText(),
      count > 0 ? `time goes back: ${this.#back.toText()}` : undefined,
    ].filter((one) => one !== undefined);
    return all.length > 0 ? all.join("; ") : undefined;
  }

  get remarks(): readonly string[] {
    const { reordered, overlapping, early } = this.#mending;
    const of = (count: number) => `${formatNr(count)} ${count === 1 ? "snapshot" : "snapshots"}`;
    return [
      ...this.reader.remarks ?? [],
      ...(reordered > 0
        ? [`Regions of ${of(reordered)} came in another order than by address: they were put in order`]
        : []),
      ...(early > 0
        ? [`${of(early)} began before the one before had ended: time that would count twice was cut off`]
        : []),
      ...(overlapping > 0
        ? [`Regions of ${of(overlapping)} overlap, as if events were lost: each was cut where the next one begins`]
        : []),
    ];
  }

  async *items(): AsyncGenerator<RecordItem> {
    for await (const item of this.reader.items()) {
      if (item.kind !== "snapshot") {
        if (item.kind !== "applied" || this.#isPossible(item.applied)) yield item;
        continue;
      }
      const snapshot = this.#checked(item.snapshot);
      if (snapshot === item.snapshot) yield item;
      else if (snapshot) yield { kind: "snapshot", snapshot };
    }
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.reader[Symbol.asyncDispose]();
  }

  #checked(snapshot: Snapshot): Snapshot | undefined {
    try {
      const checked = checkedSnapshot(snapshot, this.reader.isGuessed ?? false, this.#mending);
      if (this.reader.isSequential) return checked;
      const { endNs } = snapshot;
      const key = seriesKeyOf(snapshot);
      const last = this.#lastNs.get(key);
      if (last !== undefined && endNs < last) {
        this.#back.add(this.reader.place?.(), "it ends before the one that came before it");
        return undefined;
      }
      this.#lastNs.set(key, endNs);
      if (last === undefined || snapshot.startNs >= last - SLACK_NS) return checked;
      if (endNs === last) throw new ImpossibleError("it ends when the one that came before it does");
      this.#mending.early++;
      return { ...checked, startNs: last };
    } catch (error) {
      if (!(error instanceof ImpossibleError)) throw error;
      this.#flaws.add(this.reader.place?.(), error.message);
      return undefined;
    }
  }

  /** Regions on which a scheme acted come as it acted: their order is their own. */
  #isPossible({ startNs, endNs, regions }: Extract<RecordItem, { kind: "applied" }>["applied"]): boolean {
    const isTime = Number.isFinite(startNs) && Number.isFinite(endNs) && startNs <= endNs;
    const { start, end } = regions;
    if (isTime && start.every((from, i) => from >= 0 && from < end[i] && end[i] <= 2 ** 64)) return true;
    this.#applied.add(this.reader.place?.(), "times or addresses that cannot be");
    return false;
  }
  readonly #applied = new Flaws("list of regions that schemes acted on");
}

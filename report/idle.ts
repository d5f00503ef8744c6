import {
  AGE_UNKNOWN,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  type Snapshot,
  withFollowed,
} from "../damon/mod.ts";
import { unseenLines } from "./record_caption.ts";
import { IntervalStarts } from "./idle_starts.ts";
import { IdleTime, type IdleTimePart } from "./idle_time.ts";
import { namePids } from "./record_survey.ts";
import { footerAhead, type OpenRecord, SnapshotPicker } from "./selected_record.ts";
import type { Selection } from "./selection.ts";
import { selectionLine } from "./selection_line.ts";

/** Bounds of the classes of idle time, ns: 1 s, 5 s, 30 s, 2 m, 10 m, 1 h, 6 h, 1 d. */
export const IDLE_EDGES_NS: readonly number[] = [1, 5, 30, 120, 600, 3600, 21_600, 86_400].map((s) => s * 1e9);

/**
 * How memory is spread over classes of idle time: what was accessed in the last aggregation interval, then what has
 * been idle for less than the first edge, and so on; the last class has no upper bound.
 */
export interface IdleDistribution {
  /** All the memory, bytes; `undefined` where the source does not say. */
  totalBytes: number | undefined;
  /** The part of it in each class, 0 to 1; one more than there are edges, and one for what was accessed. */
  shares: number[];
}

/** How long memory has been idle: now, and over the time of a record. */
export interface IdleReport {
  /** Who measured it. */
  source:
    | {
      kind: "record";
      header: RecordHeader;
      snapshots: number;
      aggrUs: { min: number; max: number };
      endWallMs: number;
      /** The processes of the targets that were asked for; absent where all were. */
      pids?: number[];
    }
    | DamonStatSource;
  /** Ascending; see {@linkcode IdleDistribution}. */
  edgesNs: readonly number[];
  /** When it was read, or at the end of the record. */
  now: IdleDistribution;
  /** Mean over the record; absent for a source that knows one moment only. */
  mean: IdleDistribution | undefined;
  /** Parts of the record's time with snapshots, one after the other, ns from its start. */
  overTime: (IdleTimePart & { distribution: IdleDistribution })[];
  /**
   * 101 values, ns: the idle time that 0 %, 1 % ... 100 % of the memory does not exceed. Below 0: how long it has been
   * accessed as often as now.
   */
  percentilesNs: number[];
  /** What is lacking, a sentence each. */
  notes: string[];
}

/** The kernel's DAMON_STAT. */
export interface DamonStatSource {
  /** `damon_stat`. */
  kind: "damon_stat";
  /** Aggregation interval in force, µs, where it says so (Linux 6.18). */
  aggrUs: number | undefined;
  /** Its estimate of what is accessed, bytes a second. */
  bandwidth: number | undefined;
  /** When it was read, ms since 1970. */
  wallMs: number;
  /** The machine. */
  host: RecordHeader["host"];
}

/** What is looked at, and how finely. */
export interface IdleOptions extends Selection {
  /** Bounds of the classes, ns, ascending and above 0. Default {@linkcode IDLE_EDGES_NS}. */
  edgesNs?: readonly number[];
  /** At most this many parts of the time, 2 or more. Default 120. */
  timeParts?: number;
}

/**
 * How long memory had been idle, snapshot by snapshot: a region that was not accessed has been idle for its age and the
 * aggregation interval that found it so, as the kernel's DAMON_STAT counts it, in the time that those intervals really
 * took. It reads the record once and keeps sums; of children that were followed the mappings are known where it can open
 * the record twice.
 *
 * @throws {RangeError} where the record has no age of regions (Linux 5.15 and 5.16), or nothing of what was selected.
 */
export async function idleOf(record: RecordReader | OpenRecord, options: IdleOptions = {}): Promise<IdleReport> {
  if (typeof record === "function") {
    await using opened = await record();
    return await foldIdle(opened, new IdleFold(opened.header, options, await footerAhead(record, options)));
  }
  return await foldIdle(record, new IdleFold(record.header, options));
}

async function foldIdle(record: RecordReader, fold: IdleFold): Promise<IdleReport> {
  for await (const item of record.items()) fold.add(item);
  return fold.finish(record.incomplete);
}

/** {@linkcode idleOf} as a fold, for a stream of items. */
export class IdleFold {
  readonly #edgesNs: readonly number[];
  readonly #time: IdleTime;
  readonly #last = new Map<string, { snapshot: Snapshot; idleNs: Float64Array }>();
  readonly #starts = new Map<string, { starts: IntervalStarts; aggrUs: number; isTuned: boolean }>();
  readonly #aggrUs = { min: Infinity, max: -Infinity };
  readonly #picker: SnapshotPicker;
  #snapshots = 0;
  #footer: RecordFooter | undefined;

  /** Nothing is kept of `header` but what names the record. */
  constructor(readonly header: RecordHeader, readonly options: IdleOptions = {}, footer?: RecordFooter) {
    this.#edgesNs = options.edgesNs ?? IDLE_EDGES_NS;
    if (this.#edgesNs.some((edge, i) => !(edge > (this.#edgesNs[i - 1] ?? 0)))) {
      throw new RangeError(
        `Cannot use edges of idle time as they must ascend from above 0: ${this.#edgesNs.join(", ")}`,
      );
    }
    this.#time = new IdleTime(this.#edgesNs.length + 2, options.timeParts ?? 120);
    this.#picker = new SnapshotPicker(header, options, true);
    this.#picker.footer = footer;
  }

  /** Takes one item of the record. */
  add(item: RecordItem): void {
    const picker = this.#picker;
    if (item.kind === "footer") this.#footer = item.footer;
    if (item.kind === "mappings") picker.regions.see(item.mappings);
    if (item.kind !== "snapshot") return;
    const key = `${item.snapshot.kdamond}/${item.snapshot.targetId}`;
    // Also of what is not selected: ages count it.
    const starts = this.#startsOf(key, item.snapshot);
    const snapshot = picker.pick(item.snapshot)?.picked;
    if (!snapshot) return;
    this.#snapshots++;
    this.#aggrUs.min = Math.min(this.#aggrUs.min, snapshot.aggrUs);
    this.#aggrUs.max = Math.max(this.#aggrUs.max, snapshot.aggrUs);
    const idleNs = idleNsOf(snapshot, starts);
    this.#last.set(key, { snapshot, idleNs });
    const { startNs, endNs } = snapshot;
    this.#time.add(key, startNs - picker.originNs, endNs - picker.originNs, this.#classesOf(snapshot, idleNs));
  }

  /**
   * The beginnings of the target's intervals, by which ages are measured; `undefined` where DAMON has tuned them: the
   * kernel then brings ages in line with the interval in force. The page sampler, whose intervals also vary, does not.
   */
  #startsOf(key: string, { startNs, endNs, aggrUs }: Snapshot): IntervalStarts | undefined {
    let of = this.#starts.get(key);
    if (!of) this.#starts.set(key, of = { starts: new IntervalStarts(), aggrUs, isTuned: false });
    of.starts.add(startNs, endNs);
    of.isTuned ||= of.aggrUs !== aggrUs && this.header.source !== "pages" && this.header.source !== "pages-exact";
    return of.isTuned ? undefined : of.starts;
  }

  /** Bytes of a snapshot in each class. */
  #classesOf({ regions: { start, end } }: Snapshot, idleNs: Float64Array): Float64Array {
    const bytes = new Float64Array(this.#edgesNs.length + 2);
    idleNs.forEach((ns, i) => bytes[classOf(ns, this.#edgesNs)] += end[i] - start[i]);
    return bytes;
  }

  /** What was seen so far. */
  finish(incomplete?: string): IdleReport {
    if (this.#snapshots === 0) {
      throw new RangeError(
        "Cannot say how long memory was idle as the record must have a snapshot of what is selected: it has none" +
          (incomplete ? `; ${incomplete}` : ""),
      );
    }
    const mean = distributionOf(this.#time.mean());
    if (mean.totalBytes === 0) {
      throw new RangeError("Cannot say how long memory was idle as some of it must fit the filters: none does");
    }
    const endNs = Math.max(...[...this.#last.values()].map(({ snapshot }) => snapshot.endNs));
    // A target that ended before is not there at the end.
    const atEnd = [...this.#last.values()].filter(({ snapshot: last }) =>
      endNs - last.endNs <= 2 * (last.endNs - last.startNs)
    );
    const bytes = new Float64Array(this.#edgesNs.length + 2);
    for (const { snapshot, idleNs } of atEnd) {
      this.#classesOf(snapshot, idleNs).forEach((value, i) => bytes[i] += value);
    }
    const { clock } = this.header;
    const { target, kdamond } = this.options;
    const targets = this.#picker.targets().filter(({ kdamond, targetId }) => this.#last.has(`${kdamond}/${targetId}`));
    namePids(targets, this.#footer);
    const pids = targets.flatMap(({ pid }) => pid ?? []);
    return {
      source: {
        kind: "record",
        header: withFollowed(this.header, this.#footer),
        snapshots: this.#snapshots,
        aggrUs: this.#aggrUs,
        endWallMs: clock.originWallMs > 0 ? clock.originWallMs + (endNs - clock.originNs) / 1e6 : 0,
        ...((target !== undefined || kdamond !== undefined) && { pids }),
      },
      edgesNs: this.#edgesNs,
      now: distributionOf(bytes),
      mean,
      overTime: this.#time.parts().map(({ bytes, ...part }) => ({ ...part, distribution: distributionOf(bytes) })),
      percentilesNs: percentilesOf(atEnd),
      notes: notesOf(this.options, this.#footer, incomplete),
    };
  }
}

/** Idle time of each region, ns; below 0 for one that was accessed: how long it has been so. */
function idleNsOf({ regions, aggrUs, endNs }: Snapshot, starts: IntervalStarts | undefined): Float64Array {
  return Float64Array.from(regions.age, (age, i) => {
    if (age === AGE_UNKNOWN) {
      throw new RangeError(
        "Cannot say how long memory was idle as regions must have an age: those of this record have none, as before " +
          "Linux 5.17; record it anew on a newer kernel, or with the page sampler: damo record --monitor pages",
      );
    }
    const ns = starts ? endNs - starts.before(age, aggrUs * 1e3) : (age + 1) * aggrUs * 1e3;
    return regions.nrAccesses[i] > 0 ? -ns : ns;
  });
}

/** The class of an idle time; 0 for what is accessed. */
export function classOf(idleNs: number, edgesNs: readonly number[]): number {
  if (idleNs <= 0) return 0;
  let at = 0;
  while (at < edgesNs.length && idleNs >= edgesNs[at]) at++;
  return at + 1;
}

function distributionOf(bytes: Float64Array): IdleDistribution {
  const totalBytes = bytes.reduce((sum, value) => sum + value, 0);
  return { totalBytes, shares: Array.from(bytes, (value) => totalBytes > 0 ? value / totalBytes : 0) };
}

/** Each region's bytes lie in its idle time; the p-th percentile is that of the byte at p % of them, hot ones first. */
function percentilesOf(snapshots: readonly { snapshot: Snapshot; idleNs: Float64Array }[]): number[] {
  const regions = snapshots.flatMap(({ snapshot: { regions: { start, end } }, idleNs }) =>
    Array.from(idleNs, (ns, i) => ({ bytes: end[i] - start[i], idleNs: ns }))
  ).sort((a, b) => a.idleNs - b.idleNs);
  const total = regions.reduce((sum, { bytes }) => sum + bytes, 0);
  const percentiles: number[] = [];
  let passed = 0;
  for (const { bytes, idleNs } of regions) {
    passed += bytes;
    while (percentiles.length <= 100 && percentiles.length <= passed * 100 / total) percentiles.push(idleNs);
  }
  // The sum of sizes above 2^53 may fall short by a little.
  while (percentiles.length <= 100) percentiles.push(regions.at(-1)?.idleNs ?? 0);
  return percentiles;
}

function notesOf(options: IdleOptions, footer: RecordFooter | undefined, incomplete: string | undefined): string[] {
  const notes = selectionLine(options);
  if (footer && footer.dropped + footer.torn > 0) {
    notes.push(`Lost: ${footer.dropped} of ${footer.events} events; ${footer.torn} torn snapshots are left out`);
  }
  notes.push(...unseenLines(footer));
  if (incomplete) notes.push(`The record is not complete: ${incomplete}`);
  return notes;
}

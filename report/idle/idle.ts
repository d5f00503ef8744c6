import {
  AGE_UNKNOWN,
  byPid,
  command,
  failed,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  said,
  type Snapshot,
  withFollowed,
  type WorkingSet,
} from "../../damon/mod.ts";
import {
  footerAhead,
  IntervalStarts,
  mostOf,
  namePids,
  type OpenRecord,
  poorLines,
  QualityGauge,
  qualityLine,
  type ResidentBasis,
  ResidentMemory,
  residentNotes,
  type Selection,
  selectionLine,
  SnapshotPicker,
  unseenLines,
} from "../record/mod.ts";
import { type IdlePart, restsOf } from "./rests.ts";
import { isThere, type RegionShare, SharedOverTime, SharedRanges, uniteShared } from "./shared.ts";
import { IdleTime, type IdleTimePart } from "./time.ts";

/** Bounds of the classes of idle time, ns: 1 s, 5 s, 30 s, 2 m, 10 m, 1 h, 6 h, 1 d. */
export const IDLE_EDGES_NS: readonly number[] = [1, 5, 30, 120, 600, 3600, 21_600, 86_400].map((s) => s * 1e9);

/**
 * How memory is spread over classes of idle time: what was accessed in the last aggregation interval, then what has
 * been idle for less than the first edge, and so on; the last class has no upper bound.
 */
export interface IdleDistribution {
  /** All the memory that was there, bytes; `undefined` where the source does not say. */
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
  /** What was watched at the end, bytes, with what was not in memory; absent for a source that does not say. */
  watchedBytes?: number;
  /** What tells how much of that was in memory; absent as that is. */
  basis?: ResidentBasis;
  /** Of the watched processes' memory what was in swap at the end, bytes; absent where the source does not say. */
  swapBytes?: number;
  /** Parts of the record's time with snapshots, one after the other, ns from its start. */
  overTime: (IdleTimePart & { distribution: IdleDistribution })[];
  /**
   * 101 values, ns: the idle time that 0 %, 1 % ... 100 % of the memory does not exceed. Below 0: how long it has been
   * accessed as often as now.
   */
  percentilesNs: number[];
  /** Why the record says little, a sentence each; absent for a source that is no record. */
  poor?: string[];
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
 * took. Where a region was accessed in part, the rest counts as idle for that interval. Only memory counts that was
 * there, as far as the record tells, and what several processes share once. It reads the record once and keeps sums; twice
 * where it can open it twice and children were followed: who they are stands at the end.
 *
 * @throws {RangeError} where the record has no age of regions (Linux 5.15 and 5.16), or nothing of what was selected.
 */
export async function idleOf(record: RecordReader | OpenRecord, options: IdleOptions = {}): Promise<IdleReport> {
  if (typeof record !== "function") return (await foldIdle(record, options)).finish(record.incomplete, record.name);
  const read = async (footer: RecordFooter | undefined) => {
    await using opened = await record();
    return { fold: await foldIdle(opened, options, footer), incomplete: opened.incomplete, name: opened.name };
  };
  const { fold, incomplete, name } = await read(await footerAhead(record, options));
  const footer = fold.footerFirst();
  return (footer ? (await read(footer)).fold : fold).finish(incomplete, name);
}

async function foldIdle(record: RecordReader, options: IdleOptions, footer?: RecordFooter): Promise<IdleFold> {
  const fold = new IdleFold(record.header, options, footer);
  for await (const item of record.items()) fold.add(item);
  return fold;
}

/** A target's last snapshot. */
interface Last {
  startNs: number;
  endNs: number;
  parts: IdlePart[];
  watchedBytes: number;
  basis: ResidentBasis;
  pid: number | undefined;
}

/** What tells the most comes first. */
const BASES: readonly ResidentBasis[] = ["physical", "evidence", "residency", "size", "mapped", "unknown"];

/** A region whose memory nobody shares. */
const ALL: readonly RegionShare[] = [{ share: 1 }];

const partOf = (bytes: number, idleNs: number, shared: string | undefined): IdlePart =>
  shared === undefined ? { bytes, idleNs } : { bytes, idleNs, shared };

/** {@linkcode idleOf} as a fold, for a stream of items. */
export class IdleFold {
  readonly #edgesNs: readonly number[];
  readonly #time: IdleTime;
  readonly #last = new Map<string, Last>();
  readonly #resident = new ResidentMemory();
  readonly #quality: QualityGauge;
  /** What each process touched in the last window that was measured. */
  readonly #windows = new Map<number, WorkingSet>();
  readonly #shared = new SharedRanges();
  readonly #sharedOverTime: SharedOverTime;
  /** Processes that are recorded: a single one shares nothing with others. */
  readonly #pids: Set<number>;
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
        `Edges of idle time must ascend from above 0: ${this.#edgesNs.join(", ")} do not`,
      );
    }
    this.#time = new IdleTime(this.#edgesNs.length + 2, options.timeParts ?? 120);
    const targets = header.kdamonds.flatMap(({ contexts }) => contexts.flatMap(({ targets }) => targets));
    const followed = footer?.targets?.flatMap(({ pids }) => pids) ?? footer?.pages?.pids ?? [];
    this.#pids = new Set([...targets.flatMap(({ pid }) => pid ?? []), ...followed]);
    this.#sharedOverTime = new SharedOverTime((startNs, endNs, parts) =>
      this.#time.add("shared", startNs, endNs, this.#classesOf(parts))
    );
    this.#picker = new SnapshotPicker(header, options, true);
    this.#picker.footer = footer;
    this.#quality = new QualityGauge(header, footer);
  }

  /** Takes one item of the record. */
  add(item: RecordItem): void {
    const picker = this.#picker;
    this.#quality.add(item);
    if (item.kind === "working_set") this.#windows.set(item.workingSet.pid, item.workingSet);
    if (item.kind === "footer") this.#footer = item.footer;
    if (item.kind === "mappings") {
      picker.regions.see(item.mappings);
      this.#resident.mappings(item.mappings);
      this.#shared.see(item.mappings);
    } else if (item.kind === "residency") this.#resident.residency(item.residency);
    else if (item.kind === "usage") this.#resident.usage(item.usage);
    if (item.kind !== "snapshot") return;
    const key = `${item.snapshot.kdamond}/${item.snapshot.targetId}`;
    // Also of what is not selected: ages count it.
    const starts = this.#startsOf(key, item.snapshot);
    const found = picker.pick(item.snapshot);
    if (!found) return;
    const { picked: snapshot, target: { pid } } = found;
    this.#snapshots++;
    this.#aggrUs.min = Math.min(this.#aggrUs.min, snapshot.aggrUs);
    this.#aggrUs.max = Math.max(this.#aggrUs.max, snapshot.aggrUs);
    const { startNs, endNs, regions } = snapshot;
    const { parts, basis } = this.#partsOf(snapshot, pid, starts, item.snapshot);
    const watchedBytes = regions.end.reduce((sum, end, i) => sum + end - regions.start[i], 0);
    this.#last.set(key, { startNs, endNs, parts, watchedBytes, basis, pid });
    const [beginNs, finishNs] = [startNs - picker.originNs, endNs - picker.originNs];
    const shared = parts.filter((part) => part.shared !== undefined);
    this.#time.add(key, beginNs, finishNs, this.#classesOf(parts.filter((part) => part.shared === undefined)));
    this.#sharedOverTime.add(key, beginNs, finishNs, shared);
  }

  /** The memory of a snapshot that was there, by how long it had been idle. */
  #partsOf(snapshot: Snapshot, pid: number | undefined, starts: IntervalStarts | undefined, whole: Snapshot) {
    const { regions: { length, start, end, nrAccesses }, aggrUs } = snapshot;
    if (pid !== undefined) this.#pids.add(pid);
    const operations = byPid(this.header.kdamonds, snapshot.kdamond)?.contexts[0]?.operations;
    const { bytes, usedBytes, basis } = this.#resident.of(snapshot, pid, operations, whole);
    const idleNs = idleNsOf(snapshot, starts);
    const parts: IdlePart[] = [];
    const rests: IdlePart[] = [];
    const isShared = pid !== undefined && this.#pids.size > 1;
    for (let i = 0; i < length; i++) {
      const rest = bytes[i] - usedBytes[i];
      // Of a region that was accessed, how long the rest has not been is not known: at least in this interval.
      const ofRest = nrAccesses[i] > 0 ? rests : parts;
      for (const { share, shared } of isShared ? this.#shared.split(pid, start[i], end[i]) : ALL) {
        if (usedBytes[i] > 0) parts.push(partOf(usedBytes[i] * share, Math.min(0, idleNs[i]), shared));
        if (rest > 0) ofRest.push(partOf(rest * share, idleNs[i], shared));
      }
    }
    const window = length === whole.regions.length && pid !== undefined ? this.#windows.get(pid) : undefined;
    return { parts: [...parts, ...restsOf(rests, parts, aggrUs * 1e3, window)], basis };
  }

  /**
   * The beginnings of the target's intervals, by which ages are measured; `undefined` where DAMON has tuned them: the
   * kernel then brings ages in line with the interval in force. The page sampler, whose intervals also vary, does not.
   */
  #startsOf(key: string, { startNs, endNs, aggrUs }: Snapshot): IntervalStarts | undefined {
    let of = this.#starts.get(key);
    if (!of) this.#starts.set(key, of = { starts: new IntervalStarts(this.header.source), aggrUs, isTuned: false });
    of.starts.add(startNs, endNs);
    of.isTuned ||= of.aggrUs !== aggrUs && this.header.source !== "pages" && this.header.source !== "pages-exact";
    return of.isTuned ? undefined : of.starts;
  }

  /** Bytes in each class. */
  #classesOf(parts: readonly IdlePart[]): Float64Array {
    const classes = new Float64Array(this.#edgesNs.length + 2);
    for (const { bytes, idleNs } of parts) classes[classOf(idleNs, this.#edgesNs)] += bytes;
    return classes;
  }

  /** The footer, where it names children that were followed, so that the record must be read once more with it. */
  footerFirst(): RecordFooter | undefined {
    const unnamed = this.#picker.targets().filter(({ pid }) => pid === undefined);
    if (this.#picker.footer || unnamed.length === 0) return undefined;
    const named = unnamed.map((target) => ({ ...target }));
    namePids(named, this.#footer);
    return named.some(({ pid }) => pid !== undefined) ? this.#footer : undefined;
  }

  /** What was seen so far. */
  finish(incomplete?: string, name?: string): IdleReport {
    const nothing = this.#picker.nothing(name);
    if (nothing) throw nothing;
    if (this.#snapshots === 0) {
      throw new RangeError(
        `${name ?? "The record"} has no snapshot` + (incomplete ? `: ${incomplete}` : ""),
      );
    }
    this.#sharedOverTime.flush();
    const mean = distributionOf(this.#time.mean());
    const last = [...this.#last.values()];
    if (mean.totalBytes === 0 && last.some(({ watchedBytes }) => watchedBytes > 0)) {
      throw new RangeError("Nothing of what is selected was in memory: select something else");
    }
    if (mean.totalBytes === 0) {
      throw new RangeError(`${name ?? "The record"} has no region at all: record for longer`);
    }
    const endNs = mostOf(last.map((one) => one.endNs));
    // A target that ended before is not there at the end.
    const atEnd = last.filter((one) => isThere(one, endNs));
    const parts = uniteShared(atEnd.map((one) => one.parts));
    const bases = new Set(atEnd.map(({ basis }) => basis));
    const swapped = atEnd.map(({ pid }) => this.#resident.swapBytesOf(pid));
    const { clock } = this.header;
    const { target, kdamond } = this.options;
    const judged = { header: this.header, footer: this.#footer, quality: this.#quality.result() };
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
      now: distributionOf(this.#classesOf(parts)),
      mean,
      watchedBytes: atEnd.reduce((sum, one) => sum + one.watchedBytes, 0),
      // What tells the least.
      basis: BASES.findLast((basis) => bases.has(basis)) ?? "unknown",
      ...(swapped.every((bytes) => bytes !== undefined) && { swapBytes: swapped.reduce((sum, one) => sum + one, 0) }),
      overTime: this.#time.parts().map(({ bytes, ...part }) => ({ ...part, distribution: distributionOf(bytes) })),
      percentilesNs: percentilesOf(parts),
      poor: poorLines(judged),
      notes: [
        ...qualityLine(judged),
        ...[...bases].flatMap(residentNotes),
        ...atEnd.length > 1 && parts.some((part) => part.shared !== undefined) ? [SHARED_NOTE] : [],
        ...notesOf(this.options, this.#footer, incomplete),
      ],
    };
  }
}

/** Idle time of each region, ns; below 0 for one that was accessed: how long it has been so. */
function idleNsOf({ regions, aggrUs, endNs }: Snapshot, starts: IntervalStarts | undefined): Float64Array {
  return Float64Array.from(regions.age, (age, i) => {
    if (age === AGE_UNKNOWN) {
      throw failed(RangeError, {
        what:
          "The regions of this record have no age, as before Linux 5.17, and so do not tell how long memory was idle",
        help: said`record again on a newer kernel, or with the page sampler: ${
          command("record", { options: { monitor: "pages" } })
        }`,
      });
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

/** The p-th percentile is the idle time of the byte at p % of them, hot ones first. */
function percentilesOf(parts: readonly IdlePart[]): number[] {
  const regions = parts.toSorted((a, b) => a.idleNs - b.idleNs);
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

const SHARED_NOTE = "Memory that processes share counts once, and is in use where one of them uses it";

function notesOf(options: IdleOptions, footer: RecordFooter | undefined, incomplete: string | undefined): string[] {
  const notes = selectionLine(options);
  if (footer && footer.dropped + footer.torn > 0) {
    notes.push(`Lost: ${footer.dropped} of ${footer.events} events; ${footer.torn} torn snapshots are left out`);
  }
  notes.push(...unseenLines(footer));
  if (incomplete) notes.push(`The record is not complete: ${incomplete}`);
  return notes;
}

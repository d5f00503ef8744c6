import {
  byPid,
  followedPid,
  keyOf,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type Residency,
  type Snapshot,
  type TargetKey,
  type WorkingSet,
} from "../../damon/mod.ts";
import { NumberList } from "./distribution.ts";
import { type ResidentBasis, ResidentMemory } from "./resident_memory.ts";
import { mostOf } from "./most_of.ts";

/** Looks at the memory of a region within a window of a second from which on its part that is used shows. */
export const ENOUGH_LOOKS = 5;
const WINDOW_NS = 1e9;
const PAGE = 4096;
/** So many snapshots of a target are judged, one after the other; then fewer. */
const ALL_OF = 100;
/** Of so many processes what residency finds unwatched is counted. */
const MOST_LAST = 2000;

/** What a record can tell, and what it is based on. Bytes are means over time. */
export interface RecordQuality {
  /** What tells how much of the watched memory was there. */
  basis: ResidentBasis;
  /** What was watched, bytes, gaps between mappings included. */
  watchedBytes: number;
  /** What of it was in memory, as far as {@linkcode basis} tells. */
  residentBytes: number;
  /** Share of the resident bytes in regions of which some memory was looked at in a window of a second, 0 to 1. */
  lookedShare: number;
  /** The same with {@linkcode ENOUGH_LOOKS} looks, or one at each page. */
  wellLookedShare: number;
  /** Looks at a region's memory in an aggregation interval, mean by resident bytes. */
  looks: number;
  /** Looks at a page in an aggregation interval, mean over the resident pages; below 1 where not all are looked at. */
  pageLooks: number;
  /** The measured working sets; absent where there are none. */
  workingSet?: {
    /** Mean, bytes. */
    bytes: number;
    /** Mean of the stated errors (95 %), bytes. */
    errorBytes: number;
    /** How many windows there are. */
    windows: number;
  };
  /** Snapshots of the target that has the most. */
  snapshots: number;
  /** From the start of the first snapshot to the end of the last, ns. */
  durationNs: number;
  /** Lengths of snapshots in force, ns. */
  intervalNs: {
    /** The shortest. */
    min: number;
    /** In the middle. */
    median: number;
    /** The longest. */
    max: number;
  };
  /** The length that was asked for, ns; absent where the record does not say. */
  wantedNs?: number;
  /** Share of sampling intervals that the page sampler left out, 0 to 1. */
  missedShare: number;
  /** Share of events, or of snapshots, that were lost, 0 to 1. */
  lostShare: number;
  /** Mappings with memory of which the last look at residency found no region that was looked at. */
  unwatched: {
    /** How many. */
    count: number;
    /** Their resident bytes. */
    bytes: number;
    /** Share of all resident bytes, 0 to 1. */
    share: number;
  };
  /** Processes that were recorded. */
  processes: number;
}

interface Sums {
  watched: number;
  resident: number;
  looked: number;
  wellLooked: number;
  looks: number;
  pageLooks: number;
}

const NO_SUMS: Readonly<Sums> = { watched: 0, resident: 0, looked: 0, wellLooked: 0, looks: 0, pageLooks: 0 };

/** What tells the least comes first. */
const BASES: readonly ResidentBasis[] = ["unknown", "mapped", "size", "residency", "evidence", "physical"];

/** Judges a record as its items come, those that are selected or not. It keeps a number a snapshot. */
export class QualityGauge {
  readonly #resident = new ResidentMemory();
  readonly #intervals = new NumberList();
  readonly #targets = new Map<TargetKey, { pid: number | undefined; count: number; ns: number }>();
  readonly #last = new Map<number, Snapshot>();
  readonly #unwatched = new Map<number, { count: number; bytes: number; of: number }>();
  readonly #measured = new Map<number, { ns: number; bytes: number; error: number; windows: number }>();
  readonly #pids = new Set<number>();
  #sums: Sums = { ...NO_SUMS };
  #basis: ResidentBasis = "unknown";
  #startNs = Infinity;
  #endNs = -Infinity;
  #footer: RecordFooter | undefined;

  /** Of the record with this header; a footer that is known before says who children are. */
  constructor(readonly header: RecordHeader, footer?: RecordFooter) {
    this.#footer = footer;
  }

  /** Takes the next item. */
  add(item: RecordItem): void {
    if (item.kind === "snapshot") this.#snapshot(item.snapshot);
    else if (item.kind === "mappings") this.#resident.mappings(item.mappings);
    else if (item.kind === "usage") this.#resident.usage(item.usage);
    else if (item.kind === "residency") this.#residency(item.residency);
    else if (item.kind === "working_set") this.#workingSet(item.workingSet);
    else if (item.kind === "footer") this.#footer = item.footer;
  }

  /** What was found so far. */
  result(): RecordQuality {
    const { watched, resident, looked, wellLooked, looks, pageLooks } = this.#sums;
    const targets = [...this.#targets.values()];
    const ns = Math.max(0, mostOf(targets.map((target) => target.ns)));
    const intervals = this.#intervals.values().toSorted();
    const wantedUs = this.header.kdamonds[0]?.contexts[0]?.intervals.aggrUs;
    const { pages, dropped = 0, events = 0, torn = 0 } = this.#footer ?? {};
    const share = (part: number, all: number) => all > 0 ? Math.min(1, part / all) : 0;
    const unwatched = [...this.#unwatched.values()];
    const sum = (of: (one: { count: number; bytes: number; of: number }) => number) =>
      unwatched.reduce((total, one) => total + of(one), 0);
    return {
      basis: this.#basis,
      watchedBytes: ns > 0 ? watched / ns : 0,
      residentBytes: ns > 0 ? resident / ns : 0,
      lookedShare: share(looked, resident),
      wellLookedShare: share(wellLooked, resident),
      looks: resident > 0 ? looks / resident : 0,
      pageLooks: resident > 0 ? pageLooks * PAGE / resident : 0,
      ...(this.#measured.size > 0 && { workingSet: measuredOf([...this.#measured.values()]) }),
      snapshots: Math.max(0, mostOf(targets.map(({ count }) => count))),
      durationNs: Math.max(0, this.#endNs - this.#startNs),
      intervalNs: {
        min: intervals[0] ?? 0,
        median: intervals[intervals.length >> 1] ?? 0,
        max: intervals.at(-1) ?? 0,
      },
      ...(wantedUs && { wantedNs: wantedUs * 1e3 }),
      missedShare: pages ? share(pages.missed, pages.missed + pages.samples) : 0,
      lostShare: Math.max(share(dropped, events), share(torn, torn + intervals.length)),
      unwatched: {
        count: sum((one) => one.count),
        bytes: sum((one) => one.bytes),
        share: share(sum((one) => one.bytes), sum((one) => one.of)),
      },
      processes: Math.max(1, this.#pids.size, targets.length),
    };
  }

  #snapshot(snapshot: Snapshot): void {
    const { startNs, endNs, sampleUs, aggrUs, regions, evidence } = snapshot;
    const { length, start, end } = regions;
    const ns = endNs - startNs;
    const key = keyOf(snapshot);
    let target = this.#targets.get(key);
    // Which process a followed child was is known at the end of the record, or from its beginning.
    if (!target) this.#targets.set(key, target = { pid: this.#pidOf(snapshot), count: 0, ns: 0 });
    const { pid } = target;
    const count = ++target.count;
    this.#intervals.push(ns);
    this.#startNs = Math.min(this.#startNs, startNs);
    this.#endNs = Math.max(this.#endNs, endNs);
    if (pid !== undefined) {
      if (count === 1) this.#pids.add(pid);
      // A snapshot keeps the batch that it was read in: of very many targets not all are kept.
      if (this.#last.size < MOST_LAST || this.#last.has(pid)) this.#last.set(pid, snapshot);
    }
    // Of a long record one in ten says as much as all.
    if (count > ALL_OF && count % 10 !== 0) return;
    const { bytes, basis } = this.#resident.of(snapshot, pid, this.#contextOf(snapshot)?.operations);
    if (BASES.indexOf(basis) < BASES.indexOf(this.#basis)) return;
    // What was there may be told only after the first snapshots: those are left out then.
    if (basis !== this.#basis) {
      this.#basis = basis;
      this.#sums = { ...NO_SUMS };
      for (const one of this.#targets.values()) one.ns = 0;
    }
    target.ns += ns;
    const samples = aggrUs / sampleUs;
    const windows = Math.max(1, WINDOW_NS / ns);
    const sums = this.#sums;
    for (let i = 0; i < length; i++) {
      const size = end[i] - start[i];
      if (size === 0) continue;
      sums.watched += size * ns;
      sums.resident += bytes[i] * ns;
      // DAMON looks at one page of a region in a sample, wherever that is.
      const looks = evidence ? evidence.looks[i] : samples * bytes[i] / size;
      const inWindow = looks * windows;
      // Where every page is looked at, a region still has one look in a sample.
      sums.looks += Math.min(looks, samples) * bytes[i] * ns;
      sums.pageLooks += looks * ns;
      sums.looked += Math.min(1, inWindow) * bytes[i] * ns;
      if (bytes[i] > 0 && inWindow >= Math.min(ENOUGH_LOOKS, bytes[i] / PAGE)) sums.wellLooked += bytes[i] * ns;
    }
  }

  #residency(residency: Residency): void {
    this.#resident.residency(residency);
    const last = this.#last.get(residency.pid);
    if (!last) return;
    const { regions: { length, start, end }, evidence } = last;
    const found = { count: 0, bytes: 0, of: residency.residentBytes };
    let at = 0;
    for (const mapping of residency.mappings) {
      if (mapping.residentBytes === 0) continue;
      while (at < length && end[at] <= mapping.start) at++;
      let isLooked = false;
      for (let i = at; i < length && start[i] < mapping.end && !isLooked; i++) {
        isLooked = evidence === undefined || evidence.looks[i] > 0;
      }
      if (isLooked) continue;
      found.count++;
      found.bytes += mapping.residentBytes;
    }
    this.#unwatched.set(residency.pid, found);
  }

  #workingSet({ pid, startNs, endNs, bytes, errorBytes }: WorkingSet): void {
    // All together is said besides.
    if (pid === 0) return;
    const ns = endNs - startNs;
    const sums = this.#measured.get(pid) ?? { ns: 0, bytes: 0, error: 0, windows: 0 };
    this.#measured.set(pid, {
      ns: sums.ns + ns,
      bytes: sums.bytes + bytes * ns,
      error: sums.error + errorBytes * ns,
      windows: sums.windows + 1,
    });
  }

  #contextOf({ kdamond }: Pick<Snapshot, "kdamond">) {
    const { kdamonds } = this.header;
    return (byPid(kdamonds, kdamond) ?? (kdamonds.length === 1 ? kdamonds[0] : undefined))
      ?.contexts[0];
  }

  #pidOf(snapshot: Snapshot): number | undefined {
    const { kdamond, targetId } = snapshot;
    const targets = this.#contextOf(snapshot)?.targets ?? [];
    const index = targets.length === 1 ? 0 : Number(targetId);
    return followedPid(this.#footer, { kdamond, targetId }) ??
      (targetId < BigInt(Math.max(1, targets.length)) ? targets[index]?.pid : undefined);
  }
}

/** Errors of several processes are independent of each other. */
function measuredOf(
  all: readonly { ns: number; bytes: number; error: number; windows: number }[],
): NonNullable<RecordQuality["workingSet"]> {
  return {
    bytes: all.reduce((sum, { bytes, ns }) => sum + bytes / ns, 0),
    errorBytes: Math.hypot(...all.map(({ error, ns }) => error / ns)),
    windows: mostOf(all.map(({ windows }) => windows)),
  };
}

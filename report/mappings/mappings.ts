import {
  keyOf,
  type Mappings,
  maxNrAccessesOf,
  type MemoryUsage,
  type Residency,
  type Snapshot,
  type TargetKey,
  type WorkingSet,
} from "../../damon/mod.ts";
import {
  type Fold,
  foldRecord,
  GrowingTime,
  type OpenRecord,
  PHYSICAL,
  type RecordedTarget,
  type RecordStart,
  type RecordSurvey,
  type Selection,
  targetNameOf,
} from "../record/mod.ts";
import {
  figuresOf,
  type PartOfSet,
  type WorkingSetFigures,
  WorkingSetFold,
  type WorkingSetSample,
} from "../working_set/mod.ts";
import { NO_WSS, type Sum, type TargetSums, type WssSum } from "./sums.ts";
import { usesOf } from "./uses.ts";
import type { MappingUse } from "./mapping_use.ts";

/** What reports on mappings and working sets are to know. */
export interface MappingsOptions {
  /** Processes of targets, where they are known before. */
  pids?: ReadonlyMap<TargetKey, number | undefined>;
  /** Window of the working set, ns. */
  windowNs?: number;
  /** What is selected of the record. */
  selection?: Selection;
}

/** Bins of time of a {@linkcode MappingUse}. */
const TIME_BINS = 120;

/** How all mappings of a record were used. */
export interface MappingReport {
  /** What it was taken from. */
  survey: RecordSurvey;
  /** The working set of all targets together; `undefined` where there is none. */
  workingSet: WorkingSetFigures | undefined;
  /** Bins of {@linkcode MappingUse.overTime}: the first begins at `startNs` of the record. */
  time: { startNs: number; binNs: number; count: number };
  /** The largest working set first, of whatever target. */
  uses: MappingUse[];
}

/** Learns how each mapping of each process is used, in one pass and in memory that does not grow with the record. */
export async function mappingsOf(
  open: OpenRecord,
  selection: Selection = {},
  windowNs?: number,
): Promise<MappingReport> {
  const options = { selection, ...(windowNs !== undefined && { windowNs }) };
  let fold = new MappingsFold(options);
  let survey = await foldRecord(open, [fold], selection);
  // Children that were followed: whose pid a target is stands at the end only, so once more with that.
  const late = survey.targets.filter((target) => fold.unknown.has(keyOf(target)) && target.pid !== undefined);
  if (late.length > 0) {
    fold = new MappingsFold({ ...options, pids: new Map(survey.targets.map((target) => [keyOf(target), target.pid])) });
    survey = await foldRecord(open, [fold], selection);
  }
  return fold.report(survey);
}

/** Sums of each mapping. */
export class MappingsFold implements Fold {
  /** Targets whose process was not known while they were read. */
  readonly unknown: Set<TargetKey> = new Set();
  /** The working sets, which the mappings are parts of. */
  readonly workingSets: WorkingSetFold;
  readonly #pids: ReadonlyMap<TargetKey, number | undefined>;
  readonly #targets = new Map<RecordedTarget, TargetSums>();
  /** Targets of each process; there may be very many. */
  readonly #byPid = new Map<number, TargetSums[]>();
  readonly #time = new GrowingTime(TIME_BINS);

  /** Keeps nothing yet. */
  constructor(options: MappingsOptions = {}) {
    this.#pids = options.pids ?? new Map();
    this.workingSets = new WorkingSetFold({
      ...options,
      onPart: (target, part, window, isMeasured) => this.#addPart(target, part, window, isMeasured),
    });
  }

  /** Takes the next snapshot. */
  snapshot(snapshot: Snapshot, target: RecordedTarget, record: RecordStart): void {
    let sums = this.#targets.get(target);
    if (!sums) this.#targets.set(target, sums = this.#begin(target, record));
    const touched = this.#sweep(snapshot, sums);
    const { startNs, endNs } = snapshot;
    const ns = endNs - startNs;
    sums.lastNs = endNs;
    for (const sum of touched) {
      sum.bytes = Math.max(sum.bytes, sum.nowBytes);
      sum.heat += sum.nowHeat * ns;
      sum.watched += sum.nowBytes * ns;
      sum.ns += ns;
      if (sum.nowHit) sum.accessedNs = endNs;
      const watched = sum.watchedOverTime ??= this.#time.newShortRow();
      const heat = sum.nowHeat > 0 ? sum.heatOverTime ??= this.#time.newShortRow() : undefined;
      this.#time.spread(startNs, endNs, (bin, part) => {
        heat?.add(bin, sum.nowHeat * part);
        watched.add(bin, sum.nowBytes * part);
      });
      sum.nowBytes = sum.nowHeat = 0;
      sum.nowHit = false;
    }
    this.workingSets.snapshot(snapshot, target, record);
  }

  /** Takes what the addresses of a process are from now on. */
  mappings(all: Mappings): void {
    this.workingSets.mappings(all);
    for (const sums of this.#byPid.get(all.pid) ?? []) this.#name(sums);
  }

  /** Takes which memory of a process is there from now on. */
  residency(residency: Residency): void {
    this.workingSets.residency(residency);
  }

  /** Takes memory in use. */
  usage(usage: MemoryUsage): void {
    this.workingSets.usage(usage);
  }

  /** Takes a measured working set. */
  workingSet(measured: WorkingSet): void {
    this.workingSets.workingSet(measured);
  }

  /** What was summed up. */
  report(survey: RecordSurvey): MappingReport {
    // Ends the windows that are open.
    const workingSet = figuresOf(this.workingSets.all());
    const { startNs, binNs, used } = this.#time;
    const uses = [...this.#targets.values()]
      .flatMap((sums) => usesOf(sums, used, this.workingSets.isMeasured(sums.target) ? "measured" : "estimated"))
      .sort((a, b) => b.meanWssBytes - a.meanWssBytes || (b.residentBytes ?? b.bytes) - (a.residentBytes ?? a.bytes));
    return { survey, workingSet, time: { startNs: startNs - survey.originNs, binNs, count: used }, uses };
  }

  #addPart(target: RecordedTarget, part: PartOfSet, window: WorkingSetSample, isMeasured: boolean): void {
    const sums = this.#targets.get(target);
    if (!sums) return;
    const how = isMeasured ? "measured" : "estimated";
    const { startNs, endNs } = window;
    const all = sums.windows[how] ??= { ns: 0, overTime: this.#time.newShortRow(), last: undefined };
    if (all.last !== window) {
      all.last = window;
      all.ns += endNs - startNs;
      this.#time.spread(startNs, endNs, (bin, ns) => all.overTime.add(bin, ns));
    }
    let sum = part.name === "" ? sums.unnamed : sums.sums.get(part.name);
    if (!sum) sums.sums.set(part.name, sum = this.#newSum(part.name));
    const { bytes, residentBytes, looks = 0, hits = 0 } = part;
    const wss = sum[how] ??= this.#newWssSum();
    wss.wss += bytes * (endNs - startNs);
    wss.max = Math.max(wss.max, bytes);
    wss.isResidentKnown &&= residentBytes !== undefined;
    wss.resident += (residentBytes ?? 0) * (endNs - startNs);
    wss.mostResident = Math.max(wss.mostResident, residentBytes ?? 0);
    sum.looks += looks;
    if (hits > 0) sum.accessedNs = Math.max(sum.accessedNs ?? 0, endNs);
    const row = wss.overTime ??= this.#time.newShortRow();
    this.#time.spread(startNs, endNs, (bin, ns) => row.add(bin, bytes * ns));
  }

  #begin(target: RecordedTarget, record: RecordStart): TargetSums {
    const pid = target.pid ?? this.#pids.get(keyOf(target));
    if (pid === undefined) this.unknown.add(keyOf(target));
    const sums = new Map<string, Sum>();
    const name = pid === undefined && targetNameOf(record, target) === PHYSICAL ? PHYSICAL : "";
    const made: TargetSums = {
      ...{ target, pid, sums, ranges: [], unnamed: this.#newSum(name), lastNs: 0 },
      windows: {},
    };
    sums.set(name, made.unnamed);
    if (pid !== undefined) {
      const others = this.#byPid.get(pid);
      if (others) others.push(made);
      else this.#byPid.set(pid, [made]);
    }
    this.#name(made);
    return made;
  }

  #name(sums: TargetSums): void {
    const named = sums.pid === undefined ? [] : this.workingSets.namesOf(sums.pid);
    sums.ranges = named.map(({ start, end, name }) => {
      let sum = sums.sums.get(name);
      if (!sum) sums.sums.set(name, sum = this.#newSum(name));
      return { start, end, sum };
    });
  }

  #newSum(name: string): Sum {
    return {
      name,
      bytes: 0,
      heat: 0,
      watched: 0,
      ns: 0,
      looks: 0,
      accessedNs: undefined,
      heatOverTime: undefined,
      watchedOverTime: undefined,
      measured: undefined,
      estimated: undefined,
      nowBytes: 0,
      nowHeat: 0,
      nowHit: false,
    };
  }

  #newWssSum(): WssSum {
    return { ...NO_WSS };
  }

  /** Shares the regions out among the ranges; both ascend. */
  #sweep(snapshot: Snapshot, { ranges, unnamed }: TargetSums): Set<Sum> {
    const { length, start, end, nrAccesses } = snapshot.regions;
    const { evidence } = snapshot;
    const max = maxNrAccessesOf(snapshot);
    const touched = new Set<Sum>();
    const add = (sum: Sum, bytes: number, i: number) => {
      if (bytes <= 0) return;
      if (sum.nowBytes === 0) touched.add(sum);
      sum.nowBytes += bytes;
      // A page is picked of all of the region: of a piece as often as it is large.
      sum.looks += (evidence ? evidence.looks[i] : max) * bytes / (end[i] - start[i]);
      if (nrAccesses[i] > 0) sum.nowHeat += bytes * Math.min(1, nrAccesses[i] / max);
      sum.nowHit ||= nrAccesses[i] > 0 || (evidence ? evidence.usedBytes[i] > 0 : false);
    };
    let first = 0;
    for (let i = 0; i < length; i++) {
      while (first < ranges.length && ranges[first].end <= start[i]) first++;
      let from = start[i];
      for (let r = first; r < ranges.length && ranges[r].start < end[i]; r++) {
        add(unnamed, ranges[r].start - from, i);
        const [low, high] = [Math.max(start[i], ranges[r].start), Math.min(end[i], ranges[r].end)];
        add(ranges[r].sum, high - low, i);
        from = Math.max(from, high);
      }
      add(unnamed, end[i] - from, i);
    }
    return touched;
  }
}

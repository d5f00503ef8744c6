import { type Mappings, maxNrAccessesOf, type Snapshot } from "../damon/mod.ts";
import { GrowingTime } from "./growing_time.ts";
import { MappingNames } from "./mapping_names.ts";
import { PHYSICAL, targetNameOf } from "./record_caption.ts";
import { keyOf, type RecordedTarget, type RecordSurvey } from "./record_survey.ts";
import { type Fold, foldRecord, type OpenRecord, type RecordStart } from "./selected_record.ts";
import type { Selection } from "./selection.ts";

/** Bins of time of a {@linkcode MappingUse}. */
const TIME_BINS = 120;

/** How a mapping, or all of one name, was used. */
export interface MappingUse {
  /** Whose it is. */
  target: RecordedTarget;
  /** Its name: `heap`, `libc.so.6`, `anonymous`; empty where the record does not say. */
  name: string;
  /** The most bytes that were monitored of it at once. */
  bytes: number;
  /** Mean of its working set while it was monitored, bytes. */
  meanWssBytes: number;
  /** The largest working set of a snapshot, bytes. */
  maxWssBytes: number;
  /** Share of samples that found its memory accessed, 0 to 1. */
  accessed: number;
  /** Its part of all accesses (bytes × time) to the target, 0 to 1. */
  share: number;
  /** From its last access to the last snapshot of its target, ns; `undefined` where it was never accessed. */
  idleNs: number | undefined;
  /** Share of samples that found it accessed in each bin of time; `undefined` where it was not monitored. */
  overTime: (number | undefined)[];
  /** Mean working set in each bin, bytes, likewise. */
  wssOverTime: (number | undefined)[];
}

/** How all mappings of a record were used. */
export interface MappingReport {
  /** What it was taken from. */
  survey: RecordSurvey;
  /** Bins of {@linkcode MappingUse.overTime}: the first begins at `startNs` of the record. */
  time: { startNs: number; binNs: number; count: number };
  /** The largest working set first, of whatever target. */
  uses: MappingUse[];
}

/** Learns how each mapping of each process is used, in one pass and in memory that does not grow with the record. */
export async function mappingsOf(open: OpenRecord, selection: Selection = {}): Promise<MappingReport> {
  let fold = new MappingsFold();
  let survey = await foldRecord(open, [fold], selection);
  // Children that were followed: whose pid a target is stands at the end only, so once more with that.
  const late = survey.targets.filter((target) => fold.unknown.has(keyOf(target)) && target.pid !== undefined);
  if (late.length > 0) {
    fold = new MappingsFold(new Map(survey.targets.map((target) => [keyOf(target), target.pid])));
    survey = await foldRecord(open, [fold], selection);
  }
  return fold.report(survey);
}

interface Sum {
  name: string;
  bytes: number;
  heat: number;
  watched: number;
  wss: number;
  ns: number;
  maxWss: number;
  accessedNs: number | undefined;
  heatOverTime: Float64Array;
  watchedOverTime: Float64Array;
  wssOverTime: Float64Array;
  nsOverTime: Float64Array;
  // Of the snapshot at hand.
  nowBytes: number;
  nowHeat: number;
  nowWss: number;
}

interface TargetSums {
  target: RecordedTarget;
  pid: number | undefined;
  sums: Map<string, Sum>;
  ranges: { start: number; end: number; sum: Sum }[];
  unnamed: Sum;
  lastNs: number;
}

/** Sums of each mapping. */
export class MappingsFold implements Fold {
  /** Targets whose process was not known while they were read. */
  readonly unknown: Set<string> = new Set();
  readonly #targets = new Map<RecordedTarget, TargetSums>();
  readonly #names = new Map<number, MappingNames>();
  readonly #time = new GrowingTime(TIME_BINS);

  /** Takes the processes of targets, where they are known before. */
  constructor(readonly pids: ReadonlyMap<string, number | undefined> = new Map()) {}

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
      sum.wss += sum.nowWss * ns;
      sum.ns += ns;
      sum.maxWss = Math.max(sum.maxWss, sum.nowWss);
      if (sum.nowWss > 0) sum.accessedNs = endNs;
      this.#time.spread(startNs, endNs, (bin, part) => {
        sum.heatOverTime[bin] += sum.nowHeat * part;
        sum.watchedOverTime[bin] += sum.nowBytes * part;
        sum.wssOverTime[bin] += sum.nowWss * part;
        sum.nsOverTime[bin] += part;
      });
      sum.nowBytes = sum.nowHeat = sum.nowWss = 0;
    }
  }

  /** Takes what the addresses of a process are from now on. */
  mappings({ pid, mappings }: Mappings): void {
    let names = this.#names.get(pid);
    if (!names) this.#names.set(pid, names = new MappingNames());
    names.overlay(mappings);
    for (const sums of this.#targets.values()) if (sums.pid === pid) this.#name(sums);
  }

  /** What was summed up. */
  report(survey: RecordSurvey): MappingReport {
    const { startNs, binNs, used } = this.#time;
    const uses = [...this.#targets.values()].flatMap((sums) => usesOf(sums, used))
      .sort((a, b) => b.meanWssBytes - a.meanWssBytes || b.bytes - a.bytes);
    return { survey, time: { startNs: startNs - survey.originNs, binNs, count: used }, uses };
  }

  #begin(target: RecordedTarget, record: RecordStart): TargetSums {
    const pid = target.pid ?? this.pids.get(keyOf(target));
    if (pid === undefined) this.unknown.add(keyOf(target));
    const sums = new Map<string, Sum>();
    const name = pid === undefined && targetNameOf(record, target) === PHYSICAL ? PHYSICAL : "";
    const made: TargetSums = { target, pid, sums, ranges: [], unnamed: this.#newSum(name), lastNs: 0 };
    sums.set(name, made.unnamed);
    this.#name(made);
    return made;
  }

  #name(sums: TargetSums): void {
    const names = sums.pid === undefined ? undefined : this.#names.get(sums.pid);
    sums.ranges = (names?.within(0, Infinity) ?? []).map(({ start, end, name }) => {
      let sum = sums.sums.get(name);
      if (!sum) sums.sums.set(name, sum = this.#newSum(name));
      return { start, end, sum };
    });
  }

  #newSum(name: string): Sum {
    const row = () => this.#time.newRow();
    return {
      ...{ name, bytes: 0, heat: 0, watched: 0, wss: 0, ns: 0, maxWss: 0, accessedNs: undefined },
      ...{ heatOverTime: row(), watchedOverTime: row(), wssOverTime: row(), nsOverTime: row() },
      ...{ nowBytes: 0, nowHeat: 0, nowWss: 0 },
    };
  }

  /** Shares the regions out among the ranges; both ascend. */
  #sweep(snapshot: Snapshot, { ranges, unnamed }: TargetSums): Set<Sum> {
    const { length, start, end, nrAccesses } = snapshot.regions;
    const max = maxNrAccessesOf(snapshot);
    const touched = new Set<Sum>();
    const add = (sum: Sum, bytes: number, accesses: number) => {
      if (bytes <= 0) return;
      if (sum.nowBytes === 0) touched.add(sum);
      sum.nowBytes += bytes;
      if (accesses > 0) {
        sum.nowWss += bytes;
        sum.nowHeat += bytes * Math.min(1, accesses / max);
      }
    };
    let first = 0;
    for (let i = 0; i < length; i++) {
      while (first < ranges.length && ranges[first].end <= start[i]) first++;
      let from = start[i];
      for (let r = first; r < ranges.length && ranges[r].start < end[i]; r++) {
        add(unnamed, ranges[r].start - from, nrAccesses[i]);
        const [low, high] = [Math.max(start[i], ranges[r].start), Math.min(end[i], ranges[r].end)];
        add(ranges[r].sum, high - low, nrAccesses[i]);
        from = Math.max(from, high);
      }
      add(unnamed, end[i] - from, nrAccesses[i]);
    }
    return touched;
  }
}

function usesOf({ target, sums, lastNs }: TargetSums, bins: number): MappingUse[] {
  const seen = [...sums.values()].filter(({ ns }) => ns > 0);
  const all = seen.reduce((sum, { heat }) => sum + heat, 0);
  const ratio = (some: Float64Array, of: Float64Array) =>
    Array.from({ length: bins }, (_, bin) => of[bin] > 0 ? some[bin] / of[bin] : undefined);
  return seen.map((sum): MappingUse => ({
    target,
    name: sum.name,
    bytes: sum.bytes,
    meanWssBytes: sum.wss / sum.ns,
    maxWssBytes: sum.maxWss,
    accessed: sum.heat / sum.watched,
    share: all > 0 ? sum.heat / all : 0,
    idleNs: sum.accessedNs === undefined ? undefined : lastNs - sum.accessedNs,
    overTime: ratio(sum.heatOverTime, sum.watchedOverTime),
    wssOverTime: ratio(sum.wssOverTime, sum.nsOverTime),
  }));
}

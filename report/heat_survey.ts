import {
  maxNrAccessesOf,
  type RecordFooter,
  type RecordHeader,
  type RecordReader,
  type Snapshot,
} from "../damon/mod.ts";
import { AddressHistogram } from "./address_histogram.ts";
import { MappingNames } from "./mapping_names.ts";

/** A part of a record's time, ns from the record's start. */
export interface TimeRange {
  /** Its beginning. */
  startNs: number;
  /** Its end; larger. */
  endNs: number;
}

/** What a heat map shows of a record; everything by default. */
export interface HeatSelection {
  /** Only this kdamond: its pid, or its index in the record. */
  kdamond?: number;
  /** Only this target: its index in the context. */
  target?: number;
  /** Only this time. */
  timeRange?: TimeRange;
}

/** Smallest and largest value seen. */
export interface Extent {
  /** The smallest. */
  min: number;
  /** The largest. */
  max: number;
}

/** One monitored target, as a whole record saw it. */
export interface SurveyedTarget {
  /** Pid of the kdamond. */
  kdamond: number;
  /** DAMON's id of the target. */
  targetId: bigint;
  /** Index of the target in its context. */
  index: number;
  /** The watched process; absent for physical memory and where the record does not say. */
  pid: number | undefined;
  /** How long each address was monitored and accessed. */
  addresses: AddressHistogram;
  /** Its snapshots in the selection. */
  snapshots: number;
  /** Sampling intervals in force, µs. */
  sampleUs: Extent;
  /** Aggregation intervals in force, µs. */
  aggrUs: Extent;
  /** Numbers of regions of a snapshot. */
  nrRegions: Extent;
}

/** What must be known of a record before its heat can be binned. */
export interface HeatSurvey {
  /** The record's header. */
  header: RecordHeader;
  /** Start of the record's first snapshot, ns of its clock: zero of the time axis. */
  originNs: number;
  /** From the record's start to its last snapshot's end. */
  durationNs: number;
  /** The part of it that is shown. */
  timeRange: TimeRange;
  /** Those with a snapshot in the selection. */
  targets: SurveyedTarget[];
  /** Names of each process's addresses. */
  names: Map<number, MappingNames>;
  /** All snapshots of the record, selected or not. */
  snapshots: number;
  /** What the recorder counted; absent where the record is cut off. */
  footer: RecordFooter | undefined;
  /** Why the record is not whole; absent where it is. */
  incomplete: string | undefined;
}

/**
 * Reads a record once to learn its extent in time and address space, which ranges are hot, and what they are called.
 *
 * @throws {RangeError} where the selection and the record have nothing in common.
 */
export async function surveyHeat(record: RecordReader, selection: HeatSelection = {}): Promise<HeatSurvey> {
  const targets = new Map<string, SurveyedTarget>();
  const names = new Map<number, MappingNames>();
  let [originNs, lastNs, snapshots] = [NaN, -Infinity, 0];
  let footer: RecordFooter | undefined;
  for await (const item of record.items()) {
    if (item.kind === "snapshot") {
      const { snapshot } = item;
      if (snapshots++ === 0) originNs = snapshot.startNs;
      lastNs = Math.max(lastNs, snapshot.endNs);
      const key = keyOf(snapshot);
      let target = targets.get(key);
      if (!target) targets.set(key, target = targetOf(snapshot, record.header, [...targets.values()]));
      if (isSelected(target, record.header, selection)) surveySnapshot(snapshot, target, originNs, selection.timeRange);
    } else if (item.kind === "mappings") {
      const { pid, mappings } = item.mappings;
      if (!names.has(pid)) names.set(pid, new MappingNames());
      names.get(pid)!.overlay(mappings);
    } else footer = item.footer;
  }
  // Children that were followed are not in the header: who they were stands at the end.
  const pids = footer?.pages?.pids ?? [];
  for (const target of targets.values()) target.pid = pids[Number(target.targetId)] ?? target.pid;
  const durationNs = snapshots === 0 ? 0 : lastNs - originNs;
  const wanted = selection.timeRange ?? { startNs: 0, endNs: durationNs };
  const survey: HeatSurvey = {
    header: record.header,
    originNs,
    durationNs,
    timeRange: { startNs: Math.max(0, wanted.startNs), endNs: Math.min(durationNs, wanted.endNs) },
    targets: [...targets.values()].filter((target) => target.snapshots > 0),
    names,
    snapshots,
    footer,
    incomplete: record.incomplete,
  };
  checkSelection(survey, [...targets.values()], selection);
  return survey;
}

/** Tells targets apart: target ids begin at 0 in each kdamond. */
export function keyOf({ kdamond, targetId }: Pick<Snapshot, "kdamond" | "targetId">): string {
  return `${kdamond}/${targetId}`;
}

function surveySnapshot(snapshot: Snapshot, target: SurveyedTarget, originNs: number, range?: TimeRange): void {
  const startNs = Math.max(snapshot.startNs, originNs + (range?.startNs ?? 0));
  const endNs = Math.min(snapshot.endNs, originNs + (range?.endNs ?? Infinity));
  if (!(startNs < endNs)) return;
  const { start, end, nrAccesses, length } = snapshot.regions;
  target.snapshots++;
  widen(target.sampleUs, snapshot.sampleUs);
  widen(target.aggrUs, snapshot.aggrUs);
  widen(target.nrRegions, length);
  const max = maxNrAccessesOf(snapshot);
  const ns = Math.round(endNs - startNs);
  for (let from = 0; from < length;) {
    // Regions that touch are one run: it is looked up once.
    let to = from + 1;
    while (to < length && start[to] === end[to - 1]) to++;
    const area = target.addresses.areaOf(start[from], end[to - 1]);
    area.addWatched(start[from], end[to - 1], ns);
    for (let i = from; i < to; i++) {
      const accesses = nrAccesses[i];
      if (accesses > 0) area.addHeat(start[i], end[i], Math.ceil(ns * Math.min(1, accesses / max)));
    }
    from = to;
  }
}

function widen(extent: Extent, value: number): void {
  if (value < extent.min) extent.min = value;
  if (value > extent.max) extent.max = value;
}

function targetOf(snapshot: Snapshot, header: RecordHeader, others: SurveyedTarget[]): SurveyedTarget {
  const { kdamond, targetId } = snapshot;
  const recorded = header.kdamonds.find(({ pid }) => pid === kdamond) ??
    (header.kdamonds.length === 1 ? header.kdamonds[0] : undefined);
  const targets = recorded?.contexts[0]?.targets ?? [];
  // Before Linux 5.18 the id is a kernel pointer: then the order of appearance stands for the index.
  const index = targetId < BigInt(Math.max(1, targets.length))
    ? Number(targetId)
    : others.filter((other) => other.kdamond === kdamond).length;
  const none = () => ({ min: Infinity, max: -Infinity });
  return {
    kdamond,
    targetId,
    index,
    pid: targets[index]?.pid,
    addresses: new AddressHistogram(),
    snapshots: 0,
    sampleUs: none(),
    aggrUs: none(),
    nrRegions: none(),
  };
}

function isSelected(target: SurveyedTarget, header: RecordHeader, { kdamond, target: index }: HeatSelection): boolean {
  if (index !== undefined && target.index !== index) return false;
  if (kdamond === undefined || target.kdamond === kdamond) return true;
  const at = header.kdamonds.findIndex(({ pid }) => pid === target.kdamond);
  return (header.kdamonds[at]?.index ?? at) === kdamond;
}

function checkSelection(survey: HeatSurvey, all: SurveyedTarget[], selection: HeatSelection): void {
  const { timeRange, snapshots, durationNs, targets, header } = survey;
  if (snapshots === 0) return;
  const seconds = (ns: number) => `${Number((ns / 1e9).toFixed(3))} s`;
  if (!(timeRange.startNs < timeRange.endNs)) {
    const { startNs, endNs } = selection.timeRange!;
    throw new RangeError(
      `Cannot draw ${seconds(startNs)} to ${seconds(endNs)} as a time range must lie within the record's ${
        seconds(durationNs)
      }`,
    );
  }
  if (targets.length > 0) return;
  if (!all.some((target) => isSelected(target, header, selection))) {
    const has = all.map((target) => `kdamond ${target.kdamond} target ${target.index}`).join(", ");
    const wanted = [
      selection.kdamond !== undefined && `kdamond ${selection.kdamond}`,
      selection.target !== undefined && `target ${selection.target}`,
    ].filter(Boolean).join(" ");
    throw new RangeError(`Cannot draw ${wanted} as it must be in the record: it has ${has}`);
  }
  throw new RangeError(
    `Cannot draw ${seconds(timeRange.startNs)} to ${seconds(timeRange.endNs)} as the record has no snapshot there`,
  );
}

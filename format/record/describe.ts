import {
  byPid,
  FIRST_POINTER_ID,
  followedPid,
  type RecordFooter,
  type RecordHeader,
  withFollowed,
} from "../../damon/mod.ts";
import type { OpenRecord } from "./open_record.ts";

/** Smallest and largest value. */
export interface Bounds {
  /** The smallest. */
  min: number;
  /** The largest. */
  max: number;
}

/** One target of a record, or one scheme of it. */
export interface TargetDescription {
  /** As snapshots name it. */
  kdamond: number;
  /** DAMON's id. */
  targetId: bigint;
  /** Index of the scheme, where one is the source. */
  scheme?: number;
  /** Its process, where the header says. */
  pid?: number;
  /** How many snapshots. */
  snapshots: number;
  /** Regions of a snapshot. */
  regions: Bounds;
  /** Sampling intervals in force, µs. */
  sampleUs: Bounds;
  /** Aggregation intervals in force, µs. */
  aggrUs: Bounds;
  /** Lowest and highest address. */
  addresses: Bounds;
}

/** What is in a record. */
export interface RecordDescription {
  /** As {@linkcode OpenRecord} has it. */
  format: string;
  /** Size of the file; `undefined` for a pipe. */
  fileBytes: number | undefined;
  /** Its header. */
  header: RecordHeader;
  /** Begin of the first snapshot and end of the last, ns of its clock; `undefined` where there is none. */
  time: { startNs: number; endNs: number } | undefined;
  /** How many snapshots. */
  snapshots: number;
  /** Regions in them. */
  regions: number;
  /** How many memory maps. */
  mappings: number;
  /** On how many regions schemes acted. */
  applied: number;
  /** How often a scheme's counters were taken. */
  schemeStats: number;
  /** How often memory in use was taken. */
  usages: number;
  /** How often it was taken which memory of a process was there. */
  residencies: number;
  /** How many measured working sets. */
  workingSets: number;
  /** How many samples of what the processes ran. */
  profileSamples: number;
  /** In the order of appearance. */
  targets: TargetDescription[];
  /** What the recorder counted. */
  footer: RecordFooter | undefined;
  /** Why the record is not whole. */
  incomplete: string | undefined;
  /** What was put right in reading it, a sentence each without its end. */
  remarks: readonly string[];
  /** Share of the file that was read, 0 to 1: less where the time was up, NaN where that is of a pipe. */
  readShare: number;
  /** Whether the end of {@linkcode time} is that of all, although less was read. */
  isEndKnown?: boolean;
}

/** So many times as long as allowed is waited for the first snapshot. */
const PATIENCE = 20;
/** What is not whole is never said to be. */
const MOST_OF_PART = 0.99;

/**
 * Finds out what is in a record. Where it is large, only as much is read as the time allows; its last row then says the rest,
 * if the format has one that can be found.
 *
 * @param budgetMs Most time that reading takes; Infinity reads all.
 */
export async function describeRecord(record: OpenRecord, budgetMs = Infinity): Promise<RecordDescription> {
  const targets = new Map<string, TargetDescription>();
  let [startNs, endNs, snapshots, regions, mappings] = [Infinity, -Infinity, 0, 0, 0];
  let [applied, schemeStats, usages, residencies, workingSets, profileSamples] = [0, 0, 0, 0, 0, 0];
  let footer: RecordFooter | undefined;
  const untilMs = performance.now() + budgetMs;
  let isWhole = true;
  for await (const item of record.items()) {
    if (item.kind === "mappings") mappings++;
    else if (item.kind === "footer") footer = item.footer;
    else if (item.kind === "applied") applied += item.applied.regions.length;
    else if (item.kind === "scheme_stats") schemeStats++;
    else if (item.kind === "usage") usages++;
    else if (item.kind === "residency") residencies++;
    else if (item.kind === "working_set") workingSets++;
    else if (item.kind === "profile") profileSamples += item.profile.stacks.reduce((sum, { count }) => sum + count, 0);
    else {
      const { snapshot } = item;
      snapshots++;
      regions += snapshot.regions.length;
      startNs = Math.min(startNs, snapshot.startNs);
      endNs = Math.max(endNs, snapshot.endNs);
      const key = `${snapshot.kdamond}/${snapshot.targetId}/${snapshot.scheme?.index ?? ""}`;
      let target = targets.get(key);
      if (!target) {
        targets.set(key, target = targetOf(record.header, snapshot.kdamond, snapshot.targetId, snapshot.scheme?.index));
      }
      target.snapshots++;
      widen(target.regions, snapshot.regions.length);
      widen(target.sampleUs, snapshot.sampleUs);
      widen(target.aggrUs, snapshot.aggrUs);
      const { start, end, length } = snapshot.regions;
      if (length > 0) {
        widen(target.addresses, start[0]);
        widen(target.addresses, end[length - 1]);
      }
    }
    // A slow machine has a look at something, too: of a record without a snapshot there is little to say.
    if (performance.now() > (snapshots > 0 ? untilMs : untilMs + PATIENCE * budgetMs)) {
      isWhole = false;
      break;
    }
  }
  const { fileBytes, bytesRead } = record;
  const described = {
    format: record.format,
    fileBytes,
    header: record.header,
    time: snapshots > 0 ? { startNs, endNs } : undefined,
    snapshots,
    regions,
    mappings,
    applied,
    schemeStats,
    usages,
    residencies,
    workingSets,
    profileSamples,
    targets: [...targets.values()],
    footer,
    incomplete: isWhole ? record.incomplete : undefined,
    remarks: record.remarks ?? [],
    // All of a small file's bytes may have come before what is in them was looked at.
    readShare: isWhole ? 1 : fileBytes ? Math.min(MOST_OF_PART, bytesRead / fileBytes) : NaN,
  };
  takeFooter(described, footer);
  return described;
}

/** Takes what the record's end says: also which children its targets are. */
export function takeFooter(described: RecordDescription, footer: RecordFooter | undefined): void {
  described.footer = footer;
  described.header = withFollowed(described.header, footer);
  for (const target of described.targets) {
    const pid = followedPid(footer, target);
    if (pid !== undefined) target.pid = pid;
  }
}

function targetOf(
  header: RecordHeader,
  kdamond: number,
  targetId: bigint,
  scheme: number | undefined,
): TargetDescription {
  const none = (): Bounds => ({ min: Infinity, max: -Infinity });
  const { kdamonds } = header;
  const recorded = byPid(kdamonds, kdamond) ?? (kdamonds.length === 1 ? kdamonds[0] : undefined);
  const targets = recorded?.contexts[0]?.targets ?? [];
  // Else it is a kernel pointer, or a child, whose pid is in the footer.
  const isIndex = targetId < BigInt(targets.length);
  const pid = isIndex || targets.length === 1 && targetId >= FIRST_POINTER_ID
    ? targets[isIndex ? Number(targetId) : 0]?.pid
    : undefined;
  return {
    kdamond,
    targetId,
    ...(scheme !== undefined && { scheme }),
    ...(pid !== undefined && { pid }),
    snapshots: 0,
    regions: none(),
    sampleUs: none(),
    aggrUs: none(),
    addresses: none(),
  };
}

function widen(bounds: Bounds, value: number): void {
  if (value < bounds.min) bounds.min = value;
  if (value > bounds.max) bounds.max = value;
}

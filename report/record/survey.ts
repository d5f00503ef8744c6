import {
  byPid,
  FIRST_POINTER_ID,
  followedPid,
  type RecordFooter,
  type RecordHeader,
  type Snapshot,
} from "../../damon/mod.ts";

import type { RecordQuality } from "./quality.ts";
import type { Selection } from "./selection.ts";
import { widen } from "./extents.ts";
import type { RecordedTarget, TimeRange } from "./targets.ts";

/** What a record is, and which part of it a report is about. */
export interface RecordSurvey {
  /** The record's header. */
  header: RecordHeader;
  /** Start of the record's first snapshot, ns of its clock: zero of every time axis. */
  originNs: number;
  /** From the record's start to its last snapshot's end. */
  durationNs: number;
  /** The part of it that was asked for. */
  timeRange: TimeRange;
  /** What was asked for, where it is not all. */
  selection?: Selection;
  /** Those with a snapshot in the selection. */
  targets: RecordedTarget[];
  /** Why no region of these was selected; absent where one was. */
  nothing?: RangeError;
  /** All snapshots of the record, selected or not. */
  snapshots: number;
  /** What the recorder counted; absent where the record is cut off. */
  footer: RecordFooter | undefined;
  /** Why the record is not whole; absent where it is. */
  incomplete: string | undefined;
  /** What was put right in reading it, a sentence each without its end. */
  remarks?: readonly string[];
  /** What the whole record can tell; absent where nobody looked. */
  quality?: RecordQuality;
}

/**
 * A target that was seen for the first time, before any of its snapshots is counted.
 *
 * @param nrOthers Targets of this kdamond that were seen before.
 */
export function newTargetOf(
  { kdamond, targetId }: Snapshot,
  header: RecordHeader,
  nrOthers: number,
): RecordedTarget {
  const recorded = byPid(header.kdamonds, kdamond) ??
    (header.kdamonds.length === 1 ? header.kdamonds[0] : undefined);
  const targets = recorded?.contexts[0]?.targets ?? [];
  // An id that is neither an index of the header's nor a pointer is a child's: who that is, namePids tells.
  const isChild = targetId >= BigInt(targets.length) && targetId < FIRST_POINTER_ID && targets[0]?.pid !== undefined;
  // Before Linux 5.18 the id is a kernel pointer: then the order of appearance stands for the index.
  const index = isChild || targetId < BigInt(Math.max(1, targets.length)) ? Number(targetId) : nrOthers;
  const none = () => ({ min: Infinity, max: -Infinity });
  const pid = isChild ? undefined : targets[index]?.pid;
  return { kdamond, targetId, index, pid, snapshots: 0, sampleUs: none(), aggrUs: none(), nrRegions: none() };
}

/** Counts a snapshot of this target. */
export function countSnapshot(target: RecordedTarget, { sampleUs, aggrUs, regions }: Snapshot): void {
  target.snapshots++;
  widen(target.sampleUs, sampleUs);
  widen(target.aggrUs, aggrUs);
  widen(target.nrRegions, regions.length);
}

/** Gives children that were followed their pid: who they were stands at the record's end only. */
export function namePids(targets: Iterable<RecordedTarget>, footer: RecordFooter | undefined): void {
  for (const target of targets) target.pid = followedPid(footer, target) ?? target.pid;
}

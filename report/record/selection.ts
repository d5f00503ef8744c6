import { type AddressRange, indexByPid, type RecordHeader, type Snapshot } from "../../damon/mod.ts";
import type { RecordedTarget, TimeRange } from "./targets.ts";
import type { RegionFilter } from "./region_filter.ts";

/** Which of a record's snapshots and regions a report is about; everything by default. */
export interface Selection extends RegionFilter {
  /** Only this kdamond: its pid, or its index in the record. */
  kdamond?: number;
  /** Only this target: its index in the context. */
  target?: number;
  /** Only snapshots that lie wholly within this time, from the record's start. */
  timeRange?: TimeRange;
  /** Only snapshots that lie wholly within one of these times of the record's clock, ns. */
  clockRanges?: TimeRange[];
  /** Only the snapshots of each target from the one index to the other, both included; the first has index 0. */
  snapshotRanges?: [first: number, last: number][];
  /** Only snapshots whose regions, as far as `addressRanges` leaves them, have so many bytes together. */
  snapshotBytes?: [min: number, max: number][];
}

/** Parts of the address space that a record is asked for; see {@linkcode Selection}. */
export type { AddressRange };

/** Whether the target is one that the selection asks for. */
export function isTargetSelected(
  target: Pick<RecordedTarget, "index" | "kdamond">,
  header: RecordHeader,
  { kdamond, target: index }: Pick<Selection, "kdamond" | "target">,
): boolean {
  if (index !== undefined && target.index !== index) return false;
  if (kdamond === undefined || target.kdamond === kdamond) return true;
  const at = indexByPid(header.kdamonds, target.kdamond);
  return (header.kdamonds[at]?.index ?? at) === kdamond;
}

/** Whether the snapshot's time and index, counted among its target's, are selected. */
export function isTimeSelected(
  { startNs, endNs }: Pick<Snapshot, "startNs" | "endNs">,
  index: number,
  originNs: number,
  { timeRange, clockRanges, snapshotRanges }: Selection,
): boolean {
  if (timeRange && !(startNs - originNs >= timeRange.startNs && endNs - originNs <= timeRange.endNs)) return false;
  if (clockRanges && !clockRanges.some((range) => startNs >= range.startNs && endNs <= range.endNs)) return false;
  return !snapshotRanges || snapshotRanges.some(([first, last]) => first <= index && index <= last);
}

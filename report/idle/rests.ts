import type { WorkingSet } from "../../damon/mod.ts";
import { WINDOW_NS } from "../working_set/mod.ts";

/** Bytes that have been idle for as long; below 0: accessed for as long. */
export interface IdlePart {
  bytes: number;
  idleNs: number;
  /** What stands for memory that other processes may have, too; absent for a process's own. */
  shared?: string;
}

/**
 * The rests of regions that were accessed in part: idle in the aggregation interval, and but for what a window has as its
 * working set beside all others that are idle for less than it, idle for as long as that window.
 */
export function restsOf(
  rests: readonly IdlePart[],
  others: readonly IdlePart[],
  aggrNs: number,
  window?: Pick<WorkingSet, "startNs" | "endNs" | "bytes">,
): IdlePart[] {
  const windowNs = window ? window.endNs - window.startNs : 0;
  const sum = (parts: readonly IdlePart[]) => parts.reduce((bytes, part) => bytes + part.bytes, 0);
  const all = sum(rests);
  if (!window || windowNs <= aggrNs || all === 0) return rests.map((part) => ({ ...part, idleNs: aggrNs }));
  const young = Math.max(0, window.bytes - sum(others.filter(({ idleNs }) => idleNs < windowNs)));
  // A window that is about as long as it is called.
  const longer = Math.abs(windowNs / WINDOW_NS - 1) <= 0.1 ? Math.max(windowNs, WINDOW_NS) : windowNs;
  const share = Math.min(1, young / all);
  return rests.flatMap((part) => [
    ...share > 0 ? [{ ...part, bytes: part.bytes * share, idleNs: aggrNs }] : [],
    ...share < 1 ? [{ ...part, bytes: part.bytes * (1 - share), idleNs: longer }] : [],
  ]);
}

import type { Regions } from "./regions.ts";

/**
 * What one kdamond saw of one target in one aggregation interval: the unit that every monitor produces and every
 * report folds over.
 */
export interface Snapshot {
  /** Pid of the kdamond, which tells kdamonds apart; `0` where the source does not say. */
  readonly kdamond: number;
  /** DAMON's target id: the index of the target since Linux 5.18, before that a kernel pointer (above 2^53). */
  readonly targetId: bigint;
  /** When the aggregation interval began, in ns of the record's clock. */
  readonly startNs: number;
  /** When it ended, in ns of the record's clock; larger than `startNs`. */
  readonly endNs: number;
  /** Sampling interval in force, µs. */
  readonly sampleUs: number;
  /** Aggregation interval in force, µs. `aggrUs / sampleUs` is the largest possible `nrAccesses`. */
  readonly aggrUs: number;
  /** The monitored regions, ascending, not overlapping. */
  readonly regions: Regions;
}

/** The largest `nrAccesses` that a region of this snapshot can have: one for every sample, at least 1. */
export function maxNrAccessesOf(snapshot: Pick<Snapshot, "sampleUs" | "aggrUs">): number {
  return Math.max(1, Math.floor(snapshot.aggrUs / snapshot.sampleUs));
}

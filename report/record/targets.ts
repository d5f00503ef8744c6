/** Smallest and largest value seen. */
export interface Extent {
  /** The smallest. */
  min: number;
  /** The largest. */
  max: number;
}

/** A part of a record's time, ns from the record's start. */
export interface TimeRange {
  /** Its beginning. */
  startNs: number;
  /** Its end; larger. */
  endNs: number;
}

/** One monitored target, as a record has it. */
export interface RecordedTarget {
  /** Pid of the kdamond. */
  kdamond: number;
  /** DAMON's id of the target. */
  targetId: bigint;
  /** Index of the target in its context. */
  index: number;
  /** The watched process; absent for physical memory and where the record does not say. */
  pid: number | undefined;
  /** Its snapshots in the selection. */
  snapshots: number;
  /** Sampling intervals in force, µs. */
  sampleUs: Extent;
  /** Aggregation intervals in force, µs. */
  aggrUs: Extent;
  /** Numbers of regions of a snapshot. */
  nrRegions: Extent;
}

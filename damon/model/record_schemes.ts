import type { Regions } from "./regions.ts";
import type { SchemeStats } from "./scheme.ts";

/** Regions on which a scheme acted in one look, as they were a moment before. */
export interface AppliedRegions {
  /** Pid of the kdamond. */
  readonly kdamond: number;
  /** Index of the context in its kdamond. */
  readonly context: number;
  /** Index of the scheme in its context; absent where the kernel (6.7 to 6.12) does not tell it from the target's. */
  readonly scheme?: number;
  /** DAMON's target id; absent as `scheme` is, and only then. */
  readonly targetId?: bigint;
  /** When it acted on the first of them, ns of the record's clock. */
  readonly startNs: number;
  /** When it acted on the last of them. */
  readonly endNs: number;
  /** The regions, ascending, not overlapping. */
  readonly regions: Regions;
}

/** What a scheme had counted at a time. */
export interface SchemeCounts {
  /** ns of the record's clock. */
  timeNs: number;
  /** Pid of the kdamond. */
  kdamond: number;
  /** Index of the context in its kdamond. */
  context: number;
  /** Index of the scheme in its context. */
  scheme: number;
  /** Its counters since it was turned on. */
  stats: SchemeStats;
  /** Quota in force, bytes for each reset interval; 0 for none, absent where the kernel does not say. */
  effectiveBytes?: number;
}

/** Memory that a process, or the whole machine, has at a time, and what it has cost since it began. */
export interface MemoryUsage {
  /** ns of the record's clock. */
  timeNs: number;
  /** The process; 0 for the machine. */
  pid: number;
  /** Size of the process's address space, bytes; absent of the machine, and in older records. */
  virtualBytes?: number;
  /** Bytes in memory; of the machine all that are not free. */
  residentBytes: number;
  /** Bytes in swap. */
  swapBytes: number;
  /** Page faults that had to wait for a disk, or for swap. */
  majorFaults: number;
  /** Page faults that had not. */
  minorFaults: number;
  /** How long work waited for memory in all of the machine; absent where the kernel does not measure it. */
  pressure?: {
    /** Some of it, µs. */
    someUs: number;
    /** All that there was, µs. */
    fullUs: number;
  };
}

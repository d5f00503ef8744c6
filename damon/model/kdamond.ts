import type { Scheme } from "./scheme.ts";

/** Which memory DAMON watches: `vaddr` processes, `fvaddr` processes in fixed ranges, `paddr` the machine's memory. */
export type Operations = "vaddr" | "fvaddr" | "paddr";

/** What the kernel is to reach by tuning the intervals itself. */
export interface IntervalsGoal {
  /** Share of the accesses that could be seen at most which is to be seen, basis points (1/10,000). */
  accessBp: number;
  /** Over how many aggregation intervals. */
  aggrs: number;
  /** Shortest sampling interval, µs. */
  minSampleUs: number;
  /** Longest sampling interval, µs. */
  maxSampleUs: number;
}

/** DAMON's three intervals, µs. */
export interface Intervals {
  /** Between two checks of a region's accessed bit. */
  sampleUs: number;
  /** After which `nrAccesses` is reported and reset; at least `sampleUs`. */
  aggrUs: number;
  /** Between two looks at the target's memory map. */
  updateUs: number;
  /** Lets the kernel tune the first two; absent where they stay as they are. */
  goal?: IntervalsGoal;
}

/** Bounds on the number of regions: `min` sets the accuracy at rest, `max` the overhead. At least 3; `min <= max`. */
export interface NrRegions {
  /** At least 3. */
  min: number;
  /** At least `min`. */
  max: number;
}

/** An address range, bytes; `start < end`. */
export interface AddressRange {
  /** First byte. */
  start: number;
  /** One past the last byte. */
  end: number;
}

/** What one context watches: a process (`pid`), or with `paddr` the ranges of physical memory. */
export interface Target {
  /** Process to watch; absent for `paddr`. */
  pid?: number;
  /** Initial monitoring regions, ascending, not overlapping; empty lets DAMON choose (vaddr). */
  regions: AddressRange[];
  /** Takes this target out of a running kdamond at the next commit, which leaves the others' results as they are. */
  obsolete?: boolean;
}

/**
 * Asks of each page that is sampled what it is, beside whether it was accessed: in how many samples the filters let it pass is
 * counted for each region (`probeHits` of a snapshot). Up to Linux 7.3 only of physical memory.
 */
export interface Probe {
  /** Its weight among the probes; absent: the kernel's default. */
  weight?: number;
  /** Asked in this order. */
  filters: ProbeFilter[];
}

/** Which pages a probe counts. */
export interface ProbeFilter {
  /** What it looks at. */
  type: "anon" | "memcg";
  /** Whether it is about memory of its type (`true`), or about all other memory. */
  matching: boolean;
  /** Whether what it is about is counted. */
  allow: boolean;
  /** Of `memcg`: the memory cgroup, relative to the root of cgroups. */
  path?: string;
}

/** How accesses are seen; only on kernels of DAMON's own development tree. */
export interface SampleControl {
  /** By the accessed bit of page tables. */
  pageTable: boolean;
  /** By page faults. */
  pageFault: boolean;
}

/** One monitoring request: operations, how often, how finely, on what. */
export interface Context {
  /** Which memory it watches. */
  operations: Operations;
  /** With `paddr`: bytes that one unit of DAMON's addresses stands for; absent for 1. Ranges here stay in bytes. */
  addrUnitBytes?: number;
  /** Whether it rests: no sampling, no schemes, until it is taken back. */
  pause?: boolean;
  /** How often it looks. */
  intervals: Intervals;
  /** How finely it looks. */
  nrRegions: NrRegions;
  /** What it watches, at least one; DAMON numbers them from 0. */
  targets: Target[];
  /** What it counts; none for all accesses. */
  probes?: Probe[];
  /** How it sees accesses; absent: as the kernel does by itself. */
  sample?: SampleControl;
  /** What is done to what matches, in this order. */
  schemes?: Scheme[];
}

/** One DAMON kernel thread and what it does. */
export interface Kdamond {
  /** One, on every kernel so far. */
  contexts: Context[];
  /** After which the kernel refreshes statistics and tuned values in its files, ms; 0 for never. */
  refreshMs?: number;
}

/** DAMON's own defaults: 5 ms, 100 ms, 1 s. */
export const DEFAULT_INTERVALS: Readonly<Intervals> = { sampleUs: 5_000, aggrUs: 100_000, updateUs: 1_000_000 };

/** DAMON's own defaults: 10 to 1000 regions. */
export const DEFAULT_NR_REGIONS: Readonly<NrRegions> = { min: 10, max: 1000 };

import type { RegionEvidence, Regions } from "../damon/model/mod.ts";

/** How a page sampler reads page tables on this machine. */
export interface PageSamplerFacts {
  /** First address of the kernel's direct map. */
  base: bigint;
  /** One past the last physical address that is memory. */
  limit: number;
  /** Levels of page tables, 4 or 5. */
  levels: number;
  /** Processes are found by going through all of them: the kernel has no `bpf_task_from_pid`. */
  byIterator: boolean;
  /**
   * Clearing everything also makes processors forget the translations that they keep. If not (kernels with
   * CONFIG_MEM_SOFT_DIRTY), pages whose translation stays in a processor are seen as idle, as with DAMON.
   */
  canFlush: boolean;
}

/** What a page sampler did since it was opened. Times are CPU time of the sampling thread, ns. */
export interface PageSamplerCounters {
  /** Of everything, clearing and walking included. */
  cpuNs: number;
  clearNs: number;
  walkNs: number;
  /** Processes cleared, times. */
  clears: number;
  /** Pages in memory of those processes, added up. */
  cleared: number;
  /** Runs of the BPF program. */
  walks: number;
  /** Pages looked at, added up. */
  walked: number;
  /** Sampling intervals done. */
  samples: number;
  /** Sampling intervals that had gone by before their turn came. */
  missed: number;
  /** Pages cleared one by one. */
  chilled: number;
}

/**
 * How accessed bits are cleared. `refs`: of all pages of the process, by `/proc/PID/clear_refs`, at a cost of 30 to 100 ns
 * for each of them. `cold`: of the pages to be looked at, by `process_madvise(MADV_COLD)`, at 0.5 to 9 µs for each that
 * was accessed, which also moves them to the kernel's list of inactive pages; what maps files still as a whole.
 */
export type Clearing = "refs" | "cold";

/** A target's share of an interval. */
export interface PagePart {
  /** Of {@linkcode PageSampler.add}. */
  slot: number;
  /** Its regions, unless exact: there all is looked at that is watched. */
  regions?: PartRegions | undefined;
}

/** Regions to look at. */
export interface PartRegions {
  start: Float64Array;
  end: Float64Array;
  /** Pages that were accessed when they were looked at; added to. */
  hits: Uint32Array;
  /** Pages that were in memory when they were looked at; added to. */
  looks: Uint32Array;
}

/** Samples to do in a row. */
export interface PageInterval {
  /** ns of CLOCK_BOOTTIME; 0 for now. */
  beginNs: number;
  sampleUs: number;
  /** 1 to 65535. */
  samples: number;
  /** ns of CLOCK_BOOTTIME: the last sample is the one next to it, however late the ones before were; any time if left out. */
  untilNs?: number | undefined;
  /** `false`: random pages of each region in each sample; `true`: every page of what is watched. */
  exact: boolean;
  /** Pages of each region in each sample, at least 1. Unless exact. */
  picks: number;
  /** Unless exact, where all are cleared by `refs`. */
  clearing: Clearing;
  /** If exact: the last look tells which memory of several processes is the same, see {@linkcode PageSampler.union}. */
  countsUnion?: boolean | undefined;
  /** Share of one CPU that looking at what is mapped may take, 0 to 1. */
  mapsShare: number;
  parts: readonly PagePart[];
}

/** Samples that are done. Times are ns of CLOCK_BOOTTIME. */
export interface PageIntervalDone {
  startNs: number;
  endNs: number;
  /** How many were done: fewer than asked for at `untilNs`. */
  samples: number;
  /** When the next interval is to begin, in the same rhythm. */
  nextNs: number;
  /** Of each part: whether its process has ended. */
  hasEnded: boolean[];
  /** Pages whose bit could not be cleared, as other processes map them too; they are no looks. */
  stuck: number;
}

/** A process, as it was when it was looked at last. */
export interface SampledProcess {
  /** Pages in memory. */
  residentPages: number;
  /** Bytes of the text of its mappings. */
  mapsBytes: number;
  /** Another one when they have changed. */
  mapsVersion: number;
  /** Mappings that are watched. */
  nrAreas: number;
}

/** What was in memory of a mapping, or of neighbours; bytes. */
export interface SampledArea {
  start: number;
  end: number;
  residentBytes: number;
  /** Of it, accessed since the window began: in exact sampling. */
  usedBytes: number;
  swapBytes: number;
}

/** What was found of pages drawn at random from a mapping, or from several beside each other. */
export interface PanelStratum {
  start: number;
  end: number;
  /** In memory when they were drawn. */
  residentBytes: number;
  /** Pages looked at. */
  looks: number;
  /** Of them, those accessed since they were drawn. */
  hits: number;
}

/** Stretches of memory as columns of bytes. */
export interface SpanColumns {
  start: Float64Array;
  end: Float64Array;
  residentBytes: Float64Array;
}

/** Regions with what was in memory of them. */
export interface SampledRegions {
  regions: Regions;
  evidence: RegionEvidence;
}

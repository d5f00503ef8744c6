/** What a recorder knew of the memory behind a snapshot's regions: one element a region. */
export interface RegionEvidence {
  /** Bytes of the region that were in memory, at most its size. */
  readonly residentBytes: Float64Array;
  /** Bytes of it that were accessed at least once in the aggregation interval, at most {@linkcode residentBytes}. */
  readonly usedBytes: Float64Array;
  /** How often a page of it that was in memory was looked at; 0 where nothing is known of its accesses. */
  readonly looks: Uint32Array;
}

/** The part of a working set in one mapping. */
export interface MappingWorkingSet {
  /** First byte. */
  start: number;
  /** One past the last byte. */
  end: number;
  /** Bytes of it in memory at the end of the window. */
  residentBytes: number;
  /** Bytes of it accessed in the window. */
  bytes: number;
  /** Pages of it that were looked at. */
  looks: number;
  /** Of them, those found accessed. */
  hits: number;
}

/**
 * What a process touched within a window of time, as the page sampler measured it: every resident page (`exact`), or a
 * random panel of resident pages that were cleared at the window's start and looked at once at its end (`panel`).
 */
export interface WorkingSet {
  /** Start of the window, ns of the record's clock. */
  startNs: number;
  /** Its end. */
  endNs: number;
  /** The process; 0 for all processes of the record together, with memory that several of them map counted once. */
  pid: number;
  /** How it was measured. */
  method: "exact" | "panel";
  /** Bytes in memory at the window's end. */
  residentBytes: number;
  /** Bytes accessed in the window; at most {@linkcode residentBytes}. */
  bytes: number;
  /** Half of the 95 % confidence interval of {@linkcode bytes}; 0 where every page was looked at. */
  errorBytes: number;
  /** Pages looked at. */
  looks: number;
  /** Of them, those found accessed. */
  hits: number;
  /** Mappings with memory behind them, ascending; empty for pid 0. */
  mappings: MappingWorkingSet[];
}

/** How much of one mapping was in memory. */
export interface MappingResidency {
  /** First byte. */
  start: number;
  /** One past the last byte. */
  end: number;
  /** Bytes in memory. */
  residentBytes: number;
  /** Bytes in swap. */
  swapBytes: number;
}

/** Which memory of a process was there at a time. */
export interface Residency {
  /** ns of the record's clock. */
  timeNs: number;
  /** The process. */
  pid: number;
  /** Bytes in memory, of all mappings. */
  residentBytes: number;
  /** Bytes in swap, of all mappings. */
  swapBytes: number;
  /** Mappings with memory or swap behind them, ascending; others have none. */
  mappings: MappingResidency[];
}

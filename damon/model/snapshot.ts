import type { Regions } from "./regions.ts";
import type { SchemeStats } from "./scheme.ts";
import type { RegionEvidence } from "./working_set.ts";

/** What is known of a snapshot that was taken through a scheme: its regions are those that the scheme tried. */
export interface SchemeView {
  /** Index of the scheme in its context. */
  readonly index: number;
  /** Bytes of each region that passed the filters, one a region; absent where the kernel (before 6.14) does not say. */
  readonly passedBytes?: Float64Array;
  /** What the scheme had counted by then. */
  readonly stats?: SchemeStats;
}

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
  /**
   * In how many samples each probe of attributes was positive, 0 to `nrAccesses`' bound: all probes of the first region,
   * then those of the next. Only where there are probes (Linux 7.2).
   */
  readonly probeHits?: Uint32Array;
  /** What was in memory and looked at, where the recorder knows: the page sampler does. */
  readonly evidence?: RegionEvidence;
  /** Only where a scheme's tried regions are the source. */
  readonly scheme?: SchemeView;
}

/** How many probes of attributes a snapshot has hits of. */
export function nrProbesOf({ probeHits, regions }: Pick<Snapshot, "probeHits" | "regions">): number {
  return probeHits && regions.length > 0 ? probeHits.length / regions.length : 0;
}

/** The hits of probes for a snapshot whose regions are these of the other's, some perhaps several times; spread it. */
export function probeHitsAt(
  snapshot: Pick<Snapshot, "probeHits" | "regions">,
  indices: readonly number[],
): Pick<Snapshot, "probeHits"> {
  const { probeHits } = snapshot;
  if (!probeHits) return {};
  const nr = nrProbesOf(snapshot);
  return { probeHits: Uint32Array.from(indices.flatMap((at) => [...probeHits.subarray(at * nr, (at + 1) * nr)])) };
}

/** The largest `nrAccesses` that a region of this snapshot can have: one for every sample, at least 1. */
export function maxNrAccessesOf(snapshot: Pick<Snapshot, "sampleUs" | "aggrUs">): number {
  return Math.max(1, Math.floor(snapshot.aggrUs / snapshot.sampleUs));
}

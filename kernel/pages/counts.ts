import type { PagesCounts } from "../../damon/mod.ts";
import type { PageSampler } from "../../ffi/mod.ts";

/** What a sampler did so far, as a record's footer has it. */
export function countsOf(sampler: PageSampler, maxOverhead: number, pids: number[]): PagesCounts {
  const { cpuNs, clearNs, walkNs, clears, cleared, walked, samples, missed, chilled } = sampler.counters();
  // Only clearing as a whole leaves translations alone.
  const hasBlindSpot = !sampler.facts.canFlush && clears > 0;
  const sampleUs = { min: 0, max: 0 };
  return {
    cpuNs,
    clearNs,
    walkNs,
    clears,
    cleared,
    chilled,
    stuck: 0,
    walked,
    samples,
    missed,
    maxOverhead,
    sampleUs,
    pids,
    ...(hasBlindSpot && { hasBlindSpot }),
  };
}

/**
 * For how long accesses were lost between two counts, µs of CPU time, where whole processes are cleared: a page waits for
 * half of the walk in the mean, and for all of the clearing.
 */
export function lostUsOf(before: PagesCounts, now: PagesCounts): number {
  return (now.clearNs - before.clearNs + (now.walkNs - before.walkNs) / 2) / 1e3;
}

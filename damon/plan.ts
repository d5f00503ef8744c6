import type { Kdamond } from "./kdamond.ts";
import { MAX } from "./units.ts";

/** One write to the kernel: `text` into `path`, which is relative to `kdamonds/`. */
export interface Write {
  /** Relative to `kdamonds/`. */
  path: string;
  /** What to write, without a newline. */
  text: string;
}

/**
 * The ordered writes that stage `kdamond` in the sysfs directory `kdamonds/<index>/`. They neither create the directory
 * nor turn the kdamond on. The order matters: a `nr_*` file makes the directories that the next writes go to.
 *
 * @example
 * ```ts
 * import { planOf } from "./plan.ts";
 * import { DEFAULT_INTERVALS as intervals, DEFAULT_NR_REGIONS as nrRegions } from "./kdamond.ts";
 * planOf({ contexts: [{ operations: "vaddr", intervals, nrRegions, targets: [{ pid: 42, regions: [] }] }] }, 0)[0];
 * // { path: "0/contexts/nr_contexts", text: "1" }
 * ```
 *
 * @see https://docs.kernel.org/admin-guide/mm/damon/usage.html#sysfs-interface
 */
export function planOf(kdamond: Kdamond, index: number): Write[] {
  const writes: Write[] = [];
  const write = (path: string, value: string | number) => {
    // Addresses above 2^53 print in full through BigInt; a double would print 1.8e19. 2^64 ("max") is one too large.
    const text = typeof value === "number" ? BigInt.asUintN(64, value < MAX ? BigInt(value) : -1n).toString() : value;
    writes.push({ path: `${index}/contexts/${path}`, text });
  };
  write("nr_contexts", kdamond.contexts.length);
  kdamond.contexts.forEach(({ operations, intervals, nrRegions, targets }, c) => {
    write(`${c}/operations`, operations);
    write(`${c}/monitoring_attrs/intervals/sample_us`, intervals.sampleUs);
    write(`${c}/monitoring_attrs/intervals/aggr_us`, intervals.aggrUs);
    write(`${c}/monitoring_attrs/intervals/update_us`, intervals.updateUs);
    write(`${c}/monitoring_attrs/nr_regions/min`, nrRegions.min);
    write(`${c}/monitoring_attrs/nr_regions/max`, nrRegions.max);
    write(`${c}/targets/nr_targets`, targets.length);
    targets.forEach(({ pid, regions }, t) => {
      if (pid !== undefined) write(`${c}/targets/${t}/pid_target`, pid);
      write(`${c}/targets/${t}/regions/nr_regions`, regions.length);
      regions.forEach(({ start, end }, r) => {
        write(`${c}/targets/${t}/regions/${r}/start`, start);
        write(`${c}/targets/${t}/regions/${r}/end`, end);
      });
    });
  });
  return writes;
}

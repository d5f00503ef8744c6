import { checkCount } from "./check_count.ts";
import { checkMemcg, checkScheme } from "./check_scheme.ts";
import {
  type AddressRange,
  type Context,
  failed,
  type Intervals,
  isFollowed,
  type Kdamond,
  type NrRegions,
  type Operations,
  option,
  said,
  type Target,
} from "../model/mod.ts";

const show = (range: AddressRange) => `${hex(range.start)}-${hex(range.end)}`;
const hex = (address: number) => BigInt(Math.round(address)).toString(16);

/** The largest end of a range: DAMON rounds ends up to whole pages, and one in the last page to 0. */
const LAST_END = 2 ** 64 - 4096;

/**
 * Checks a configuration against what every kernel demands, before anything is written.
 *
 * @example
 * ```ts
 * import { checkKdamond } from "./check.ts";
 * import { DEFAULT_INTERVALS as intervals, DEFAULT_NR_REGIONS as nrRegions } from "../model/kdamond.ts";
 * checkKdamond({ contexts: [{ operations: "vaddr", intervals, nrRegions, targets: [{ pid: 42, regions: [] }] }] });
 * ```
 *
 * @throws {RangeError} naming the parameter, what it must be and what it is.
 */
export function checkKdamond(kdamond: Kdamond): void {
  check(kdamond, false);
}

/**
 * The same for who records: `fvaddr` to which no ranges are given is good, too ({@linkcode isFollowed}).
 *
 * @throws {RangeError} likewise.
 */
export function checkRecordable(kdamond: Kdamond): void {
  check(kdamond, true);
}

function check(kdamond: Kdamond, follows: boolean): void {
  if (kdamond.contexts.length !== 1) {
    throw new RangeError(`A kdamond has one context, not ${kdamond.contexts.length}`);
  }
  if (kdamond.refreshMs !== undefined) checkCount("refreshMs", kdamond.refreshMs, "ms", 0, 0xffff_ffff);
  for (const context of kdamond.contexts) checkContext(context, follows);
}

function checkContext(context: Context, follows: boolean): void {
  const { operations, intervals, nrRegions, targets, addrUnitBytes, probes, sample, schemes } = context;
  checkIntervals(intervals);
  checkNrRegions(nrRegions);
  if (addrUnitBytes !== undefined) {
    if (!Number.isSafeInteger(addrUnitBytes) || addrUnitBytes < 1) {
      throw new RangeError(`An address unit has 1 byte or more, not ${addrUnitBytes}`);
    }
    if (operations !== "paddr" && addrUnitBytes !== 1) {
      throw new RangeError(
        `An address unit of ${addrUnitBytes} bytes needs paddr, not ${operations}`,
      );
    }
  }
  if (targets.length === 0) throw new RangeError("The context has no target; give it one");
  if (operations === "paddr" && targets.length > 1) {
    throw new RangeError(`paddr has one target, not ${targets.length}; give that one more regions`);
  }
  const mayLack = follows && isFollowed(context);
  for (const target of targets) checkTarget(target, operations, mayLack);
  for (const { weight, filters } of probes ?? []) {
    if (weight !== undefined) checkCount("a probe's weight", weight, "shares", 0, 0xffff_ffff);
    for (const { type, path } of filters) {
      if ((type === "memcg") !== (path !== undefined)) {
        throw new RangeError(
          `A probe's filter of ${type} ${path === undefined ? "needs a path" : `has no path; leave out ${path}`}`,
        );
      }
      if (path !== undefined) checkMemcg("a probe's filter", path);
    }
  }
  if (sample && !sample.pageTable && !sample.pageFault) {
    throw new RangeError("DAMON sees accesses by page tables, page faults, or both; choose one");
  }
  for (const scheme of schemes ?? []) checkScheme(scheme);
}

function checkIntervals({ sampleUs, aggrUs, updateUs, goal }: Intervals): void {
  for (const [name, value] of Object.entries({ sampleUs, aggrUs, updateUs })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} must be a whole number of µs above 0, not ${value}`);
    }
  }
  if (aggrUs < sampleUs) {
    throw new RangeError(
      `aggrUs (${aggrUs}) is shorter than sampleUs (${sampleUs}); it must be at least as long`,
    );
  }
  if (updateUs < sampleUs) {
    throw new RangeError(
      `updateUs (${updateUs}) is shorter than sampleUs (${sampleUs}); it must be at least as long`,
    );
  }
  if (!goal) return;
  checkCount("the intervals' goal", goal.accessBp, "basis points", 1, 10_000);
  checkCount("the intervals' goal", goal.aggrs, "aggregation intervals", 1, 0xffff_ffff);
  const { minSampleUs, maxSampleUs } = goal;
  if (!Number.isSafeInteger(minSampleUs) || minSampleUs < 1 || !(minSampleUs <= maxSampleUs)) {
    throw new RangeError(
      `The intervals' goal needs 1 <= minSampleUs <= maxSampleUs, not ${minSampleUs} and ${maxSampleUs}`,
    );
  }
  if (sampleUs < minSampleUs || sampleUs > maxSampleUs) {
    throw new RangeError(
      `sampleUs (${sampleUs}) must begin within its goal, ${minSampleUs} to ${maxSampleUs}`,
    );
  }
}

function checkNrRegions({ min, max }: NrRegions): void {
  for (const [name, value] of Object.entries({ min, max })) {
    if (value > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(`Cannot use nr_regions: ${name} may be at most ${Number.MAX_SAFE_INTEGER}`);
    }
  }
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < 3 || max < min) {
    throw new RangeError(`nr_regions needs 3 <= min <= max, not min ${min} and max ${max}`);
  }
}

function checkTarget({ pid, regions }: Target, operations: Operations, mayLack: boolean): void {
  if ((operations === "paddr") !== (pid === undefined)) {
    throw new RangeError(
      operations === "paddr"
        ? `paddr watches memory, not a process; leave out pid ${pid}`
        : `${operations} watches a process; give a pid`,
    );
  }
  // 0 stands for a process that is yet to be started.
  if (pid !== undefined && !(Number.isInteger(pid) && pid >= 0 && pid <= 0x7fff_ffff)) {
    throw new RangeError(`A pid is a whole number below 2147483648, not ${pid}`);
  }
  if (operations === "fvaddr" && regions.length === 0 && !mayLack) {
    throw failed(RangeError, {
      what: `fvaddr watches the ranges that it is given, and process ${pid} has none`,
      help: said`name them with ${option("regions")}, or use vaddr`,
    });
  }
  regions.forEach((range, i) => {
    if (range.end > LAST_END) {
      throw new RangeError(
        `the range ${
          show(range)
        } ends above 0xfffffffffffff000: DAMON rounds ends up to whole pages, and this one would become 0`,
      );
    }
    if (!(range.start >= 0 && range.start < range.end)) {
      throw new RangeError(`A region must start below its end: ${show(range)} does not`);
    }
    if (i > 0 && range.start < regions[i - 1].end) {
      throw new RangeError(
        `Regions must ascend without overlap: ${show(regions[i - 1])} comes before ${show(range)}`,
      );
    }
  });
}

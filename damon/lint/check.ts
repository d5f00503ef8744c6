import { checkCount } from "./check_count.ts";
import { checkMemcg, checkScheme } from "./check_scheme.ts";
import {
  type AddressRange,
  type Context,
  type Intervals,
  isFollowed,
  type Kdamond,
  type NrRegions,
  type Operations,
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
    throw new RangeError(`Cannot use a kdamond as it must have one context: it has ${kdamond.contexts.length}`);
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
      throw new RangeError(`Cannot use an address unit as it must be 1 byte or more: it is ${addrUnitBytes}`);
    }
    if (operations !== "paddr" && addrUnitBytes !== 1) {
      throw new RangeError(
        `Cannot use an address unit of ${addrUnitBytes} bytes as it needs paddr: this is ${operations}`,
      );
    }
  }
  if (targets.length === 0) throw new RangeError("Cannot use a context as it must have a target: it has none");
  if (operations === "paddr" && targets.length > 1) {
    throw new RangeError(`Cannot use paddr as it must have one target: it has ${targets.length}; give it more regions`);
  }
  const mayLack = follows && isFollowed(context);
  for (const target of targets) checkTarget(target, operations, mayLack);
  for (const { weight, filters } of probes ?? []) {
    if (weight !== undefined) checkCount("a probe's weight", weight, "shares", 0, 0xffff_ffff);
    for (const { type, path } of filters) {
      if ((type === "memcg") !== (path !== undefined)) {
        throw new RangeError(`Cannot use a probe's filter as memcg, and only memcg, has a path: ${type} has ${path}`);
      }
      if (path !== undefined) checkMemcg("a probe's filter", path);
    }
  }
  if (sample && !sample.pageTable && !sample.pageFault) {
    throw new RangeError("Cannot see accesses as page tables, page faults, or both must be looked at: neither is");
  }
  for (const scheme of schemes ?? []) checkScheme(scheme);
}

function checkIntervals({ sampleUs, aggrUs, updateUs, goal }: Intervals): void {
  for (const [name, value] of Object.entries({ sampleUs, aggrUs, updateUs })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`Cannot use intervals as ${name} must be a whole number of µs above 0: ${name} is ${value}`);
    }
  }
  if (aggrUs < sampleUs) {
    throw new RangeError(
      `Cannot use intervals as aggrUs must be >= sampleUs: aggrUs is ${aggrUs}, sampleUs is ${sampleUs}`,
    );
  }
  if (updateUs < sampleUs) {
    throw new RangeError(
      `Cannot use intervals as updateUs must be >= sampleUs: updateUs is ${updateUs}, sampleUs is ${sampleUs}`,
    );
  }
  if (!goal) return;
  checkCount("the intervals' goal", goal.accessBp, "basis points", 1, 10_000);
  checkCount("the intervals' goal", goal.aggrs, "aggregation intervals", 1, 0xffff_ffff);
  const { minSampleUs, maxSampleUs } = goal;
  if (!Number.isSafeInteger(minSampleUs) || minSampleUs < 1 || !(minSampleUs <= maxSampleUs)) {
    throw new RangeError(
      `Cannot use the intervals' goal as 1 <= minSampleUs <= maxSampleUs is needed: they are ${minSampleUs}, ${maxSampleUs}`,
    );
  }
  if (sampleUs < minSampleUs || sampleUs > maxSampleUs) {
    throw new RangeError(
      `Cannot use the intervals' goal as sampleUs must begin between ${minSampleUs} and ${maxSampleUs}: it is ${sampleUs}`,
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
    throw new RangeError(`Cannot use nr_regions as 3 <= min <= max is needed: min is ${min}, max is ${max}`);
  }
}

function checkTarget({ pid, regions }: Target, operations: Operations, mayLack: boolean): void {
  if ((operations === "paddr") !== (pid === undefined)) {
    throw new RangeError(
      operations === "paddr"
        ? `Cannot use a target as paddr watches memory, not a process: pid is ${pid}`
        : `Cannot use a target as ${operations} watches a process: no pid is given`,
    );
  }
  // 0 stands for a process that is yet to be started.
  if (pid !== undefined && !(Number.isInteger(pid) && pid >= 0 && pid <= 0x7fff_ffff)) {
    throw new RangeError(`Cannot use a target as a pid must be a whole number below 2147483648: it is ${pid}`);
  }
  if (operations === "fvaddr" && regions.length === 0 && !mayLack) {
    throw new RangeError(
      `fvaddr watches the ranges that it is given, and process ${pid} has none: name them with --regions, or use vaddr`,
    );
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
      throw new RangeError(`Cannot use regions as start must be below end: ${show(range)}`);
    }
    if (i > 0 && range.start < regions[i - 1].end) {
      throw new RangeError(
        `Cannot use regions as they must ascend without overlap: ${show(regions[i - 1])} comes before ${show(range)}`,
      );
    }
  });
}

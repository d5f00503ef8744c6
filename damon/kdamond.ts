/** Which memory DAMON watches: `vaddr` processes, `fvaddr` processes in fixed ranges, `paddr` the machine's memory. */
export type Operations = "vaddr" | "fvaddr" | "paddr";

/** DAMON's three intervals, µs. */
export interface Intervals {
  /** Between two checks of a region's accessed bit. */
  sampleUs: number;
  /** After which `nrAccesses` is reported and reset; at least `sampleUs`. */
  aggrUs: number;
  /** Between two looks at the target's memory map. */
  updateUs: number;
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
  /** Initial monitoring regions, ascending, not overlapping; empty lets DAMON choose (vaddr) . */
  regions: AddressRange[];
}

/** One monitoring request: operations, how often, how finely, on what. */
export interface Context {
  /** Which memory it watches. */
  operations: Operations;
  /** How often it looks. */
  intervals: Intervals;
  /** How finely it looks. */
  nrRegions: NrRegions;
  /** What it watches, at least one; DAMON numbers them from 0. */
  targets: Target[];
}

/** One DAMON kernel thread and what it does. */
export interface Kdamond {
  /** One, on every kernel so far. */
  contexts: Context[];
}

/** DAMON's own defaults: 5 ms, 100 ms, 1 s. */
export const DEFAULT_INTERVALS: Readonly<Intervals> = { sampleUs: 5_000, aggrUs: 100_000, updateUs: 1_000_000 };

/** DAMON's own defaults: 10 to 1000 regions. */
export const DEFAULT_NR_REGIONS: Readonly<NrRegions> = { min: 10, max: 1000 };

const show = (range: AddressRange) => `${range.start.toString(16)}-${range.end.toString(16)}`;

/**
 * Checks a configuration against what every kernel demands, before anything is written.
 *
 * @throws {RangeError} naming the parameter, what it must be and what it is.
 */
export function checkKdamond(kdamond: Kdamond): void {
  if (kdamond.contexts.length !== 1) {
    throw new RangeError(`Cannot use a kdamond as it must have one context: it has ${kdamond.contexts.length}`);
  }
  for (const context of kdamond.contexts) checkContext(context);
}

function checkContext({ operations, intervals, nrRegions, targets }: Context): void {
  const { sampleUs, aggrUs, updateUs } = intervals;
  for (const [name, value] of Object.entries(intervals)) {
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
  const { min, max } = nrRegions;
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < 3 || max < min) {
    throw new RangeError(`Cannot use nr_regions as 3 <= min <= max is needed: min is ${min}, max is ${max}`);
  }
  if (targets.length === 0) throw new RangeError("Cannot use a context as it must have a target: it has none");
  for (const { pid, regions } of targets) {
    if ((operations === "paddr") !== (pid === undefined)) {
      throw new RangeError(
        operations === "paddr"
          ? `Cannot use a target as paddr watches memory, not a process: pid is ${pid}`
          : `Cannot use a target as ${operations} watches a process: no pid is given`,
      );
    }
    regions.forEach((range, i) => {
      if (!(range.start < range.end)) {
        throw new RangeError(`Cannot use regions as start must be below end: ${show(range)}`);
      }
      if (i > 0 && range.start < regions[i - 1].end) {
        throw new RangeError(
          `Cannot use regions as they must ascend without overlap: ${show(regions[i - 1])} comes before ${show(range)}`,
        );
      }
    });
  }
}

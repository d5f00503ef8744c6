/** The `age` of a region on a kernel whose DAMON does not count it (before 5.16). Never show it as a number. */
export const AGE_UNKNOWN = 0xffff_ffff;

/** One monitored address range, as an object. Made only at the edge of the API; inside, regions stay columns. */
export interface Region {
  /** First byte, an address of the target's space (virtual, or physical for `paddr`). */
  start: number;
  /** One past the last byte. */
  end: number;
  /** Samples in which the region was seen accessed, `0` to `aggrUs / sampleUs`. */
  nrAccesses: number;
  /** How many aggregation intervals the region has kept its size and access frequency; `undefined` where unknown. */
  age: number | undefined;
}

/**
 * The regions of one snapshot, as columns in ascending address order. Page-aligned addresses are exact in a double up
 * to 2^64, so an address is a plain `number`. All four columns have `length` elements.
 *
 * @example
 * ```ts
 * import { Regions } from "./regions.ts";
 * const regions = Regions.from([{ start: 0x1000, end: 0x3000, nrAccesses: 4, age: 2 }]);
 * for (const region of regions) region.end - region.start; // 8192
 * ```
 */
export class Regions implements Iterable<Region> {
  /** Wraps the columns as they are; it neither copies nor checks them. */
  constructor(
    readonly start: Float64Array,
    readonly end: Float64Array,
    readonly nrAccesses: Uint32Array,
    /** {@linkcode AGE_UNKNOWN} where the kernel does not count it. */
    readonly age: Uint32Array,
  ) {}

  /** Number of regions. */
  get length(): number {
    return this.start.length;
  }

  /** Columns with room for `length` regions, all zero. */
  static alloc(length: number): Regions {
    return new Regions(
      new Float64Array(length),
      new Float64Array(length),
      new Uint32Array(length),
      new Uint32Array(length),
    );
  }

  /** Columns from objects: for tests and small inputs. */
  static from(rows: readonly Region[]): Regions {
    const regions = Regions.alloc(rows.length);
    rows.forEach((row, i) => {
      regions.start[i] = row.start;
      regions.end[i] = row.end;
      regions.nrAccesses[i] = row.nrAccesses;
      regions.age[i] = row.age ?? AGE_UNKNOWN;
    });
    return regions;
  }

  /** Yields one object a region, in address order. */
  *[Symbol.iterator](): Iterator<Region> {
    for (let i = 0; i < this.length; i++) {
      yield {
        start: this.start[i],
        end: this.end[i],
        nrAccesses: this.nrAccesses[i],
        age: this.age[i] === AGE_UNKNOWN ? undefined : this.age[i],
      };
    }
  }
}

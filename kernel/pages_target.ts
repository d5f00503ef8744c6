import {
  AdaptiveRegions,
  type AddressRange,
  type Mapping,
  type NrRegions,
  rangesOf,
  type Regions,
} from "../damon/mod.ts";
import type { PagePart, PageSampler } from "../ffi/pages.ts";
import { HugetlbMappings } from "./hugetlb.ts";
import { MappingsWatch } from "./process.ts";
import type { Roots } from "./roots.ts";

/** x86-64's, the only machine that pages are sampled on. */
const PAGE_BYTES = 4096;
/** DAMON's own choice: what is before, between and after the two largest gaps. */
const ADAPTIVE_RANGES = 3;
/** Page tables are walked through with the gaps between the mappings, where that is cheaper than one more walk. */
const WALKED_RANGES = 8;

/** What a target is made of. */
export interface PagesTargetParts {
  roots: Roots;
  sampler: PageSampler;
  pid: number;
  /** Of {@linkcode PageSampler.add}. */
  slot: number;
  /** Ranges to watch whatever is mapped; empty: what is mapped. */
  fixed: readonly AddressRange[];
  nrRegions: NrRegions;
}

/** A process that is sampled, in either way. */
export abstract class PagesTarget {
  readonly pid: number;
  readonly slot: number;
  readonly sampler: PageSampler;
  /** Of hugetlbfs mappings, left out as nothing clears their bits: they would seem to be in use all the time. */
  hugetlbBytes = 0;
  readonly #watch: MappingsWatch;
  readonly #hugetlb: HugetlbMappings;
  readonly #fixed: readonly AddressRange[];

  /** How many regions it has now. */
  abstract readonly length: number;

  constructor({ roots, sampler, pid, slot, fixed }: PagesTargetParts) {
    this.pid = pid;
    this.slot = slot;
    this.sampler = sampler;
    this.#watch = new MappingsWatch(roots, pid);
    this.#hugetlb = new HugetlbMappings(roots, pid);
    this.#fixed = fixed;
  }

  /** Looks at what is mapped now; returns it where it has changed. */
  update(): Mapping[] | undefined {
    const mappings = this.#watch.changed();
    if (mappings) {
      const hugetlb = this.#hugetlb.of(mappings);
      this.hugetlbBytes = [...hugetlb].reduce((sum, { start, end }) => sum + end - start, 0);
      const isOwn = (mapping: Mapping) => mapping.path !== VSYSCALL && !hugetlb.has(mapping);
      this.setRanges(this.#fixed.length > 0 ? this.#fixed : mappings.filter(isOwn));
      this.sampler.setAnonymous(this.slot, mappings.filter(isPrivateAnonymous));
    }
    return mappings;
  }

  protected abstract setRanges(ranges: readonly AddressRange[]): void;
  /** What to look at in the next interval. */
  abstract part(): PagePart;
  /** What was seen in an interval that is over. */
  abstract aggregate(nrAccesses: Uint32Array, samples: number): Regions | Promise<Regions>;
  /** How many regions it may have from now on. */
  abstract set nrRegions(nrRegions: NrRegions);
}

/** The kernel's own page at the end of all addresses is not of the process. */
const VSYSCALL = "[vsyscall]";

/** Where no other process writes, and no file is behind: what a file's page is in is more than one page. */
const isPrivateAnonymous = ({ path, perms }: Mapping) =>
  perms[3] === "p" && (path === "" || path === "[heap]" || path === "[stack]" || path.startsWith("[anon:"));

/** A page of each region in each sample; regions split and merge, as DAMON does it. */
export class AdaptivePagesTarget extends PagesTarget {
  readonly #regions: AdaptiveRegions;

  constructor(parts: PagesTargetParts) {
    super(parts);
    this.#regions = new AdaptiveRegions({ nrRegions: parts.nrRegions, pageBytes: PAGE_BYTES });
  }

  protected setRanges(ranges: readonly AddressRange[]): void {
    this.#regions.setRanges(rangesOf(ranges, ADAPTIVE_RANGES));
  }

  part(): PagePart {
    return { slot: this.slot, ...this.#regions.bounds() };
  }

  aggregate(nrAccesses: Uint32Array, samples: number): Regions {
    this.#regions.add(nrAccesses, samples);
    return this.#regions.aggregate();
  }

  get length(): number {
    return this.#regions.length;
  }

  set nrRegions(nrRegions: NrRegions) {
    this.#regions.nrRegions = nrRegions;
  }
}

/** Every page in each sample; regions are the runs of pages that were accessed equally often. */
export class ExactPagesTarget extends PagesTarget {
  #mapped: (AddressRange & { age: number })[] = [];
  #walked: AddressRange[] = [];
  nrRegions: NrRegions;

  constructor(parts: PagesTargetParts) {
    super(parts);
    this.nrRegions = parts.nrRegions;
  }

  get length(): number {
    return this.#walked.length;
  }

  protected setRanges(ranges: readonly AddressRange[]): void {
    const before = this.#mapped;
    let i = 0;
    this.#mapped = contiguous(ranges).map((range) => {
      while (i < before.length && before[i].end <= range.start) i++;
      const known = i < before.length && before[i].start < range.end;
      return { ...range, age: known ? before[i].age : 0 };
    });
    this.#walked = rangesOf(this.#mapped, WALKED_RANGES);
  }

  part(): PagePart {
    return {
      slot: this.slot,
      start: Float64Array.from(this.#walked, ({ start }) => start),
      end: Float64Array.from(this.#walked, ({ end }) => end),
    };
  }

  async aggregate(_nrAccesses: Uint32Array, samples: number): Promise<Regions> {
    const most = Math.max(this.nrRegions.max, 2 * this.#mapped.length);
    const regions = await this.sampler.aggregate(this.slot, this.#mapped, samples, most);
    for (const range of this.#mapped) range.age++;
    return regions;
  }
}

/** Ranges with those that touch made one. */
function contiguous(ranges: readonly AddressRange[]): AddressRange[] {
  const joined: AddressRange[] = [];
  for (const { start, end } of ranges) {
    const last = joined.at(-1);
    if (last?.end === start) last.end = end;
    else joined.push({ start, end });
  }
  return joined;
}

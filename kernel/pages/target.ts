import { AdaptiveRegions, type AddressRange, type Mapping, type NrRegions } from "../../damon/mod.ts";
import type { PagePart, PageSampler, PartRegions, SampledArea, SampledRegions, SpanColumns } from "../../ffi/mod.ts";
import { HugetlbMappings, parseMapsInTurns, type Roots } from "../machine/mod.ts";
import { PagesAges } from "./ages.ts";

/** x86-64's, the only machine that pages are sampled on. */
const PAGE_BYTES = 4096;
/** Mappings that an item of the record lists at most: with more, neighbours are one. */
const MOST_LISTED = 1000;

/** What a target is made of. */
export interface PagesTargetParts {
  roots: Roots;
  sampler: PageSampler;
  pid: number;
  /** Through which thread it is looked at: its main one, while that has not ended. */
  thread: number;
  /** Of {@linkcode PageSampler.add}, for that thread. */
  slot: number;
  /** Ranges to watch, and nothing else; empty: what is mapped. */
  fixed: readonly AddressRange[];
  nrRegions: NrRegions;
}

/** What a file is behind, and what is not private. */
const isShared = ({ path, perms }: Mapping) => perms[3] === "s" || path.startsWith("/");

/** A process that is sampled: every page of it, or some of each region. */
export class PagesTarget {
  readonly pid: number;
  readonly slot: number;
  /** Ranges to watch, and nothing else; empty: what is mapped. */
  readonly fixed: readonly AddressRange[];
  readonly #sampler: PageSampler;
  /** Of hugetlbfs mappings, left out as nothing clears their bits: they would seem to be in use all the time. */
  hugetlbBytes = 0;
  /** Bounds of the number of regions; there may be more, two for each mapping with memory behind it. */
  nrRegions: NrRegions;
  /** In memory when it was looked at last. */
  residentPages = 0;
  /** Mappings that are watched. */
  nrAreas = 0;
  /** What is mapped, by first byte, where other processes may map the same. */
  objects: ReadonlyMap<number, string> = new Map();
  /** How long its memory has been accessed as it is. */
  readonly ages = new PagesAges();
  readonly #hugetlb: HugetlbMappings;
  #mapsVersion = 0;
  /** Where some pages of each region are looked at; absent where all are. */
  #adaptive: AdaptiveRegions | undefined;
  #regions: PartRegions | undefined;
  /** Where there is memory, as of a look that the regions do not know yet. */
  #spans: SpanColumns | undefined;

  constructor({ roots, sampler, pid, thread, slot, fixed, nrRegions }: PagesTargetParts) {
    this.pid = pid;
    this.slot = slot;
    this.fixed = fixed;
    this.nrRegions = nrRegions;
    this.#sampler = sampler;
    this.#hugetlb = new HugetlbMappings(roots, thread);
    if (fixed.length > 0) sampler.watch(slot, { only: fixed });
  }

  /**
   * What is mapped now where that has changed; `must` looks even if the size of it has not.
   *
   * @returns nothing where `signal` came before all was read.
   */
  async update(must: boolean, share: number, signal?: AbortSignal): Promise<Mapping[] | undefined> {
    const process = this.#sampler.update(this.slot, must, share);
    if (!process) return undefined;
    this.residentPages = process.residentPages;
    this.nrAreas = process.nrAreas;
    if (process.mapsVersion === this.#mapsVersion) return undefined;
    this.#mapsVersion = process.mapsVersion;
    const mappings = await parseMapsInTurns(this.#sampler.maps(this.slot, process), signal);
    if (!mappings) return undefined;
    const hugetlb = this.#hugetlb.of(mappings);
    if (hugetlb.size > 0 || this.hugetlbBytes > 0) this.#sampler.watch(this.slot, { without: [...hugetlb] });
    this.hugetlbBytes = [...hugetlb].reduce((sum, { start, end }) => sum + end - start, 0);
    this.objects = new Map(mappings.filter(isShared).map(({ start, path, offset }) => [start, `${path}@${offset}`]));
    return mappings;
  }

  /** What was in memory at the last look at all of it. */
  areas(endsWindow: boolean): SampledArea[] {
    return this.#sampler.areas(this.slot, MOST_LISTED, endsWindow);
  }

  /** Looks where there is memory, for regions there from the next aggregation on; `false` where the process has ended. */
  async survey(): Promise<boolean> {
    if (!await this.#sampler.survey(this.slot)) return false;
    this.#spans = this.#sampler.spans(this.slot);
    return true;
  }

  /** Forgets its regions: from now on it is looked at in another way, or for the first time. */
  changeMethod(): void {
    this.ages.change();
    this.#adaptive = this.#regions = this.#spans = undefined;
  }

  /** What to look at in the next samples. */
  async part(exact: boolean): Promise<PagePart> {
    if (exact) return { slot: this.slot };
    this.#regions ??= await this.#nextRegions();
    return { slot: this.slot, regions: this.#regions };
  }

  async #nextRegions(): Promise<PartRegions> {
    if (!this.#adaptive) await this.survey();
    this.#adaptive ??= new AdaptiveRegions({ nrRegions: this.nrRegions, pageBytes: PAGE_BYTES });
    if (this.#spans) {
      const { start, end } = this.#spans;
      const { min, max } = this.nrRegions;
      this.#adaptive.nrRegions = { min, max: Math.max(max, 2 * start.length) };
      this.#adaptive.setRanges(Array.from(start, (from, i) => ({ start: from, end: end[i] })));
      this.#spans = undefined;
    }
    const { start, end } = this.#adaptive.bounds();
    return { start, end, hits: new Uint32Array(start.length), looks: new Uint32Array(start.length) };
  }

  /** What was seen in an aggregation interval that is over; `undefined` if it was stopped. */
  async aggregate(exact: boolean, samples: number): Promise<SampledRegions | undefined> {
    if (exact) return await this.#sampler.aggregate(this.slot, samples, this.nrRegions.max);
    const { start, end, hits, looks } = this.#regions!;
    this.#adaptive!.add(hits, looks, samples);
    const regions = this.#adaptive!.aggregate(this.#sampler.residentBytes(this.slot, { start, end }));
    this.#regions = undefined;
    return { regions, evidence: this.#adaptive!.evidence };
  }
}

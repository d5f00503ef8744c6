/** Bins of one area at most; its granule is the power of two that this allows. Where there are many areas, each has fewer. */
const MAX_BINS = 8_192;
const LEAST_BINS = 256;
/** More areas than this are joined over their smallest gaps. The scattered mappings of one process may be hundreds. */
const MAX_AREAS = 2_048;
const PAGE = 4096;
/** Values of one bin: heat that begins in it, heat that ends before it, watched time that begins, that ends. */
const WIDTH = 4;

/** Bins of an area where so many histograms share the memory that 256 full ones take. */
export function binsOfEach(histograms: number): number {
  return Math.max(16, Math.min(MAX_BINS, Math.floor(256 * MAX_BINS / histograms)));
}

/** A stretch of addresses over which nothing changes. */
export interface HeatSegment {
  /** First byte. */
  start: number;
  /** One past the last byte. */
  end: number;
  /** Time for which it was accessed: `accessed share × ns`, summed over the snapshots. */
  heatNs: number;
  /** Time for which it was monitored, ns. */
  watchedNs: number;
}

/**
 * How long each address was monitored and how much of that accessed, over any number of snapshots and any address space,
 * in bounded memory and constant time a region. Addresses that are monitored together are an area; an area keeps what
 * changes from bin to bin, so a range costs two additions however long it is. Bins are pages, or larger in large areas;
 * ranges are widened to whole bins, so no range ever vanishes.
 *
 * @example
 * ```ts
 * import { AddressHistogram } from "./address_histogram.ts";
 * const histogram = new AddressHistogram();
 * const area = histogram.areaOf(0x1000, 0x9000);
 * area.addWatched(0x1000, 0x9000, 100);
 * area.addHeat(0x2000, 0x3000, 50);
 * histogram.segments().map((segment) => segment.heatNs); // [0, 50, 0]
 * ```
 */
export class AddressHistogram {
  readonly #areas: Area[] = [];

  /** Nothing is counted yet. */
  constructor(
    /** Bins of an area at most; fewer where there are many histograms. */
    readonly maxBins: number = MAX_BINS,
  ) {}

  /** The area that holds a monitored range; made, or grown, where there is none. Good until the next call. */
  areaOf(start: number, end: number): Area {
    const found = this.#areas[this.#indexOf(start)];
    if (found && found.start <= start && end <= found.end) return found;
    const met = this.#areas.filter((area) => area.start < end && start < area.end);
    const area = this.#join(met, start, end);
    while (this.#areas.length > MAX_AREAS) this.#joinNearest();
    return this.#areas[this.#indexOf(area.start)];
  }

  /** Index of the first area that ends after an address. */
  #indexOf(address: number): number {
    let [low, high] = [0, this.#areas.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#areas[middle].end <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The monitored address space in ascending order; what was not monitored is left out. */
  segments(): HeatSegment[] {
    const segments: HeatSegment[] = [];
    for (const area of this.#areas) area.collect(segments);
    return segments;
  }

  #join(parts: Area[], start: number, end: number): Area {
    let [low, high] = [start, end];
    for (const part of parts) {
      // An area that grew once will grow again: it takes some of the gap, so that growing stays rare.
      const slack = Math.floor((part.end - part.start) / 8 / PAGE) * PAGE;
      low = Math.min(low, start < part.start ? start - slack : part.start);
      high = Math.max(high, end > part.end ? end + slack : part.end);
    }
    const others = this.#areas.filter((area) => !parts.includes(area));
    for (const other of others) {
      if (other.end <= start) low = Math.max(low, other.end);
      if (other.start >= end) high = Math.min(high, other.start);
    }
    const { maxBins: most } = this;
    const share = Math.floor(64 * most / Math.max(1, this.#areas.length));
    const maxBins = Math.min(most, Math.max(Math.min(LEAST_BINS, most), share));
    const joined = new Area(Math.max(0, low), high, maxBins);
    for (const part of parts) joined.absorb(part);
    this.#areas.splice(0, Infinity, ...[...others, joined].sort((a, b) => a.start - b.start));
    return joined;
  }

  #joinNearest(): void {
    let best = 1;
    const gap = (i: number) => this.#areas[i].start - this.#areas[i - 1].end;
    for (let i = 2; i < this.#areas.length; i++) if (gap(i) < gap(best)) best = i;
    const [a, b] = [this.#areas[best - 1], this.#areas[best]];
    this.#join([a, b], a.start, b.end);
  }
}

/** A part of an {@linkcode AddressHistogram}: a range of addresses in bins of equal size. */
export class Area {
  /** Bytes of a bin: a power of two, at least a page. */
  readonly binBytes: number;
  readonly #first: number;
  readonly #changes: Float64Array;
  /** What was monitored lies between these, exactly. */
  #lowest = Infinity;
  #highest = -Infinity;

  /** Covers `[start, end)`. */
  constructor(
    /** First byte. */
    readonly start: number,
    /** One past the last byte. */
    readonly end: number,
    /** Bins at most. */
    maxBins: number = MAX_BINS,
  ) {
    this.binBytes = Math.max(PAGE, 2 ** Math.ceil(Math.log2((end - start) / maxBins)));
    this.#first = Math.floor(start / this.binBytes);
    this.#changes = new Float64Array((Math.ceil(end / this.binBytes) - this.#first + 1) * WIDTH);
  }

  /** Adds a range of this area that was accessed for `ns`: a whole number, so that sums cancel exactly. */
  addHeat(start: number, end: number, ns: number): void {
    this.#changes[(Math.floor(start / this.binBytes) - this.#first) * WIDTH] += ns;
    this.#changes[(Math.ceil(end / this.binBytes) - this.#first) * WIDTH + 1] += ns;
  }

  /** Adds a range of this area that was monitored for `ns`, a whole number. */
  addWatched(start: number, end: number, ns: number): void {
    this.#changes[(Math.floor(start / this.binBytes) - this.#first) * WIDTH + 2] += ns;
    this.#changes[(Math.ceil(end / this.binBytes) - this.#first) * WIDTH + 3] += ns;
    if (start < this.#lowest) this.#lowest = start;
    if (end > this.#highest) this.#highest = end;
  }

  /** Takes over what an area within this one has counted. */
  absorb(part: Area): void {
    this.#lowest = Math.min(this.#lowest, part.#lowest);
    this.#highest = Math.max(this.#highest, part.#highest);
    for (let at = 0; at < part.#changes.length; at++) {
      if (part.#changes[at] === 0) continue;
      const column = at % WIDTH;
      const bin = (part.#first + (at - column) / WIDTH) * part.binBytes / this.binBytes;
      this.#changes[((column % 2 === 0 ? Math.floor(bin) : Math.ceil(bin)) - this.#first) * WIDTH + column] +=
        part.#changes[at];
    }
  }

  /** Appends the monitored stretches. */
  collect(segments: HeatSegment[]): void {
    let [heatNs, watchedNs] = [0, 0];
    for (let at = 0; at < this.#changes.length; at += WIDTH) {
      heatNs += this.#changes[at] - this.#changes[at + 1];
      watchedNs += this.#changes[at + 2] - this.#changes[at + 3];
      if (watchedNs <= 0) continue;
      const bin = this.#first + at / WIDTH;
      const start = Math.max(this.#lowest, bin * this.binBytes);
      const end = Math.min(this.#highest, (bin + 1) * this.binBytes);
      const last = segments.at(-1);
      if (last && last.end === start && last.heatNs === heatNs && last.watchedNs === watchedNs) last.end = end;
      else segments.push({ start, end, heatNs, watchedNs });
    }
  }
}

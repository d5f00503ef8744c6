import { type AddressRange, type NrRegions, type RegionEvidence, Regions } from "../model/mod.ts";

/** How {@linkcode AdaptiveRegions} behaves. */
export interface AdaptiveOptions {
  /** Bounds on the number of regions. */
  nrRegions: NrRegions;
  /** Smallest region, and the alignment of every border; a power of two. */
  pageBytes: number;
  /** Uniform in `[0, 1)`; tests give a seeded one. */
  random?: () => number;
}

/** A region with what DAMON remembers of it between aggregations. */
interface Cell {
  start: number;
  end: number;
  /** Number of its range: regions of different ones are never merged. */
  range: number;
  /** Pages that were looked at and in memory since the last aggregation, and those of them that were accessed. */
  looks: number;
  hits: number;
  /** Bytes in memory. */
  resident: number;
  /** Of them accessed, by the share of looks that found an access. */
  used: number;
  /** Samples of which an access was seen; not rounded. */
  nrAccesses: number;
  /** Of the aggregation before; what `age` is measured against. */
  lastNrAccesses: number;
  age: number;
}

/**
 * DAMON's region-based sampling with adaptive borders, as the kernel does it, but with the looking left to the caller:
 * {@linkcode pick} names one page of each region, {@linkcode note} takes which of them were accessed, and
 * {@linkcode aggregate} merges what is alike, gives the snapshot, and splits again. No clock, no I/O.
 *
 * @example
 * ```ts
 * import { AdaptiveRegions } from "./adaptive.ts";
 * const regions = new AdaptiveRegions({ nrRegions: { min: 10, max: 100 }, pageBytes: 4096 });
 * regions.setRanges([{ start: 0, end: 1 << 20 }]);
 * const pages = regions.pick(); // 10 addresses
 * regions.note(pages.map((address) => address < 4096 ? 1 : 0));
 * regions.aggregate().length; // at most 10, merged
 * ```
 *
 * @see https://docs.kernel.org/mm/damon/design.html#region-based-sampling
 */
export class AdaptiveRegions {
  #cells: Cell[] = [];
  #evidence: RegionEvidence = noEvidence(0);
  #lastLength = 0;
  #samples = 0;
  #lastSamples = 0;
  readonly #options: Required<AdaptiveOptions>;

  /** Watches nothing before {@linkcode setRanges}. */
  constructor(options: AdaptiveOptions) {
    this.#options = { random: Math.random, ...options };
  }

  /** Number of regions now; it changes with {@linkcode setRanges} and {@linkcode aggregate} only. */
  get length(): number {
    return this.#cells.length;
  }

  /** Bounds of the number of regions, in force from the next aggregation on. */
  set nrRegions(nrRegions: NrRegions) {
    this.#options.nrRegions = nrRegions;
  }

  /** Samples noted since the last aggregation. */
  get samples(): number {
    return this.#samples;
  }

  /**
   * Watches these ranges from now on (ascending, not overlapping, page-aligned): no region is of two of them, be they
   * beside each other. Regions inside them keep what they know, those that stick out are cut, and new ground is covered by
   * new regions.
   */
  setRanges(ranges: readonly AddressRange[]): void {
    const isFirst = this.#cells.length === 0;
    const cells: Cell[] = [];
    let i = 0;
    ranges.forEach((range, number) => {
      let at = range.start;
      while (i < this.#cells.length && this.#cells[i].end <= range.start) i++;
      for (; i < this.#cells.length && this.#cells[i].start < range.end; i++) {
        const cell = this.#cells[i];
        const start = Math.max(cell.start, range.start);
        if (start > at) cells.push(emptyCell(at, start, number));
        cells.push({ ...cell, range: number, start, end: Math.min(cell.end, range.end) });
        at = Math.min(cell.end, range.end);
        // A region across two ranges has a part in the next one too.
        if (cell.end > range.end) break;
      }
      if (at < range.end) cells.push(emptyCell(at, range.end, number));
    });
    this.#cells = isFirst ? this.#evenly(cells) : cells;
  }

  /** One page-aligned address in each region, at random, in ascending order. */
  pick(): Float64Array {
    const { pageBytes, random } = this.#options;
    const addresses = new Float64Array(this.#cells.length);
    this.#cells.forEach(({ start, end }, i) => {
      addresses[i] = start + Math.floor(random() * ((end - start) / pageBytes)) * pageBytes;
    });
    return addresses;
  }

  /**
   * Takes what was seen of the pages of the last {@linkcode pick}, in its order: non-zero for accessed.
   *
   * @throws {RangeError} if it has another length.
   */
  note(accessed: ArrayLike<number>): void {
    if (accessed.length !== this.#cells.length) {
      throw new RangeError(
        `One access for each region is needed: there are ${accessed.length} for ${this.#cells.length}`,
      );
    }
    for (let i = 0; i < accessed.length; i++) {
      this.#cells[i].looks++;
      if (accessed[i]) this.#cells[i].hits++;
    }
    this.#samples++;
  }

  /** First bytes and ends of the regions, ascending: for who picks the pages itself, and {@linkcode add}s the counts. */
  bounds(): { start: Float64Array; end: Float64Array } {
    return {
      start: Float64Array.from(this.#cells, ({ start }) => start),
      end: Float64Array.from(this.#cells, ({ end }) => end),
    };
  }

  /**
   * Takes the outcome of many samples at once: of `looks` pages of each region, picked at random and found in memory, `hits`
   * were seen accessed.
   *
   * @throws {RangeError} if there is not one count for each region.
   */
  add(hits: ArrayLike<number>, looks: ArrayLike<number>, samples: number): void {
    if (hits.length !== this.#cells.length || looks.length !== hits.length) {
      throw new RangeError(
        `${hits.length} hits and ${looks.length} looks are of other regions: there are ${this.#cells.length}`,
      );
    }
    for (let i = 0; i < hits.length; i++) {
      this.#cells[i].hits += hits[i];
      this.#cells[i].looks += looks[i];
    }
    this.#samples += samples;
  }

  /** What the regions that {@linkcode aggregate} returned last are known by. */
  get evidence(): RegionEvidence {
    return this.#evidence;
  }

  /**
   * Merges regions that are alike, returns them as they are then, and begins the next aggregation interval. One access seen
   * makes a region's `nrAccesses` 1 at least, in however many looks.
   *
   * @param residentBytes Bytes of each region that are in memory; all of it if it is left out.
   */
  aggregate(residentBytes?: ArrayLike<number>): Regions {
    // Where the number of samples has changed, last time's count is as a share of them.
    if (this.#lastSamples > 0 && this.#samples > 0 && this.#lastSamples !== this.#samples) {
      const scale = this.#samples / this.#lastSamples;
      for (const cell of this.#cells) cell.lastNrAccesses *= scale;
    }
    this.#lastSamples = this.#samples;
    this.#cells.forEach((cell, i) => {
      const rate = cell.looks === 0 ? 0 : cell.hits / cell.looks;
      cell.resident = residentBytes?.[i] ?? cell.end - cell.start;
      cell.used = rate * cell.resident;
      cell.nrAccesses = rate * this.#samples;
    });
    this.#merge();
    const regions = Regions.alloc(this.#cells.length);
    const evidence = noEvidence(this.#cells.length);
    this.#cells.forEach((cell, i) => {
      regions.start[i] = cell.start;
      regions.end[i] = cell.end;
      // Seldom is not never.
      regions.nrAccesses[i] = cell.hits > 0 ? Math.max(1, Math.round(cell.nrAccesses)) : 0;
      regions.age[i] = cell.age;
      evidence.residentBytes[i] = cell.resident;
      evidence.usedBytes[i] = cell.used;
      evidence.looks[i] = cell.looks;
      cell.lastNrAccesses = cell.nrAccesses;
      cell.nrAccesses = cell.hits = cell.looks = 0;
    });
    this.#evidence = evidence;
    this.#samples = 0;
    this.#split();
    return regions;
  }

  #merge(): void {
    const { min, max } = this.#options.nrRegions;
    const cells = this.#cells;
    const highest = cells.reduce((most, { nrAccesses }) => Math.max(most, nrAccesses), 0);
    const limit = this.#sizeLimit(min);
    const threshold = Math.floor(highest / 10);
    for (const cell of cells) {
      const changed = Math.abs(cell.nrAccesses - cell.lastNrAccesses) > threshold ||
        (cell.nrAccesses === 0) !== (cell.lastNrAccesses === 0);
      cell.age = changed ? 0 : cell.age + 1;
    }
    // Where the target changes so fast that too many regions differ, tell them apart less finely.
    for (let loose = threshold;; loose = Math.max(1, loose * 2)) {
      this.#cells = mergeAlike(this.#cells, loose, limit);
      if (this.#cells.length <= max || loose >= this.#samples) break;
    }
  }

  #split(): void {
    const { nrRegions: { max }, pageBytes, random } = this.#options;
    const before = this.#cells.length;
    if (before > max / 2) {
      this.#lastLength = before;
      return;
    }
    // Three parts where two brought nothing: a small hot spot in a large region is found sooner.
    const parts = before === this.#lastLength && before < max / 3 ? 3 : 2;
    this.#lastLength = before;
    const cells: Cell[] = [];
    // Regions are for memory that is there: one that has less than its share of it is fine enough.
    const share = this.#cells.reduce((sum, { resident }) => sum + resident, 0) / max;
    for (const cell of this.#cells) {
      const pieces: Cell[] = [];
      for (let i = 1; i < parts && cell.resident >= share; i++) {
        const bytes = cell.end - cell.start;
        const first = Math.floor((1 + Math.floor(random() * 9)) * bytes / 10 / pageBytes) * pageBytes;
        if (bytes <= pageBytes || first === 0) break;
        pieces.unshift({ ...cell, start: cell.start + first });
        cell.end = cell.start + first;
      }
      cells.push(cell, ...pieces);
    }
    this.#cells = cells;
  }

  /** The first regions: at least `min` in all, each range cut evenly in proportion to its size. */
  #evenly(cells: Cell[]): Cell[] {
    const { nrRegions: { min }, pageBytes } = this.#options;
    const limit = Math.max(pageBytes, Math.ceil(this.#sizeLimit(min, cells) / pageBytes) * pageBytes);
    const cut: Cell[] = [];
    for (const { start, end, range } of cells) {
      for (let at = start; at < end; at += limit) cut.push(emptyCell(at, Math.min(end, at + limit), range));
    }
    return cut;
  }

  #sizeLimit(min: number, cells = this.#cells): number {
    return cells.reduce((sum, { start, end }) => sum + end - start, 0) / min;
  }
}

function emptyCell(start: number, end: number, range: number): Cell {
  return { start, end, range, looks: 0, hits: 0, resident: 0, used: 0, nrAccesses: 0, lastNrAccesses: 0, age: 0 };
}

function noEvidence(length: number): RegionEvidence {
  return {
    residentBytes: new Float64Array(length),
    usedBytes: new Float64Array(length),
    looks: new Uint32Array(length),
  };
}

/** Merges neighbours of one range that differ by at most `threshold`, up to `limit` bytes; counts are averaged by size. */
function mergeAlike(cells: readonly Cell[], threshold: number, limit: number): Cell[] {
  const merged: Cell[] = [];
  for (const cell of cells) {
    const last = merged.at(-1);
    const isAlike = last !== undefined && last.end === cell.start && last.range === cell.range &&
      Math.abs(last.nrAccesses - cell.nrAccesses) <= threshold && cell.end - last.start <= limit;
    if (!isAlike) {
      merged.push(cell);
      continue;
    }
    const [a, b] = [last.end - last.start, cell.end - cell.start];
    const mean = (x: number, y: number) => (x * a + y * b) / (a + b);
    last.nrAccesses = mean(last.nrAccesses, cell.nrAccesses);
    last.lastNrAccesses = mean(last.lastNrAccesses, cell.lastNrAccesses);
    last.age = Math.floor(mean(last.age, cell.age));
    last.hits += cell.hits;
    last.looks += cell.looks;
    last.resident += cell.resident;
    last.used += cell.used;
    last.end = cell.end;
  }
  return merged;
}

/**
 * The address ranges worth watching: the mappings, with the smallest gaps between them closed until at most `most`
 * ranges are left. DAMON's own choice is three.
 *
 * @param mappings Ascending, not overlapping.
 */
export function rangesOf(mappings: readonly AddressRange[], most: number): AddressRange[] {
  const gaps = mappings.slice(1)
    .map((mapping, i) => ({ at: i, bytes: mapping.start - mappings[i].end }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, Math.max(0, most - 1));
  const isCut = new Set(gaps.map(({ at }) => at));
  const ranges: AddressRange[] = [];
  mappings.forEach(({ start, end }, i) => {
    if (i === 0 || isCut.has(i - 1)) ranges.push({ start, end });
    else ranges[ranges.length - 1].end = end;
  });
  return ranges;
}

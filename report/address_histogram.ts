/** At most this many distinct range ends are kept; then neighbours are joined. */
const MAX_ENDS = 32_768;
const FIRST_SLOTS = 1024;
/** Values of one slot: heat that begins here, heat that ends here, watched time that begins, that ends. */
const WIDTH = 4;

/** A stretch of addresses over which nothing changes. */
export interface HeatSegment {
  start: number;
  end: number;
  /** Time for which it was accessed: `accessed share × ns`, summed over the snapshots. */
  heatNs: number;
  /** Time for which it was monitored, ns. */
  watchedNs: number;
}

/**
 * How long each address was monitored and how much of that accessed, over any number of snapshots and any address space,
 * in bounded memory and constant time a region. It keeps what changes at each range's ends, in granules of a page; when
 * there are too many ends the granule doubles, and ranges grow to whole granules, so that no range ever vanishes.
 *
 * @example
 * ```ts
 * import { AddressHistogram } from "./address_histogram.ts";
 * const histogram = new AddressHistogram();
 * histogram.addWatched(0x1000, 0x9000, 100);
 * histogram.addHeat(0x2000, 0x3000, 50);
 * histogram.segments().map((segment) => segment.heatNs); // [0, 50, 0]
 * ```
 */
export class AddressHistogram {
  /** Resolution in bytes: a power of two, at least a page. */
  granuleBytes = 4096;
  #slots = FIRST_SLOTS;
  #keys = new Float64Array(FIRST_SLOTS).fill(-1);
  #values = new Float64Array(FIRST_SLOTS * WIDTH);
  #used = 0;

  constructor(readonly maxEnds = MAX_ENDS) {}

  /** Adds a range that was accessed for `ns`, a whole number (so that sums cancel exactly). */
  addHeat(start: number, end: number, ns: number): void {
    this.#add(Math.floor(start / this.granuleBytes), ns, 0);
    this.#add(Math.ceil(end / this.granuleBytes), ns, 1);
    if (this.#used > this.maxEnds) this.#coarsen();
  }

  /** Adds a range that was monitored for `ns`, a whole number. */
  addWatched(start: number, end: number, ns: number): void {
    this.#add(Math.floor(start / this.granuleBytes), ns, 2);
    this.#add(Math.ceil(end / this.granuleBytes), ns, 3);
    if (this.#used > this.maxEnds) this.#coarsen();
  }

  /** The monitored address space in ascending order; what was not monitored is left out. */
  segments(): HeatSegment[] {
    const order = Array.from(this.#keys.keys()).filter((slot) => this.#keys[slot] >= 0)
      .sort((a, b) => this.#keys[a] - this.#keys[b]);
    const segments: HeatSegment[] = [];
    let [heatNs, watchedNs] = [0, 0];
    for (let i = 0; i < order.length; i++) {
      const at = order[i] * WIDTH;
      heatNs += this.#values[at] - this.#values[at + 1];
      watchedNs += this.#values[at + 2] - this.#values[at + 3];
      if (watchedNs <= 0 || i + 1 === order.length) continue;
      const start = this.#keys[order[i]] * this.granuleBytes;
      const end = this.#keys[order[i + 1]] * this.granuleBytes;
      const last = segments.at(-1);
      if (last && last.end === start && last.heatNs === heatNs && last.watchedNs === watchedNs) last.end = end;
      else segments.push({ start, end, heatNs, watchedNs });
    }
    return segments;
  }

  #add(key: number, value: number, column: number): void {
    const mask = this.#slots - 1;
    // Fibonacci hashing of both halves: neighbouring granules spread out, far ones do not meet by habit.
    let slot = Math.imul((key >>> 0) ^ Math.imul((key / 4294967296) | 0, 0x85ebca6b), 0x9e3779b1) >>> 8 & mask;
    while (this.#keys[slot] !== key) {
      if (this.#keys[slot] < 0) {
        this.#keys[slot] = key;
        this.#used++;
        break;
      }
      slot = (slot + 1) & mask;
    }
    this.#values[slot * WIDTH + column] += value;
    if (this.#used * 2 > this.#slots) this.#rebuild(this.#slots * 2, 1);
  }

  #coarsen(): void {
    while (this.#used > this.maxEnds / 2) {
      this.granuleBytes *= 2;
      this.#rebuild(this.#slots, 2);
    }
  }

  /** Puts everything into a new table; `factor` 2 joins granules in pairs: starts go down, ends go up. */
  #rebuild(slots: number, factor: 1 | 2): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#slots = slots;
    this.#keys = new Float64Array(slots).fill(-1);
    this.#values = new Float64Array(slots * WIDTH);
    this.#used = 0;
    for (let old = 0; old < keys.length; old++) {
      if (keys[old] < 0) continue;
      for (let column = 0; column < WIDTH; column++) {
        const value = values[old * WIDTH + column];
        if (value === 0) continue;
        const key = keys[old] / factor;
        this.#add(column % 2 === 0 ? Math.floor(key) : Math.ceil(key), value, column);
      }
    }
  }
}

import { Regions, type Snapshot } from "../../damon/mod.ts";

/**
 * Joins snapshots of one target until they span `workUs`, and says what was accessed in that time: a longer aggregation
 * interval after the fact. A joined snapshot has all addresses of its parts, cut where any of its first ones has a border;
 * each piece counts, for every further part, the largest number of accesses of the regions that meet it. That is the Python damo's
 * rule, so that figures agree. Hits of probes are left out.
 *
 * @example
 * ```ts
 * import { Reaggregation } from "./reaggregate.ts";
 * const seconds = new Reaggregation(1_000_000);
 * // for each snapshot: seconds.add(snapshot) is a joined snapshot once a second, undefined else
 * ```
 */
export class Reaggregation {
  #pieces: Pieces | undefined;
  #startNs = 0;

  /** Joins to `workUs` µs. */
  constructor(
    /** Time that a joined snapshot spans at least, µs. */
    readonly workUs: number,
  ) {}

  /** Takes the next snapshot; returns the joined one where it ends with it. */
  add(snapshot: Snapshot): Snapshot | undefined {
    if (this.#pieces === undefined) {
      if (snapshot.endNs - snapshot.startNs >= this.workUs * 1e3) return snapshot;
      this.#startNs = snapshot.startNs;
      this.#pieces = Pieces.of(snapshot.regions);
    } else this.#pieces = this.#pieces.with(snapshot.regions);
    if (snapshot.endNs - this.#startNs < this.workUs * 1e3) return undefined;
    const regions = this.#pieces.regions();
    this.#pieces = undefined;
    const us = (snapshot.endNs - this.#startNs) / 1e3;
    const { probeHits: _, ...rest } = snapshot;
    return { ...rest, startNs: this.#startNs, aggrUs: us, regions };
  }
}

class Pieces {
  constructor(
    readonly start: number[],
    readonly end: number[],
    readonly nrAccesses: number[],
    readonly age: number[],
  ) {}

  static of({ start, end, nrAccesses, age }: Regions): Pieces {
    return new Pieces([...start], [...end], [...nrAccesses], [...age]);
  }

  /** Both lists ascend: they are gone through side by side. */
  with(regions: Regions): Pieces {
    const result = new Pieces([], [], [], []);
    const put = (start: number, end: number, nrAccesses: number, age: number) => {
      result.start.push(start);
      result.end.push(end);
      result.nrAccesses.push(nrAccesses);
      result.age.push(age);
    };
    let first = 0;
    // New addresses before `limit`; those of earlier pieces begin at `from`.
    const putFresh = (from: number, limit: number) => {
      for (let r = first; r < regions.length && regions.start[r] < limit; r++) {
        const [start, end] = [Math.max(from, regions.start[r]), Math.min(limit, regions.end[r])];
        if (start < end) put(start, end, regions.nrAccesses[r], regions.age[r]);
      }
    };
    let from = -Infinity;
    for (let p = 0; p < this.start.length; p++) {
      putFresh(from, this.start[p]);
      while (first < regions.length && regions.end[first] <= this.start[p]) first++;
      let most = 0;
      for (let r = first; r < regions.length && regions.start[r] < this.end[p]; r++) {
        if (regions.end[r] > this.start[p]) most = Math.max(most, regions.nrAccesses[r]);
      }
      put(this.start[p], this.end[p], this.nrAccesses[p] + most, this.age[p]);
      from = this.end[p];
    }
    putFresh(from, Infinity);
    return result;
  }

  regions(): Regions {
    return new Regions(
      Float64Array.from(this.start),
      Float64Array.from(this.end),
      Uint32Array.from(this.nrAccesses),
      Uint32Array.from(this.age),
    );
  }
}

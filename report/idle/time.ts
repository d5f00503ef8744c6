import { GrowingTime, mostOf, type ShortRow } from "../record/mod.ts";

/** A part of the time, ns from the record's start. */
export interface IdleTimePart {
  /** Its start. */
  startNs: number;
  /** Its end; larger. */
  endNs: number;
}

/** What one target had, by parts of the time. */
interface Sums {
  /** How much of each part had snapshots, ns. */
  coveredNs: ShortRow;
  /** Bytes × ns of each class in each part. */
  areas: ShortRow[];
}

/** Bytes of some classes over a time whose length is not known before; memory does not grow with it. */
export class IdleTime {
  readonly #targets = new Map<string, Sums>();
  readonly #time: GrowingTime;
  readonly #classes: number;

  /** For so many classes; `most` parts come out at most, 2 or more. */
  constructor(classes: number, most: number) {
    this.#classes = classes;
    this.#time = new GrowingTime(Math.max(2, most - most % 2));
  }

  /** Takes the bytes that a target had from `startNs` to `endNs`. */
  add(target: string, startNs: number, endNs: number, bytes: Float64Array): void {
    const { coveredNs, areas } = this.#sumsOf(target);
    this.#time.spread(startNs, endNs, (part, ns) => {
      coveredNs.add(part, ns);
      bytes.forEach((value, c) => value > 0 && areas[c].add(part, value * ns));
    });
  }

  /** Mean bytes of each class over the time that has snapshots; a target counts for as long as it was seen. */
  mean(): Float64Array {
    const all = [...this.#targets.values()];
    let ns = 0;
    for (let part = 0; part < this.#time.used; part++) ns += mostOf(all.map(({ coveredNs }) => coveredNs.at(part)));
    return Float64Array.from(
      { length: this.#classes },
      (_, c) => all.reduce((total, { areas }) => total + areas[c].total(), 0) / ns,
    );
  }

  /** The parts that have snapshots, with the mean bytes of each class, added up over targets. */
  parts(): (IdleTimePart & { bytes: Float64Array })[] {
    const { startNs, binNs, used } = this.#time;
    return Array.from({ length: used }, (_, part) => {
      const seen = [...this.#targets.values()].filter(({ coveredNs }) => coveredNs.at(part) > 0);
      const bytes = Float64Array.from(
        { length: this.#classes },
        (_, c) => seen.reduce((total, { areas, coveredNs }) => total + areas[c].at(part) / coveredNs.at(part), 0),
      );
      return { startNs: startNs + part * binNs, endNs: startNs + (part + 1) * binNs, bytes, isSeen: seen.length > 0 };
    }).filter(({ isSeen }) => isSeen).map(({ startNs, endNs, bytes }) => ({ startNs, endNs, bytes }));
  }

  #sumsOf(target: string): Sums {
    let sums = this.#targets.get(target);
    if (!sums) {
      const areas = Array.from({ length: this.#classes }, () => this.#time.newShortRow());
      this.#targets.set(target, sums = { coveredNs: this.#time.newShortRow(), areas });
    }
    return sums;
  }
}

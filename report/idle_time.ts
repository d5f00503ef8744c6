/** A part of the time, ns from the record's start. */
export interface IdleTimePart {
  /** Its start. */
  startNs: number;
  /** Its end; larger. */
  endNs: number;
}

/** What one target had in one part of the time. */
interface Sums {
  /** How much of the part had snapshots, ns. */
  coveredNs: Float64Array;
  /** Bytes × ns of each class, part by part. */
  areas: Float64Array;
}

/**
 * Bytes of some classes over a time whose length is not known before: parts double when there are too many, so that
 * memory does not grow with the record.
 */
export class IdleTime {
  readonly #targets = new Map<string, Sums>();
  readonly #capacity: number;
  #partNs = 0;

  /** @param most At most so many parts come out. */
  constructor(readonly classes: number, readonly most: number) {
    // Twice as many while it is filled: they are at least half of what was asked for in the end.
    this.#capacity = 2 * Math.max(1, most);
  }

  /** Takes the bytes that a target had from `startNs` to `endNs`. */
  add(target: string, startNs: number, endNs: number, bytes: Float64Array): void {
    const from = Math.max(0, startNs);
    if (!(from < endNs)) return;
    if (this.#partNs === 0) this.#partNs = endNs - from;
    while (endNs > this.#partNs * this.#capacity) this.#double();
    const sums = this.#sumsOf(target);
    for (let part = Math.floor(from / this.#partNs); part * this.#partNs < endNs; part++) {
      const ns = Math.min(endNs, (part + 1) * this.#partNs) - Math.max(from, part * this.#partNs);
      if (!(ns > 0)) continue;
      sums.coveredNs[part] += ns;
      for (let c = 0; c < this.classes; c++) sums.areas[part * this.classes + c] += bytes[c] * ns;
    }
  }

  /** Mean bytes of each class over the time that has snapshots; a target counts for as long as it was seen. */
  mean(): Float64Array {
    const mean = new Float64Array(this.classes);
    const all = [...this.#targets.values()];
    let ns = 0;
    for (let part = 0; part < this.#capacity; part++) ns += Math.max(0, ...all.map(({ coveredNs }) => coveredNs[part]));
    for (const { areas } of all) areas.forEach((area, at) => mean[at % this.classes] += area / ns);
    return mean;
  }

  /** The parts that have snapshots, with the mean bytes of each class, added up over targets. */
  parts(): (IdleTimePart & { bytes: Float64Array })[] {
    const used = () => Math.max(0, ...[...this.#targets.values()].map(({ coveredNs }) => lastOf(coveredNs) + 1));
    while (used() > this.most) this.#double();
    return Array.from({ length: used() }, (_, part) => {
      const bytes = new Float64Array(this.classes);
      let isCovered = false;
      for (const { coveredNs, areas } of this.#targets.values()) {
        if (coveredNs[part] === 0) continue;
        isCovered = true;
        for (let c = 0; c < this.classes; c++) bytes[c] += areas[part * this.classes + c] / coveredNs[part];
      }
      return { startNs: part * this.#partNs, endNs: (part + 1) * this.#partNs, bytes, isCovered };
    }).filter(({ isCovered }) => isCovered).map(({ startNs, endNs, bytes }) => ({ startNs, endNs, bytes }));
  }

  #sumsOf(target: string): Sums {
    let sums = this.#targets.get(target);
    if (!sums) {
      const coveredNs = new Float64Array(this.#capacity);
      this.#targets.set(target, sums = { coveredNs, areas: new Float64Array(this.#capacity * this.classes) });
    }
    return sums;
  }

  #double(): void {
    this.#partNs *= 2;
    for (const { coveredNs, areas } of this.#targets.values()) {
      halve(coveredNs, 1);
      halve(areas, this.classes);
    }
  }
}

/** Adds up neighbours, two by two, in rows of `width`; what becomes free at the end is 0. */
function halve(values: Float64Array, width: number): void {
  const rows = values.length / width;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      const at = (of: number) => of < rows ? values[of * width + column] : 0;
      values[row * width + column] = at(2 * row) + at(2 * row + 1);
    }
  }
}

function lastOf(values: Float64Array): number {
  return values.findLastIndex((value) => value > 0);
}

import { Regions, type Snapshot } from "../../damon/mod.ts";

/** Columns without evidence, and with it. */
const [PLAIN, WHOLE] = [3, 6];

/**
 * A snapshot as it is kept until its window ends: all columns are one list. Of very many targets each has a window that is
 * open, and a typed array costs more than what stands in it.
 */
export class KeptSnapshot {
  readonly startNs: number;
  readonly endNs: number;
  readonly #sampleUs: number;
  readonly #aggrUs: number;
  readonly #numbers: number[];
  readonly #hasEvidence: boolean;

  /** Copies what is needed of the snapshot for a working set. */
  constructor({ startNs, endNs, sampleUs, aggrUs, regions, evidence }: Snapshot) {
    this.startNs = startNs;
    this.endNs = endNs;
    this.#sampleUs = sampleUs;
    this.#aggrUs = aggrUs;
    this.#hasEvidence = evidence !== undefined;
    const numbers = this.#numbers = new Array<number>(regions.length * (evidence ? WHOLE : PLAIN));
    let at = 0;
    for (let i = 0; i < regions.length; i++) {
      numbers[at++] = regions.start[i];
      numbers[at++] = regions.end[i];
      numbers[at++] = regions.nrAccesses[i];
      if (!evidence) continue;
      numbers[at++] = evidence.residentBytes[i];
      numbers[at++] = evidence.usedBytes[i];
      numbers[at++] = evidence.looks[i];
    }
  }

  /** The snapshot without what a working set does not need. */
  unpacked(): Snapshot {
    const width = this.#hasEvidence ? WHOLE : PLAIN;
    const length = this.#numbers.length / width;
    const fill = <T extends Float64Array | Uint32Array>(to: T, column: number): T => {
      for (let i = 0, at = column; i < length; i++, at += width) to[i] = this.#numbers[at];
      return to;
    };
    const regions = new Regions(
      fill(new Float64Array(length), 0),
      fill(new Float64Array(length), 1),
      fill(new Uint32Array(length), 2),
      new Uint32Array(length),
    );
    return {
      ...{ kdamond: 0, targetId: 0n, startNs: this.startNs, endNs: this.endNs },
      ...{ sampleUs: this.#sampleUs, aggrUs: this.#aggrUs, regions },
      ...(this.#hasEvidence && {
        evidence: {
          residentBytes: fill(new Float64Array(length), 3),
          usedBytes: fill(new Float64Array(length), 4),
          looks: fill(new Uint32Array(length), 5),
        },
      }),
    };
  }
}

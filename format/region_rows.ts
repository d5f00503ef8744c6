import { AGE_UNKNOWN, nrProbesOf, Regions, type Snapshot } from "../damon/mod.ts";

/** What is the same in all rows of a snapshot. */
export interface RowHead {
  kdamond: number;
  targetId: bigint;
  startNs: number;
  endNs: number;
  sampleUs: number;
  aggrUs: number;
  /** Index of the scheme; absent where none was the source. */
  scheme?: number;
}

/** A region's hits of probes as text, with blanks between; `undefined` where the snapshot has none. */
export function hitsTextOf(snapshot: Snapshot): ((region: number) => string) | undefined {
  const { probeHits } = snapshot;
  const nr = nrProbesOf(snapshot);
  return probeHits && ((region) => probeHits.subarray(region * nr, (region + 1) * nr).join(" "));
}

/** Bytes in memory, bytes of them that were accessed, and looks of a region. */
export type RowEvidence = readonly [residentBytes: number, usedBytes: number, looks: number];

/** Puts snapshots together from rows of regions that follow each other. */
export class RegionRows {
  #head: RowHead | undefined;
  #start: number[] = [];
  #end: number[] = [];
  #nrAccesses: number[] = [];
  #age: number[] = [];
  #passed: number[] = [];
  #hits: number[] = [];
  #known: RowEvidence[] = [];

  /** Whether a row with this head goes on with the snapshot that is open. */
  continues(head: RowHead): boolean {
    const open = this.#head;
    return open !== undefined && open.endNs === head.endNs && open.startNs === head.startNs &&
      open.targetId === head.targetId && open.kdamond === head.kdamond && open.scheme === head.scheme;
  }

  /** Begins a snapshot; returns the one before it. */
  begin(head: RowHead): Snapshot | undefined {
    const before = this.finish();
    this.#head = head;
    return before;
  }

  /** One region. `age` and `passed` may be absent; `hits` are numbers with blanks between, or nothing; so may `known` be absent. */
  add(
    start: number,
    end: number,
    nrAccesses: number,
    age: number | undefined,
    passed: number | undefined,
    hits: string | undefined,
    known: RowEvidence | undefined,
  ): void {
    this.#start.push(start);
    this.#end.push(end);
    this.#nrAccesses.push(nrAccesses);
    this.#age.push(age ?? AGE_UNKNOWN);
    if (passed !== undefined) this.#passed.push(passed);
    if (known) this.#known.push(known);
    if (hits) this.#hits.push(...hits.split(" ").map(Number));
  }

  /** The snapshot that is open. */
  finish(): Snapshot | undefined {
    if (!this.#head) return undefined;
    const { scheme, ...head } = this.#head;
    const passedBytes = this.#passed.length === this.#start.length ? Float64Array.from(this.#passed) : undefined;
    const nrProbes = this.#hits.length / this.#start.length;
    const probeHits = nrProbes > 0 && Number.isInteger(nrProbes) ? Uint32Array.from(this.#hits) : undefined;
    const snapshot: Snapshot = {
      ...head,
      regions: new Regions(
        Float64Array.from(this.#start),
        Float64Array.from(this.#end),
        Uint32Array.from(this.#nrAccesses),
        Uint32Array.from(this.#age),
      ),
      ...(probeHits && { probeHits }),
      ...this.#evidence(),
      ...(scheme !== undefined && { scheme: { index: scheme, ...(passedBytes && { passedBytes }) } }),
    };
    this.#head = undefined;
    this.#known = [];
    for (const column of [this.#start, this.#end, this.#nrAccesses, this.#age, this.#passed, this.#hits]) {
      column.length = 0;
    }
    return snapshot;
  }

  /** Of all regions or of none. */
  #evidence(): Pick<Snapshot, "evidence"> {
    const known = this.#known;
    if (known.length === 0 || known.length !== this.#start.length) return {};
    return {
      evidence: {
        residentBytes: Float64Array.from(known, ([bytes]) => bytes),
        usedBytes: Float64Array.from(known, ([, bytes]) => bytes),
        looks: Uint32Array.from(known, ([, , looks]) => looks),
      },
    };
  }
}

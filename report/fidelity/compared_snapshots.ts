import type { Snapshot } from "../../damon/mod.ts";
import { type Extent, widen } from "../record/mod.ts";

/** Which snapshots of a record took part in a comparison. */
export interface ComparedCounts {
  /** Snapshots of the record compared, those outside the reference's time not counted. */
  snapshots: number;
  /** Start of the record's first snapshot, ns of its clock: zero of the time axis; `NaN` without any. */
  originNs: number;
  /** Sampling intervals of the snapshots compared, µs; both infinite without any. */
  sampleUs: Extent;
  /** Aggregation intervals of them, µs. */
  aggrUs: Extent;
}

/** What a comparison remembers of the record's snapshots. */
export class ComparedSnapshots {
  #originNs = NaN;
  #snapshots = 0;
  readonly #sampleUs: Extent = { min: Infinity, max: -Infinity };
  readonly #aggrUs: Extent = { min: Infinity, max: -Infinity };

  /** Takes note of any snapshot of the record, whatever its target, in any order. */
  pass({ startNs }: Snapshot): void {
    if (!(startNs >= this.#originNs)) this.#originNs = startNs;
  }

  /** Counts one that is compared. */
  add({ sampleUs, aggrUs }: Snapshot): void {
    this.#snapshots++;
    widen(this.#sampleUs, sampleUs);
    widen(this.#aggrUs, aggrUs);
  }

  /** What was found so far. */
  fields(): ComparedCounts {
    const [sampleUs, aggrUs] = [{ ...this.#sampleUs }, { ...this.#aggrUs }];
    return { snapshots: this.#snapshots, originNs: this.#originNs, sampleUs, aggrUs };
  }
}

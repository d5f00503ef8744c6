import {
  formatAddress,
  formatBytes,
  formatNs,
  maxNrAccessesOf,
  type RegionEvidence,
  type Regions,
  type SchemeView,
  type Snapshot,
} from "../damon/mod.ts";
import { touchedBytesOf } from "../report/mod.ts";
import { $display, type Displayed, htmlTable, type MimeBundle } from "./display.ts";

/** Regions that a notebook shows; the rest is counted. */
const MOST_REGIONS = 50;

/** A {@linkcode Snapshot} that shows its regions, the hottest first, as the value of a notebook's cell. */
export class ShownSnapshot implements Snapshot, Displayed {
  readonly kdamond: number;
  readonly targetId: bigint;
  readonly startNs: number;
  readonly endNs: number;
  readonly sampleUs: number;
  readonly aggrUs: number;
  readonly regions: Regions;
  declare readonly evidence?: RegionEvidence;
  declare readonly scheme?: SchemeView;

  /** The same snapshot; its columns are not copied. */
  constructor(snapshot: Snapshot) {
    this.kdamond = snapshot.kdamond;
    this.targetId = snapshot.targetId;
    this.startNs = snapshot.startNs;
    this.endNs = snapshot.endNs;
    this.sampleUs = snapshot.sampleUs;
    this.aggrUs = snapshot.aggrUs;
    this.regions = snapshot.regions;
    if (snapshot.evidence) this.evidence = snapshot.evidence;
    if (snapshot.scheme) this.scheme = snapshot.scheme;
  }

  /**
   * Bytes that were touched in the time of the snapshot: as the page sampler says, or as is most likely by DAMON's samples.
   * A record's working set is of a window of 1 s: {@linkcode workingSetOf}.
   */
  get workingSetBytes(): number {
    return touchedBytesOf(this);
  }

  /** One line: when, how much. */
  toString(): string {
    const took = formatNs(this.endNs - this.startNs);
    return `snapshot of ${this.regions.length} regions in ${took}, working set ${formatBytes(this.workingSetBytes)}`;
  }

  /** What a notebook shows. */
  [$display](): Promise<MimeBundle> {
    const most = maxNrAccessesOf(this);
    const rows = [...this.regions].toSorted((a, b) => b.nrAccesses - a.nrAccesses || a.start - b.start);
    const left = rows.length - MOST_REGIONS;
    const html = htmlTable(
      this.toString(),
      ["start", "end", "size", "accessed", "for"],
      rows.slice(0, MOST_REGIONS).map(({ start, end, nrAccesses, age }) => [
        formatAddress(start),
        formatAddress(end),
        formatBytes(end - start),
        `${Math.round(100 * nrAccesses / most)} %`,
        age === undefined ? "-" : formatNs(age * this.aggrUs * 1e3),
      ]),
      () => false,
      left > 0 ? [`and ${left} more regions, accessed as often or less`] : [],
    );
    return Promise.resolve({ "text/html": html, "text/plain": this.toString() });
  }
}

import { formatBytes, formatNr, formatNs, type RecordHeader, type Snapshot } from "../../damon/mod.ts";
import type { RecordedTarget, TimeRange } from "./targets.ts";
import { boundsText } from "./selection_line.ts";
import { isTargetSelected, type Selection } from "./selection.ts";
import type { UnmatchedRegions } from "./unmatched_regions.ts";
import { atStart, extentText, widen } from "./extents.ts";

/** A record has nothing of what was asked for; the message says what it has instead, and the way out. */
export class NothingSelectedError extends RangeError {
  /** A reader is shown the message alone: what it is called is the plain one's name. */
  override readonly name = "RangeError";
}

/** What was seen of a record while nothing of it was selected: bounds only, so that memory does not grow with it. */
export class NothingSelected {
  /** A snapshot's length in time, and where it lies in the record's clock. */
  readonly #length = { min: Infinity, max: -Infinity };
  readonly #clock = { min: Infinity, max: -Infinity };
  readonly #bytes = { min: Infinity, max: -Infinity };
  #lastIndex = -1;
  #inTime = 0;

  constructor(readonly header: RecordHeader, readonly selection: Selection, readonly regions: UnmatchedRegions) {}

  /** A snapshot of a selected target that is not in the selected time; it is the `index`-th of its target. */
  outOfTime({ startNs, endNs }: Pick<Snapshot, "startNs" | "endNs">, index: number): void {
    widen(this.#length, endNs - startNs);
    widen(this.#clock, startNs);
    widen(this.#clock, endNs);
    this.#lastIndex = Math.max(this.#lastIndex, index);
  }

  /** A snapshot in the selected time, of which so many bytes were left by the filters of regions. */
  inTime(bytes: number): void {
    this.#inTime++;
    widen(this.#bytes, bytes);
  }

  /**
   * Why nothing is selected.
   *
   * @param name What the record is called; absent where nobody named it.
   */
  error(targets: readonly RecordedTarget[], originNs: number, lastNs: number, name?: string): NothingSelectedError {
    const record = name ?? "the record";
    const { header, selection } = this;
    if (!targets.some((target) => isTargetSelected(target, header, selection))) {
      return new NothingSelectedError(noTarget(targets, selection, record));
    }
    if (this.#inTime === 0) return new NothingSelectedError(this.#noTime(originNs, lastNs, record));
    const { snapshotBytes } = selection;
    const unmatched = this.regions.message(record);
    if (unmatched !== undefined || !snapshotBytes) {
      return new NothingSelectedError(unmatched ?? `${atStart(record)} has no region at all: record for longer`);
    }
    const wanted = snapshotBytes.map((range) => boundsText(range, formatBytes)).join(" or ");
    return new NothingSelectedError(
      `No snapshot of ${record} has ${wanted}: they have ${extentText(this.#bytes, formatBytes)}. ` +
        "Ask for a size within that, or leave that filter out",
    );
  }

  #noTime(originNs: number, lastNs: number, record: string): string {
    const { timeRange, clockRanges, snapshotRanges } = this.selection;
    const isWithin = (startNs: number, endNs: number) => startNs < this.#clock.max && endNs > this.#clock.min;
    const short = ` of ${extentText(this.#length, formatNs)} each`;
    if (timeRange) {
      const { startNs, endNs } = timeRange;
      if (!isWithin(originNs + startNs, originNs + endNs)) return noTime(timeRange, lastNs - originNs, record);
      const wanted = `${secondsText(startNs)} to ${secondsText(endNs)} s`;
      if (!clockRanges && !snapshotRanges) {
        return `No snapshot of ${record} lies wholly in ${wanted}: its snapshots are${short}. Choose a longer time`;
      }
    }
    if (clockRanges && !clockRanges.some(({ startNs, endNs }) => isWithin(startNs, endNs))) {
      return `No snapshot of ${record} lies in that time of its clock: they lie in ${formatNr(this.#clock.min)} to ` +
        `${formatNr(this.#clock.max)} ns. Choose a time within that, or count from the record's start`;
    }
    if (snapshotRanges && !snapshotRanges.some(([first]) => first <= this.#lastIndex)) {
      const wanted = snapshotRanges.map((range) => boundsText(range, String)).join(" or ");
      return `${
        atStart(record)
      } has no snapshot ${wanted}: they count from 0 to ${this.#lastIndex}. Choose one of these`;
    }
    if (clockRanges && !timeRange && !snapshotRanges) {
      return `No snapshot of ${record} lies wholly in that time of its clock: its snapshots are${short}. Choose a longer time`;
    }
    return `No snapshot of ${record} lies in all of the times that were asked for: leave one of these filters out`;
  }
}

/** That a time is not the record's, which lasts so long. */
export function noTime({ startNs, endNs }: TimeRange, durationNs: number, record: string): string {
  return `No snapshot of ${record} lies in ${secondsText(startNs)} to ${secondsText(endNs)} s: it lasts ` +
    `${secondsText(durationNs)} s, counted from its first snapshot. Choose a time within that`;
}

/** That a target is none of the record's. */
export function noTarget(
  targets: readonly RecordedTarget[],
  { kdamond, target }: Pick<Selection, "kdamond" | "target">,
  record: string,
): string {
  const wanted = [kdamond !== undefined && `kdamond ${kdamond}`, target !== undefined && `target ${target}`];
  const has = targets.slice(0, 8).map(({ kdamond, index }) => `kdamond ${kdamond} target ${index}`).join(", ");
  const more = targets.length > 8 ? `, and ${formatNr(targets.length - 8)} more` : "";
  return `${atStart(record)} has no snapshot of ${
    wanted.filter(Boolean).join(" ")
  }: it has ${has}${more}. Choose one of these`;
}

/** A time in seconds, to the millisecond. */
export function secondsText(ns: number): string {
  return String(Number((ns / 1e9).toFixed(3)));
}

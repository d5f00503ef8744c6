import type { Mappings, RecordReader, Snapshot } from "../damon/mod.ts";
import { RegionPicker } from "./region_filter.ts";
import {
  countSnapshot,
  keyOf,
  namePids,
  newTargetOf,
  type RecordedTarget,
  type RecordSurvey,
} from "./record_survey.ts";
import { isTargetSelected, isTimeSelected, type Selection } from "./selection.ts";

/** What takes in a record's selected snapshots, one after the other, and keeps only what it needs of them. */
export interface Fold {
  /** Takes the next snapshot; its arrays are good until the call returns. */
  snapshot(snapshot: Snapshot, target: RecordedTarget, record: RecordStart): void;
  /** Takes what the addresses of a process are from now on. */
  mappings?(mappings: Mappings): void;
}

/** What is known of a record from its first snapshot on. */
export type RecordStart = Pick<RecordSurvey, "header" | "originNs">;

/** How a record is opened from its beginning. */
export type OpenRecord = () => Promise<RecordReader>;

/**
 * Reads a record once and hands what is selected of it to the folds.
 *
 * @throws {RangeError} where nothing is selected of a record that has snapshots.
 *
 * @example
 * ```ts ignore
 * const wss = new WssFold();
 * const survey = await foldRecord(() => openRecord("damon.arrow"), [wss], { target: 0 });
 * ```
 */
export async function foldRecord(
  open: OpenRecord,
  folds: readonly Fold[],
  selection: Selection = {},
): Promise<RecordSurvey> {
  await using record = await open();
  const { header } = record;
  const targets = new Map<string, RecordedTarget>();
  const indexes = new Map<RecordedTarget, number>();
  const picker = new RegionPicker(selection);
  let [originNs, lastNs, snapshots] = [NaN, -Infinity, 0];
  let start: RecordStart = { header, originNs };
  let footer: RecordSurvey["footer"];
  for await (const item of record.items()) {
    if (item.kind === "snapshot") {
      const { snapshot } = item;
      if (snapshots++ === 0) start = { header, originNs: originNs = snapshot.startNs };
      if (snapshot.endNs > lastNs) lastNs = snapshot.endNs;
      let target = targets.get(keyOf(snapshot));
      if (!target) targets.set(keyOf(snapshot), target = newTargetOf(snapshot, header, targets.values()));
      if (!isTargetSelected(target, header, selection)) continue;
      const index = indexes.get(target) ?? 0;
      indexes.set(target, index + 1);
      if (!isTimeSelected(snapshot, index, originNs, selection)) continue;
      const picked = picker.pick(snapshot, target.pid);
      if (selection.snapshotBytes && !hasBytes(picked, selection.snapshotBytes)) continue;
      countSnapshot(target, picked);
      for (const fold of folds) fold.snapshot(picked, target, start);
    } else if (item.kind === "mappings") {
      picker.see(item.mappings);
      for (const fold of folds) fold.mappings?.(item.mappings);
    } else if (item.kind === "footer") footer = item.footer;
  }
  namePids(targets.values(), footer);
  const durationNs = snapshots === 0 ? 0 : lastNs - originNs;
  const selected = [...targets.values()].filter((target) => target.snapshots > 0);
  if (snapshots > 0 && selected.length === 0) throw nothingOf([...targets.values()]);
  return {
    header,
    originNs,
    durationNs,
    timeRange: {
      startNs: Math.max(0, selection.timeRange?.startNs ?? 0),
      endNs: Math.min(durationNs, selection.timeRange?.endNs ?? durationNs),
    },
    targets: selected,
    snapshots,
    footer,
    incomplete: record.incomplete,
  };
}

function hasBytes({ regions }: Snapshot, ranges: readonly [min: number, max: number][]): boolean {
  let bytes = 0;
  for (let i = 0; i < regions.length; i++) bytes += regions.end[i] - regions.start[i];
  return ranges.some(([min, max]) => min <= bytes && bytes <= max);
}

function nothingOf(targets: readonly RecordedTarget[]): RangeError {
  const has = targets.slice(0, 8).map(({ kdamond, index }) => `kdamond ${kdamond} target ${index}`).join(", ");
  const more = targets.length > 8 ? `, and ${targets.length - 8} more` : "";
  return new RangeError(
    `Cannot report as a snapshot must be selected: none is; the record has ${has}${more}: choose another target or time`,
  );
}

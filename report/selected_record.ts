import {
  type AppliedRegions,
  type Mappings,
  type MemoryUsage,
  type Profile,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  Regions,
  type SchemeCounts,
  type Snapshot,
  timesOf,
  withFollowed,
} from "../damon/mod.ts";
import { AgesInForce } from "./ages_in_force.ts";
import { intersect } from "./ranges.ts";
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
  /** Takes the regions on which a scheme acted in one look; before the snapshot that it was about. */
  applied?(applied: AppliedRegions, record: Pick<RecordStart, "header">): void;
  /** Takes what a scheme had counted by then. */
  counts?(counts: SchemeCounts): void;
  /** Takes memory in use. */
  usage?(usage: MemoryUsage): void;
  /** Takes what a process ran; after the snapshots of that time. */
  profile?(profile: Profile): void;
}

/** What is known of a record from its first snapshot on. */
export type RecordStart = Pick<RecordSurvey, "header" | "originNs">;

/** How a record is opened from its beginning. */
export type OpenRecord = () => Promise<RecordReader>;

/** Picks the selected parts of a record's snapshots, which it must see in their order. */
class SnapshotPicker {
  readonly targets = new Map<string, RecordedTarget>();
  originNs = NaN;
  lastNs = -Infinity;
  snapshots = 0;
  readonly regions: RegionPicker;
  readonly #indexes = new Map<RecordedTarget, number>();
  readonly #ages: AgesInForce;
  /** Where it is known already: it says who the children are that were followed. */
  footer: RecordFooter | undefined;

  /** @param keepsAges The picked parts have their ages as they were recorded. */
  constructor(readonly header: RecordHeader, readonly selection: Selection, readonly keepsAges = false) {
    this.regions = new RegionPicker(selection);
    this.#ages = new AgesInForce(header);
  }

  /** The selected part of the next snapshot, and whose it is; `undefined` where none of it is. */
  pick(snapshot: Snapshot): { picked: Snapshot; target: RecordedTarget } | undefined {
    const { selection, targets, header } = this;
    if (this.snapshots++ === 0) this.originNs = snapshot.startNs;
    if (snapshot.endNs > this.lastNs) this.lastNs = snapshot.endNs;
    // Also of what is not selected: ages count it.
    const aged = this.#ages.of(snapshot);
    const key = keyOf(snapshot);
    let target = targets.get(key);
    if (!target) {
      targets.set(key, target = newTargetOf(snapshot, header, targets.values()));
      namePids([target], this.footer);
    }
    if (!isTargetSelected(target, header, selection)) return undefined;
    const index = this.#indexes.get(target) ?? 0;
    this.#indexes.set(target, index + 1);
    if (!isTimeSelected(snapshot, index, this.originNs, selection)) return undefined;
    const picked = this.regions.pick(this.keepsAges ? snapshot : aged, target.pid, aged.regions.age);
    if (selection.snapshotBytes && !hasBytes(picked, selection.snapshotBytes)) return undefined;
    return { picked, target };
  }
}

/** The footer, where it is needed from the first snapshot on: whose mappings are meant is known by pids. */
async function footerAhead(open: OpenRecord, { mappings }: Selection): Promise<RecordFooter | undefined> {
  if (!mappings) return undefined;
  await using record = await open();
  let footer: RecordFooter | undefined;
  for await (const item of record.items()) if (item.kind === "footer") footer = item.footer;
  return footer;
}

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
  const picker = new SnapshotPicker(header, selection);
  picker.footer = await footerAhead(open, selection);
  let start: RecordStart = { header, originNs: NaN };
  let footer: RecordSurvey["footer"];
  for await (const item of record.items()) {
    if (item.kind === "snapshot") {
      const found = picker.pick(item.snapshot);
      if (picker.snapshots === 1) start = { header, originNs: picker.originNs };
      if (!found) continue;
      countSnapshot(found.target, found.picked);
      for (const fold of folds) fold.snapshot(found.picked, found.target, start);
    } else if (item.kind === "mappings") {
      picker.regions.see(item.mappings);
      for (const fold of folds) fold.mappings?.(item.mappings);
    } else if (item.kind === "footer") footer = item.footer;
    else handOn(selectedDeed(item, header, start.originNs, selection), folds, header);
  }
  const targets = [...picker.targets.values()];
  namePids(targets, footer);
  const { snapshots, originNs, lastNs } = picker;
  const durationNs = snapshots === 0 ? 0 : lastNs - originNs;
  const selected = targets.filter((target) => target.snapshots > 0);
  if (snapshots > 0 && selected.length === 0) throw nothingOf(targets);
  return {
    header: withFollowed(header, footer),
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

type Deed = Extract<RecordItem, { kind: "applied" | "scheme_stats" | "usage" | "profile" }>;

/** What a scheme did, as far as it is selected by time, target and addresses: of accesses it knows nothing. */
function selectedDeed(item: Deed, header: RecordHeader, originNs: number, selection: Selection): Deed | undefined {
  // Which of it counts is said by the snapshots of that time.
  if (item.kind === "profile") return item;
  const { timeRange, addressRanges } = selection;
  const { startNs, endNs } = timesOf(item);
  if (timeRange && !(startNs - originNs >= timeRange.startNs && endNs - originNs <= timeRange.endNs)) return undefined;
  if (item.kind === "usage") return item;
  const { kdamond } = item.kind === "applied" ? item.applied : item.counts;
  const index = item.kind === "applied"
    ? Number(item.applied.targetId ?? selection.target ?? 0)
    : selection.target ?? 0;
  if (!isTargetSelected({ kdamond, index }, header, selection)) return undefined;
  if (item.kind === "scheme_stats" || !addressRanges) return item;
  const parts = [...item.applied.regions].flatMap((region) =>
    intersect([region], addressRanges).map((range) => ({ ...region, ...range }))
  );
  return parts.length > 0 ? { kind: item.kind, applied: { ...item.applied, regions: Regions.from(parts) } } : undefined;
}

function handOn(item: Deed | undefined, folds: readonly Fold[], header: RecordHeader): void {
  for (const fold of item ? folds : []) {
    if (item!.kind === "applied") fold.applied?.(item!.applied, { header });
    else if (item!.kind === "scheme_stats") fold.counts?.(item!.counts);
    else if (item!.kind === "profile") fold.profile?.(item!.profile);
    else fold.usage?.(item!.usage);
  }
}

/** Opens a record as one that has only what is selected of it, for what reads records itself. Times stay as they are. */
export function selectedRecord(open: OpenRecord, selection: Selection): OpenRecord {
  if (Object.keys(selection).length === 0) return open;
  return async () => {
    const record = await open();
    return {
      header: record.header,
      get incomplete() {
        return record.incomplete;
      },
      items: () => selectedItems(open, record, selection),
      [Symbol.asyncDispose]: () => record[Symbol.asyncDispose](),
    };
  };
}

async function* selectedItems(
  open: OpenRecord,
  record: RecordReader,
  selection: Selection,
): AsyncGenerator<RecordItem> {
  const picker = new SnapshotPicker(record.header, selection, true);
  picker.footer = await footerAhead(open, selection);
  for await (const item of record.items()) {
    if (item.kind === "mappings") picker.regions.see(item.mappings);
    if (item.kind !== "snapshot") yield item;
    else {
      const found = picker.pick(item.snapshot);
      if (found) yield { kind: "snapshot", snapshot: found.picked };
    }
  }
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

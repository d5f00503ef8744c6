import {
  type AppliedRegions,
  failed,
  keyOf,
  type Mappings,
  type MemoryUsage,
  option,
  type Profile,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  type Residency,
  said,
  type SchemeCounts,
  type Snapshot,
  type TargetKey,
  withFollowed,
  type WorkingSet,
} from "../../damon/mod.ts";
import { AgesInForce } from "./ages_in_force.ts";
import { NothingSelected, type NothingSelectedError } from "./nothing_selected.ts";
import { QualityGauge } from "./quality.ts";
import { RegionPicker, takesAllRegions } from "./region_filter.ts";
import type { RecordedTarget, TimeRange } from "./targets.ts";
import { countSnapshot, namePids, newTargetOf, type RecordSurvey } from "./survey.ts";
import { type SeenTarget, type SideItem, SideItemPicker } from "./selected_side_items.ts";
import { isTargetSelected, isTimeSelected, type Selection } from "./selection.ts";
import { UnmatchedRegions } from "./unmatched_regions.ts";

/** What takes in a record's selected snapshots, one after the other, and keeps only what it needs of them. */
export interface Fold {
  /** Takes the next snapshot; its arrays are good until the call returns. */
  snapshot(snapshot: Snapshot, target: RecordedTarget, record: RecordStart): void;
  /** Takes what the addresses of a process are from now on. */
  mappings?(mappings: Mappings): void;
  /** Takes the regions on which a scheme acted in one look; before the snapshot that it was about. */
  applied?(applied: AppliedRegions, record: Pick<RecordStart, "header">): void;
  /** Takes what a scheme had counted by then; `before` is what it had counted before the selected time. */
  counts?(counts: SchemeCounts, before?: SchemeCounts): void;
  /** Takes memory in use. */
  usage?(usage: MemoryUsage): void;
  /** Takes which memory of a process was there. */
  residency?(residency: Residency): void;
  /** Takes what a process touched in a window of time, as it was measured. */
  workingSet?(workingSet: WorkingSet): void;
  /** Takes what a process ran; after the snapshots of that time. */
  profile?(profile: Profile): void;
}

/** What is known of a record from its first snapshot on. */
export type RecordStart = Pick<RecordSurvey, "header" | "originNs">;

/** How a record is opened from its beginning. */
export type OpenRecord = () => Promise<RecordReader>;

/** Picks the selected parts of a record's snapshots, which it must see in their order. */
export class SnapshotPicker {
  originNs = NaN;
  lastNs = -Infinity;
  snapshots = 0;
  readonly regions: RegionPicker;
  readonly seen = new Map<TargetKey, SeenTarget>();
  readonly #ages: AgesInForce;
  /** What was seen of the record until something of it was selected. */
  readonly #nothing: NothingSelected;
  readonly #unmatched: UnmatchedRegions;
  #hasSnapshot = false;
  #hasRegion = false;
  /** Targets seen of each kdamond. */
  readonly #nrTargets = new Map<number, number>();
  /** Where it is known already: it says who the children are that were followed. */
  footer: RecordFooter | undefined;

  /** @param keepsAges The picked parts have their ages as they were recorded. */
  constructor(readonly header: RecordHeader, readonly selection: Selection, readonly keepsAges = false) {
    this.regions = new RegionPicker(selection);
    this.#ages = new AgesInForce(header);
    this.#unmatched = new UnmatchedRegions(selection);
    this.#nothing = new NothingSelected(header, selection, this.#unmatched);
    this.#hasRegion = takesAllRegions(selection);
  }

  /**
   * After the last snapshot: why nothing was selected of a record that has snapshots; `undefined` where something was.
   *
   * @param name What the record is called.
   */
  nothing(name?: string): NothingSelectedError | undefined {
    if (this.snapshots === 0 || this.#hasSnapshot && this.#hasRegion) return undefined;
    // Without a region in it a snapshot is what it is.
    if (this.#hasSnapshot && this.#unmatched.message("") === undefined) return undefined;
    return this.#nothing.error(this.targets(), this.originNs, this.lastNs, name);
  }

  /** Something that is no snapshot has a region that fits. */
  noteRegion(): void {
    this.#hasRegion = true;
  }

  /** All targets that were seen. */
  targets(): RecordedTarget[] {
    return Array.from(this.seen.values(), ({ target }) => target);
  }

  /** The selected part of the next snapshot, and whose it is; `undefined` where none of it is. */
  pick(snapshot: Snapshot): { picked: Snapshot; target: RecordedTarget } | undefined {
    const { selection, seen, header } = this;
    if (this.snapshots++ === 0) this.originNs = snapshot.startNs;
    if (snapshot.endNs > this.lastNs) this.lastNs = snapshot.endNs;
    // Also of what is not selected: ages count it.
    const aged = this.#ages.of(snapshot);
    const key = keyOf(snapshot);
    const { sampleUs, aggrUs } = snapshot;
    let known = seen.get(key);
    if (!known) {
      const others = this.#nrTargets.get(snapshot.kdamond) ?? 0;
      this.#nrTargets.set(snapshot.kdamond, others + 1);
      known = { target: newTargetOf(snapshot, header, others), count: 0, sampleUs, aggrUs };
      namePids([known.target], this.footer);
      seen.set(key, known);
    }
    const index = known.count++;
    [known.sampleUs, known.aggrUs] = [sampleUs, aggrUs];
    const { target } = known;
    if (!isTargetSelected(target, header, selection)) return undefined;
    if (!isTimeSelected(snapshot, index, this.originNs, selection)) {
      if (!this.#hasSnapshot) this.#nothing.outOfTime(snapshot, index);
      return undefined;
    }
    const picked = this.regions.pick(this.keepsAges ? snapshot : aged, target.pid, aged.regions.age);
    if (!this.#hasRegion) {
      this.#hasRegion = picked.regions.length > 0;
      if (!this.#hasRegion) this.#noteUnmatched(aged, target.pid);
    }
    if (!this.#hasSnapshot) this.#nothing.inTime(bytesOf(picked));
    if (selection.snapshotBytes && !hasBytes(picked, selection.snapshotBytes)) return undefined;
    this.#hasSnapshot = true;
    return { picked, target };
  }

  #noteUnmatched(snapshot: Snapshot, pid: number | undefined): void {
    this.#unmatched.add(snapshot, snapshot.regions.age, this.regions.namesWithin(pid, snapshot.regions));
  }
}

/** The footer, where it is needed from the first snapshot on: whose mappings or memory are meant is known by pids. */
export async function footerAhead(
  open: OpenRecord,
  { mappings, target, kdamond }: Selection,
  isUsageAsked = false,
): Promise<RecordFooter | undefined> {
  if (!mappings && !(isUsageAsked && (target !== undefined || kdamond !== undefined))) return undefined;
  await using record = await open();
  let footer: RecordFooter | undefined;
  let [hasMappings, hasSnapshots] = [false, false];
  for await (const item of record.items()) {
    if (item.kind === "footer") footer = item.footer;
    hasMappings ||= item.kind === "mappings";
    hasSnapshots ||= item.kind === "snapshot";
  }
  if (mappings && hasSnapshots && !hasMappings) {
    throw failed(RangeError, {
      what: `${record.name ?? "The record"} does not say what is mapped`,
      help: said`leave out ${option("mapping")}, or choose by ${option("address_range")}`,
    });
  }
  return footer;
}

/**
 * Reads a record once and hands what is selected of it to the folds.
 *
 * @param isAnySnapshotEnough Whether it is a result that no region fits the selection, in snapshots that do.
 * @throws {RangeError} where nothing is selected of a record that has snapshots, or cannot be: by mappings or ages that
 * it does not have.
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
  isAnySnapshotEnough = false,
): Promise<RecordSurvey> {
  await using record = await open();
  const { header } = record;
  const picker = new SnapshotPicker(header, selection);
  picker.footer = await footerAhead(
    open,
    selection,
    folds.some(({ usage, residency, workingSet }) => usage ?? residency ?? workingSet),
  );
  const sideItems = new SideItemPicker(picker);
  const quality = new QualityGauge(header, picker.footer);
  // What comes before the first snapshot: where the record's time begins is not known yet.
  const early: SideItem[] = [];
  let start: RecordStart = { header, originNs: NaN };
  let footer: RecordSurvey["footer"];
  for await (const item of record.items()) {
    quality.add(item);
    if (item.kind === "snapshot") {
      const found = picker.pick(item.snapshot);
      if (picker.snapshots === 1) {
        start = { header, originNs: picker.originNs };
        for (const sideItem of early) handOn(sideItems.pick(sideItem), folds, header);
      }
      if (!found) continue;
      countSnapshot(found.target, found.picked);
      for (const fold of folds) fold.snapshot(found.picked, found.target, start);
    } else if (item.kind === "mappings") {
      picker.regions.see(item.mappings);
      for (const fold of folds) fold.mappings?.(item.mappings);
    } else if (item.kind === "footer") footer = item.footer;
    else if (picker.snapshots === 0 && selection.timeRange) early.push(item);
    else handOn(sideItems.pick(item), folds, header);
  }
  const targets = picker.targets();
  namePids(targets, footer);
  const { snapshots, originNs, lastNs } = picker;
  const durationNs = snapshots === 0 ? 0 : lastNs - originNs;
  const selected = targets.filter((target) => target.snapshots > 0);
  const nothing = picker.nothing(record.name);
  if (nothing && !(isAnySnapshotEnough && selected.length > 0)) throw nothing;
  return {
    header: withFollowed(header, footer),
    originNs,
    durationNs,
    timeRange: {
      startNs: Math.max(0, selection.timeRange?.startNs ?? 0),
      endNs: Math.min(durationNs, selection.timeRange?.endNs ?? durationNs),
    },
    ...(Object.keys(selection).length > 0 && { selection }),
    targets: selected,
    ...(nothing && { nothing }),
    snapshots,
    footer,
    incomplete: record.incomplete,
    remarks: record.remarks ?? [],
    quality: quality.result(),
  };
}

function handOn(picked: ReturnType<SideItemPicker["pick"]>, folds: readonly Fold[], header: RecordHeader): void {
  if (!picked) return;
  const { sideItem, before } = picked;
  for (const fold of folds) {
    if (sideItem.kind === "applied") fold.applied?.(sideItem.applied, { header });
    else if (sideItem.kind === "scheme_stats") fold.counts?.(sideItem.counts, before);
    else if (sideItem.kind === "profile") fold.profile?.(sideItem.profile);
    else if (sideItem.kind === "residency") fold.residency?.(sideItem.residency);
    else if (sideItem.kind === "working_set") fold.workingSet?.(sideItem.workingSet);
    else fold.usage?.(sideItem.usage);
  }
}

/** A part of a record, which knows the time of the whole as soon as it was read. */
export interface SelectedRecord extends RecordReader {
  /** From the beginning of the record's first snapshot to the end of its last, ns; NaN before there is one. */
  readonly whole: TimeRange;
  /** Which part it is. */
  readonly selection: Selection;
  /** After all items were read: why it has nothing; `undefined` where it has something, or the record has no snapshot. */
  nothing(): NothingSelectedError | undefined;
}

/** Opens a record as one that has only what is selected of it, for what reads records itself. Times stay as they are. */
export function selectedRecord(open: OpenRecord, selection: Selection): OpenRecord {
  if (Object.keys(selection).length === 0) return open;
  return async (): Promise<SelectedRecord> => {
    const record = await open();
    const picker = new SnapshotPicker(record.header, selection, true);
    return {
      ...(record.name !== undefined && { name: record.name }),
      selection,
      nothing: () => picker.nothing(record.name),
      get whole() {
        return { startNs: picker.originNs, endNs: picker.lastNs };
      },
      header: record.header,
      get incomplete() {
        return record.incomplete;
      },
      get remarks() {
        return record.remarks ?? [];
      },
      items: () => selectedItems(open, record, picker),
      [Symbol.asyncDispose]: () => record[Symbol.asyncDispose](),
    };
  };
}

async function* selectedItems(
  open: OpenRecord,
  record: RecordReader,
  picker: SnapshotPicker,
): AsyncGenerator<RecordItem> {
  picker.footer = await footerAhead(open, picker.selection);
  for await (const item of record.items()) {
    if (item.kind === "mappings") picker.regions.see(item.mappings);
    if (item.kind !== "snapshot") yield item;
    else {
      const found = picker.pick(item.snapshot);
      if (found) yield { kind: "snapshot", snapshot: found.picked };
    }
  }
}

function bytesOf({ regions }: Snapshot): number {
  let bytes = 0;
  for (let i = 0; i < regions.length; i++) bytes += regions.end[i] - regions.start[i];
  return bytes;
}

function hasBytes(snapshot: Snapshot, ranges: readonly [min: number, max: number][]): boolean {
  const bytes = bytesOf(snapshot);
  return ranges.some(([min, max]) => min <= bytes && bytes <= max);
}

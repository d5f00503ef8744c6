import {
  type AppliedRegions,
  byPid,
  keyOf,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type SchemeCounts,
  type TargetKey,
} from "../../damon/mod.ts";
import { timesOf } from "../../damon/mod.ts";
import type { RecordedTarget } from "./targets.ts";
import { type RegionPicker, takesAllRegions } from "./region_filter.ts";
import { isTargetSelected, isTimeSelected, type Selection } from "./selection.ts";

/** What a record has of the time between its snapshots. */
export type SideItem = Extract<
  RecordItem,
  { kind: "applied" | "scheme_stats" | "usage" | "residency" | "working_set" | "profile" }
>;

/** A target, how many of its snapshots were read, and the intervals of the last one. */
export interface SeenTarget {
  target: RecordedTarget;
  count: number;
  sampleUs: number;
  aggrUs: number;
}

/** What was read of a record so far. */
export interface SeenRecord {
  readonly header: RecordHeader;
  readonly selection: Selection;
  readonly regions: RegionPicker;
  readonly footer: RecordFooter | undefined;
  readonly originNs: number;
  readonly seen: ReadonlyMap<TargetKey, SeenTarget>;
  /** Takes notice that something that is no snapshot has a region that fits. */
  noteRegion(): void;
}

/**
 * Picks what schemes did and what memory was in use by time and target, and the regions on which schemes acted as those
 * of snapshots are picked. What a scheme counted, and memory in use, nothing divides by regions.
 */
export class SideItemPicker {
  /** What each scheme had counted last before the selected time. */
  readonly #before = new Map<string, SchemeCounts>();

  constructor(readonly record: SeenRecord) {}

  /** The selected part of the next one, with what its counters began at; `undefined` where none of it is. */
  pick(item: SideItem): { sideItem: SideItem; before?: SchemeCounts } | undefined {
    // Which of it counts is said by the snapshots of that time.
    if (item.kind === "profile") return { sideItem: item };
    if (item.kind === "applied") return this.#applied(item.applied);
    const { header, selection } = this.record;
    if (item.kind !== "scheme_stats") {
      const { pid } = item.kind === "usage" ? item.usage : item.kind === "residency" ? item.residency : item.workingSet;
      const isSelected = this.#isUsageSelected(pid) && this.#isInTime(item, ({ target }) => target.pid === pid);
      return isSelected ? { sideItem: item } : undefined;
    }
    const { kdamond, context, scheme } = item.counts;
    if (!isTargetSelected({ kdamond, index: selection.target ?? 0 }, header, selection)) return undefined;
    const key = `${kdamond}/${context}/${scheme}`;
    const before = this.#before.get(key);
    if (this.#isInTime(item, ({ target }) => target.kdamond === kdamond)) {
      return { sideItem: item, ...(before && { before }) };
    }
    // After the selected time nothing comes that would need it.
    this.#before.set(key, item.counts);
    return undefined;
  }

  #applied(applied: AppliedRegions): { sideItem: SideItem } | undefined {
    const { header, selection, regions: picker, seen } = this.record;
    const { kdamond, targetId, regions } = applied;
    const known = targetId === undefined ? undefined : seen.get(keyOf({ kdamond, targetId }));
    const index = known?.target.index ?? Number(targetId ?? selection.target ?? 0);
    const isSelected = isTargetSelected({ kdamond, index }, header, selection) &&
      this.#isInTime({ kind: "applied", applied }, (one) => one === known);
    if (!isSelected) return undefined;
    if (takesAllRegions(selection)) return { sideItem: { kind: "applied", applied } };
    const context = byPid(header.kdamonds, kdamond)?.contexts[0];
    const targets = context?.targets ?? [];
    const intervals = known ?? context?.intervals;
    const [sampleUs, aggrUs] = [intervals?.sampleUs ?? NaN, intervals?.aggrUs ?? NaN];
    // Where it is not told, one target leaves no doubt.
    const pid = targetId !== undefined || targets.length === 1 ? known?.target.pid ?? targets[index]?.pid : undefined;
    const snapshot = { kdamond, targetId: targetId ?? 0n, startNs: NaN, endNs: NaN, sampleUs, aggrUs, regions };
    const picked = picker.pick(snapshot, pid).regions;
    if (picked.length > 0) this.record.noteRegion();
    return picked.length > 0 ? { sideItem: { kind: "applied", applied: { ...applied, regions: picked } } } : undefined;
  }

  /** By the time itself, or by the number of the snapshot that comes next of those it is about; of any, if of none. */
  #isInTime(item: SideItem, isAbout: (one: SeenTarget) => boolean): boolean {
    const { seen, originNs, selection } = this.record;
    let [index, indexOfAll, isOfAny] = [0, 0, false];
    // Nothing else asks for it, and there may be many targets.
    if (selection.snapshotRanges) {
      for (const one of seen.values()) {
        indexOfAll = Math.max(indexOfAll, one.count);
        if (!isAbout(one)) continue;
        index = Math.max(index, one.count);
        isOfAny = true;
      }
    }
    return isTimeSelected(timesOf(item), isOfAny ? index : indexOfAll, originNs, selection);
  }

  /** The machine's memory belongs to all targets. */
  #isUsageSelected(pid: number): boolean {
    const { header, selection, footer } = this.record;
    if (pid === 0 || (selection.target === undefined && selection.kdamond === undefined)) return true;
    const pidsOf = (kdamond: number) =>
      footer?.targets?.find((targets) => targets.kdamond === kdamond)?.pids ?? footer?.pages?.pids;
    return header.kdamonds.some(({ pid: kdamond, contexts }) => {
      const pids = pidsOf(kdamond) ?? (contexts[0]?.targets ?? []).map((target) => target.pid);
      return pids.some((one, index) => one === pid && isTargetSelected({ kdamond, index }, header, selection));
    });
  }
}

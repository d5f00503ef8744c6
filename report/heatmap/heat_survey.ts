import {
  keyOf,
  maxNrAccessesOf,
  type RecordFooter,
  type RecordReader,
  type Snapshot,
  type TargetKey,
  withFollowed,
} from "../../damon/mod.ts";
import {
  AddressHistogram,
  binsOfEach,
  countSnapshot,
  isTargetSelected,
  MappingNames,
  namePids,
  newTargetOf,
  noTarget,
  NothingSelectedError,
  noTime,
  QualityGauge,
  type RecordedTarget,
  type RecordSurvey,
  secondsText,
  type SelectedRecord,
  type Selection,
  type TimeRange,
  UnmatchedRegions,
} from "../record/mod.ts";

/** What a heat map shows of a record; everything by default. */
export interface HeatSelection extends Pick<Selection, "addressRanges"> {
  /** Only this kdamond: its pid, or its index in the record. */
  kdamond?: number;
  /** Only this target: its index in the context. */
  target?: number;
  /** Only this time. */
  timeRange?: TimeRange;
}

/** One monitored target, as a whole record saw it. */
export interface SurveyedTarget extends RecordedTarget {
  /** How long each address was monitored and accessed. */
  addresses: AddressHistogram;
  /** Its last snapshot, where the recorder told what of its regions was in memory. */
  last?: Snapshot;
}

/** What must be known of a record before its heat can be binned. */
export interface HeatSurvey extends RecordSurvey {
  /** Those with a snapshot in the selection. */
  targets: SurveyedTarget[];
  /** Names of each process's addresses. */
  names: Map<number, MappingNames>;
}

/**
 * Reads a record once to learn its extent in time and address space, which ranges are hot, and what they are called.
 *
 * @throws {RangeError} where the selection and the record have nothing in common.
 */
export async function surveyHeat(record: RecordReader, selection: HeatSelection = {}): Promise<HeatSurvey> {
  const targets = new Map<TargetKey, SurveyedTarget>();
  const nrTargets = new Map<number, number>();
  const names = new Map<number, MappingNames>();
  let [originNs, firstNs, lastNs, snapshots] = [NaN, NaN, -Infinity, 0];
  let footer: RecordFooter | undefined;
  const quality = new QualityGauge(record.header);
  const unmatched = new UnmatchedRegions({
    ...(selection.addressRanges && { addressRanges: selection.addressRanges }),
  });
  const nrRecorded = record.header.kdamonds.reduce((sum, { contexts }) => sum + (contexts[0]?.targets.length ?? 0), 0);
  for await (const item of record.items()) {
    quality.add(item);
    if (item.kind === "snapshot") {
      const { snapshot } = item;
      if (snapshots++ === 0) {
        firstNs = snapshot.startNs;
        originNs = (record as Partial<SelectedRecord>).whole?.startNs ?? firstNs;
      }
      lastNs = Math.max(lastNs, snapshot.endNs);
      const key = keyOf(snapshot);
      let target = targets.get(key);
      if (!target) {
        const others = nrTargets.get(snapshot.kdamond) ?? 0;
        nrTargets.set(snapshot.kdamond, others + 1);
        target = {
          ...newTargetOf(snapshot, record.header, others),
          addresses: new AddressHistogram(binsOfEach(Math.max(nrRecorded, targets.size + 1))),
        };
        targets.set(key, target);
      }
      if (isTargetSelected(target, record.header, selection)) {
        if (surveySnapshot(snapshot, target, originNs, selection.timeRange) && !unmatched.isMatched) {
          unmatched.add(snapshot, snapshot.regions.age, []);
        }
      }
    } else if (item.kind === "mappings") {
      const { pid, mappings } = item.mappings;
      if (!names.has(pid)) names.set(pid, new MappingNames());
      names.get(pid)!.overlay(mappings);
    } else if (item.kind === "footer") footer = item.footer;
  }
  namePids(targets.values(), footer);
  const { whole, selection: selected, nothing } = record as Partial<SelectedRecord>;
  const all = { ...selected, ...selectionOf(selection) };
  const reason = nothing?.();
  if (reason) throw reason;
  const endNs = whole?.endNs ?? lastNs;
  const durationNs = snapshots === 0 ? 0 : endNs - originNs;
  // Where single snapshots were selected, the time from the first to the last of them.
  const seen = { startNs: firstNs - originNs, endNs: lastNs - originNs };
  const wanted = selection.timeRange ?? (snapshots === 0 ? { startNs: 0, endNs: 0 } : seen);
  const survey: HeatSurvey = {
    header: withFollowed(record.header, footer),
    originNs,
    durationNs,
    timeRange: { startNs: Math.max(0, wanted.startNs), endNs: Math.min(durationNs, wanted.endNs) },
    targets: [...targets.values()].filter((target) => target.snapshots > 0),
    ...(Object.keys(all).length > 0 && { selection: all }),
    names,
    snapshots,
    footer,
    incomplete: record.incomplete,
    remarks: record.remarks ?? [],
    quality: quality.result(),
  };
  checkSelection(survey, [...targets.values()], selection, record.name ?? "the record");
  const nowhere = selection.addressRanges && !unmatched.isMatched && unmatched.message(record.name ?? "the record");
  if (nowhere) throw new NothingSelectedError(nowhere);
  return survey;
}

/** Only what selects: options of the drawing are with it. */
function selectionOf({ kdamond, target, timeRange, addressRanges }: HeatSelection & Pick<Selection, "addressRanges">) {
  return {
    ...(kdamond !== undefined && { kdamond }),
    ...(target !== undefined && { target }),
    ...(timeRange && { timeRange }),
    ...(addressRanges && { addressRanges }),
  };
}

/** Whether some of it lies in the time. */
function surveySnapshot(snapshot: Snapshot, target: SurveyedTarget, originNs: number, range?: TimeRange): boolean {
  const startNs = Math.max(snapshot.startNs, originNs + (range?.startNs ?? 0));
  const endNs = Math.min(snapshot.endNs, originNs + (range?.endNs ?? Infinity));
  if (!(startNs < endNs)) return false;
  const { start, end, nrAccesses, length } = snapshot.regions;
  countSnapshot(target, snapshot);
  if (snapshot.evidence) target.last = snapshot;
  const max = maxNrAccessesOf(snapshot);
  const ns = Math.round(endNs - startNs);
  for (let from = 0; from < length;) {
    // Regions that touch are one run: it is looked up once.
    let to = from + 1;
    while (to < length && start[to] === end[to - 1]) to++;
    const area = target.addresses.areaOf(start[from], end[to - 1]);
    area.addWatched(start[from], end[to - 1], ns);
    for (let i = from; i < to; i++) {
      const accesses = nrAccesses[i];
      if (accesses > 0) area.addHeat(start[i], end[i], Math.ceil(ns * Math.min(1, accesses / max)));
    }
    from = to;
  }
  return true;
}

function checkSelection(survey: HeatSurvey, all: SurveyedTarget[], selection: HeatSelection, record: string): void {
  const { timeRange: { startNs, endNs }, snapshots, durationNs, targets, header } = survey;
  if (snapshots === 0) return;
  if (!(startNs < endNs)) throw new NothingSelectedError(noTime(selection.timeRange!, durationNs, record));
  if (targets.length > 0) return;
  if (!all.some((target) => isTargetSelected(target, header, selection))) {
    throw new NothingSelectedError(noTarget(all, selection, record));
  }
  throw new NothingSelectedError(
    `No snapshot of ${record} lies in ${secondsText(startNs)} to ${
      secondsText(endNs)
    } s: that is a gap between them. ` +
      "Choose a longer time",
  );
}

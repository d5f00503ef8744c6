import {
  type AddressRange,
  evidenceAt,
  probeHitsAt,
  type RecordItem,
  Regions,
  type Snapshot,
  timesOf,
} from "../../damon/mod.ts";

/** Which part of a record is kept; everything by default. */
export interface RecordSelection {
  /** Only snapshots that lie in this time at least in part, ns from the start of the first. */
  timeRange?: { startNs: number; endNs: number };
  /** Only these addresses; regions are cut at the bounds. */
  addressRanges?: readonly AddressRange[];
  /** Only this kdamond: its pid, or the number that the record gives it. */
  kdamond?: number;
  /** Only the target that comes at this place among those of a kdamond. */
  target?: number;
  /** Only these snapshots of each target, counted from 0; `end` does not belong to it. */
  snapshots?: { start: number; end: number };
}

/**
 * The part of a record's items that is selected, as they come. Memory maps stay while their time may matter; the footer
 * stays.
 */
export async function* selectItems(
  items: AsyncIterable<RecordItem>,
  selection: RecordSelection,
): AsyncGenerator<RecordItem> {
  const { timeRange, addressRanges, kdamond, target, snapshots } = selection;
  /** By kdamond, the targets in the order of appearance. */
  const targets = new Map<number, bigint[]>();
  const counts = new Map<string, number>();
  let originNs = NaN;
  for await (const item of items) {
    if (item.kind === "mappings") {
      // Earlier ones say what is mapped in the range, later ones do not.
      const isLater = timeRange && item.mappings.timeNs - originNs >= timeRange.endNs;
      if (!isLater) yield item;
      continue;
    }
    if (item.kind !== "snapshot") {
      const kept = selectOther(item, selection, originNs);
      if (kept) yield kept;
      continue;
    }
    const { snapshot } = item;
    if (Number.isNaN(originNs)) originNs = snapshot.startNs;
    if (kdamond !== undefined && snapshot.kdamond !== kdamond) continue;
    const known = targets.get(snapshot.kdamond) ?? [];
    if (!known.includes(snapshot.targetId)) targets.set(snapshot.kdamond, [...known, snapshot.targetId]);
    if (target !== undefined && indexOf(snapshot, targets.get(snapshot.kdamond)!) !== target) continue;
    const key = `${snapshot.kdamond}/${snapshot.targetId}/${snapshot.scheme?.index ?? ""}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    if (snapshots && (count < snapshots.start || count >= snapshots.end)) continue;
    if (timeRange) {
      const [startNs, endNs] = [snapshot.startNs - originNs, snapshot.endNs - originNs];
      if (startNs >= timeRange.endNs || endNs <= timeRange.startNs) continue;
    }
    yield { kind: "snapshot", snapshot: addressRanges ? withinAddresses(snapshot, addressRanges) : snapshot };
  }
}

/** What is neither a snapshot nor a memory map, or the selected part of it. Before the first snapshot nothing is left out by time. */
function selectOther(
  item: Exclude<RecordItem, { kind: "snapshot" | "mappings" }>,
  { timeRange, addressRanges, kdamond, target }: RecordSelection,
  originNs: number,
): RecordItem | undefined {
  if (item.kind === "footer") return item;
  const { startNs, endNs } = timesOf(item);
  if (timeRange && (startNs - originNs >= timeRange.endNs || endNs - originNs < timeRange.startNs)) return undefined;
  if (item.kind !== "applied" && item.kind !== "scheme_stats") return item;
  const from = item.kind === "applied" ? item.applied : item.counts;
  if (kdamond !== undefined && from.kdamond !== kdamond) return undefined;
  if (item.kind === "scheme_stats") return item;
  const { applied } = item;
  if (target !== undefined && applied.targetId !== undefined && Number(applied.targetId) !== target) return undefined;
  if (!addressRanges) return item;
  const regions = cutRegions(applied.regions, addressRanges);
  return regions.length > 0 ? { kind: "applied", applied: { ...applied, regions } } : undefined;
}

/** Regions with only what lies in the ranges. */
function cutRegions(regions: Regions, ranges: readonly AddressRange[]): Regions {
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  return Regions.from([...regions].flatMap((region) =>
    sorted.flatMap(({ start, end }) => {
      const [from, to] = [Math.max(region.start, start), Math.min(region.end, end)];
      return from < to ? [{ ...region, start: from, end: to }] : [];
    })
  ));
}

/** Ids are indices since Linux 5.18; before that they are pointers, and the order of appearance counts. */
function indexOf({ targetId }: Snapshot, known: readonly bigint[]): number {
  return targetId < 2n ** 31n ? Number(targetId) : known.indexOf(targetId);
}

/** The snapshot with only what lies in the ranges: regions are cut, what passed filters and what was in memory by the same share. */
export function withinAddresses(snapshot: Snapshot, ranges: readonly AddressRange[]): Snapshot {
  const { start, end, nrAccesses, age, length } = snapshot.regions;
  const { scheme, ...rest } = snapshot;
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  const [starts, ends, accesses, ages, passed, indices]: number[][] = [[], [], [], [], [], []];
  for (let i = 0; i < length; i++) {
    for (const range of sorted) {
      const from = Math.max(start[i], range.start);
      const to = Math.min(end[i], range.end);
      if (from >= to) continue;
      starts.push(from);
      ends.push(to);
      indices.push(i);
      accesses.push(nrAccesses[i]);
      ages.push(age[i]);
      passed.push(Math.floor((scheme?.passedBytes?.[i] ?? 0) * (to - from) / (end[i] - start[i])));
    }
  }
  const parts = indices.map((at, i) => ({ at, start: starts[i], end: ends[i] }));
  return {
    ...rest,
    regions: new Regions(
      Float64Array.from(starts),
      Float64Array.from(ends),
      Uint32Array.from(accesses),
      Uint32Array.from(ages),
    ),
    ...probeHitsAt(snapshot, indices),
    ...evidenceAt(snapshot, parts),
    ...(scheme && { scheme: { ...scheme, ...(scheme.passedBytes && { passedBytes: Float64Array.from(passed) }) } }),
  };
}

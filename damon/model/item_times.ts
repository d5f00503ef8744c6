import type { RecordItem } from "./record.ts";

/** Begin and end of an item on the record's clock, ns; the footer ends all. */
export function timesOf(item: RecordItem): { startNs: number; endNs: number } {
  switch (item.kind) {
    case "snapshot":
      return item.snapshot;
    case "applied":
      return item.applied;
    case "mappings":
      return { startNs: item.mappings.timeNs, endNs: item.mappings.timeNs };
    case "scheme_stats":
      return { startNs: item.counts.timeNs, endNs: item.counts.timeNs };
    case "usage":
      return { startNs: item.usage.timeNs, endNs: item.usage.timeNs };
    case "residency":
      return { startNs: item.residency.timeNs, endNs: item.residency.timeNs };
    case "working_set":
      return item.workingSet;
    case "profile":
      return item.profile;
    case "footer":
      return { startNs: item.footer.endNs, endNs: item.footer.endNs };
  }
}

/** The same item, `byNs` later on the clock. */
export function movedInTime(item: RecordItem, byNs: number): RecordItem {
  if (byNs === 0) return item;
  const moved = <T extends { startNs: number; endNs: number }>(of: T): T => ({
    ...of,
    startNs: of.startNs + byNs,
    endNs: of.endNs + byNs,
  });
  const movedAt = <T extends { timeNs: number }>(of: T): T => ({ ...of, timeNs: of.timeNs + byNs });
  switch (item.kind) {
    case "snapshot":
      return { kind: item.kind, snapshot: moved(item.snapshot) };
    case "applied":
      return { kind: item.kind, applied: moved(item.applied) };
    case "mappings":
      return { kind: item.kind, mappings: movedAt(item.mappings) };
    case "scheme_stats":
      return { kind: item.kind, counts: movedAt(item.counts) };
    case "usage":
      return { kind: item.kind, usage: movedAt(item.usage) };
    case "residency":
      return { kind: item.kind, residency: movedAt(item.residency) };
    case "working_set":
      return { kind: item.kind, workingSet: moved(item.workingSet) };
    case "profile":
      return { kind: item.kind, profile: moved(item.profile) };
    case "footer":
      return { kind: item.kind, footer: { ...item.footer, endNs: item.footer.endNs + byNs } };
  }
}

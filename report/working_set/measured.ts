import type { MappingWorkingSet, WorkingSet } from "../../damon/mod.ts";
import type { Selection } from "../record/mod.ts";
import type { WorkingSetSample } from "./working_set.ts";
import type { AddressLayout } from "./layout.ts";

/** What of a mapping, or of all of one name, belongs to a working set. */
export interface PartOfSet {
  /** Its name; empty where nothing is known. */
  name: string;
  /** Bytes touched. */
  bytes: number;
  /** Bytes in memory; absent where that is not known. */
  residentBytes?: number;
  /** Pages that were looked at, where it was measured. */
  looks?: number;
  /** Of them, those that were touched. */
  hits?: number;
}

/**
 * A measured working set as a sample, and its parts by name; what is selected of it. `undefined` where regions are selected
 * by what they are like: what was measured is of mappings.
 */
export function measuredPart(
  measured: WorkingSet,
  layout: AddressLayout,
  { addressRanges, mappings: names, regionBytes, accessPercent, ageNs, temperatures }: Selection,
): { sample: WorkingSetSample; parts: PartOfSet[] } | undefined {
  if (regionBytes || accessPercent || ageNs || temperatures) return undefined;
  const isPart = Boolean(addressRanges ?? names);
  if (isPart && measured.mappings.length === 0) return undefined;
  const parts = new Map<string, Required<PartOfSet>>();
  const shared = new Map<string, number>();
  let [bytes, residentBytes, variance] = [0, 0, 0];
  for (const mapping of measured.mappings) {
    const range = layout.at(mapping.start);
    const name = range?.name ?? "";
    if (names && !names.some((wanted) => name.toLowerCase().includes(wanted.toLowerCase()))) continue;
    const share = addressRanges ? shareWithin(mapping, addressRanges) : 1;
    if (share === 0) continue;
    bytes += mapping.bytes * share;
    residentBytes += mapping.residentBytes * share;
    variance += varianceOf(mapping) * share ** 2;
    if (range?.shared !== undefined) {
      shared.set(range.shared, (shared.get(range.shared) ?? 0) + mapping.bytes * share);
    }
    const part = parts.get(name) ?? { name, bytes: 0, residentBytes: 0, looks: 0, hits: 0 };
    part.bytes += mapping.bytes * share;
    part.residentBytes += mapping.residentBytes * share;
    part.looks += mapping.looks * share;
    part.hits += mapping.hits * share;
    parts.set(name, part);
  }
  const all = isPart ? { bytes, residentBytes } : measured;
  const error = isPart && measured.errorBytes > 0 ? Math.sqrt(variance) : measured.errorBytes / 1.96;
  return {
    sample: {
      ...{ startNs: measured.startNs, endNs: measured.endNs },
      ...{ bytes: Math.min(all.bytes, all.residentBytes), lowBytes: all.bytes, highBytes: all.bytes },
      ...{ variance: error ** 2, residentBytes: all.residentBytes, shared },
    },
    parts: [...parts.values()],
  };
}

/** As a random sample of the mapping's pages has it. */
function varianceOf({ residentBytes, looks, hits }: MappingWorkingSet): number {
  if (looks === 0) return (residentBytes / 2) ** 2;
  const share = (hits + 0.5) / (looks + 1);
  return residentBytes ** 2 * share * (1 - share) / looks;
}

function shareWithin({ start, end }: MappingWorkingSet, ranges: NonNullable<Selection["addressRanges"]>): number {
  const within = ranges.reduce(
    (sum, range) => sum + Math.max(0, Math.min(end, range.end) - Math.max(start, range.start)),
    0,
  );
  return Math.min(1, within / (end - start));
}

import type { MappingWorkingSet, Residency, WorkingSet } from "../damon/mod.ts";
import type { SampledArea } from "../ffi/pages.ts";

/** x86-64's, the only machine that pages are sampled on. */
const PAGE_BYTES = 4096;

const sumOf = (areas: readonly SampledArea[], of: (area: SampledArea) => number) =>
  areas.reduce((sum, area) => sum + of(area), 0);

/** What was in memory of a process. */
export function residencyOf(pid: number, timeNs: number, areas: readonly SampledArea[]): Residency {
  return {
    timeNs,
    pid,
    residentBytes: sumOf(areas, ({ residentBytes }) => residentBytes),
    swapBytes: sumOf(areas, ({ swapBytes }) => swapBytes),
    mappings: areas.map(({ start, end, residentBytes, swapBytes }) => ({ start, end, residentBytes, swapBytes })),
  };
}

/** A window of time, ns of the record's clock. */
export interface Window {
  startNs: number;
  endNs: number;
}

/** What a process accessed in a window in which every page was looked at. */
export function exactWorkingSet(pid: number, window: Window, areas: readonly SampledArea[]): WorkingSet {
  const mappings = areas.filter(({ residentBytes }) => residentBytes > 0)
    .map(({ start, end, residentBytes, usedBytes }): MappingWorkingSet => ({
      start,
      end,
      residentBytes,
      bytes: usedBytes,
      looks: residentBytes / PAGE_BYTES,
      hits: usedBytes / PAGE_BYTES,
    }));
  const residentBytes = sumOf(areas, (area) => area.residentBytes);
  return { ...exactUnion(window, { residentBytes, usedBytes: sumOf(areas, (area) => area.usedBytes) }), pid, mappings };
}

/** The same of all processes together, with memory that several of them map counted once. */
export function exactUnion(window: Window, bytes: { residentBytes: number; usedBytes: number }): WorkingSet {
  const { residentBytes, usedBytes } = bytes;
  return {
    ...window,
    pid: 0,
    method: "exact",
    residentBytes,
    bytes: usedBytes,
    errorBytes: 0,
    looks: residentBytes / PAGE_BYTES,
    hits: usedBytes / PAGE_BYTES,
    mappings: [],
  };
}

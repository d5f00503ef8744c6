import type { MappingWorkingSet, Residency, WorkingSet } from "../../damon/mod.ts";
import type { PanelStratum, SampledArea } from "../../ffi/mod.ts";

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

/**
 * What a process accessed in a window in which every page was looked at.
 *
 * @param lostShare Of the time, in which accesses were lost: as much of it may have been missed.
 */
export function exactWorkingSet(
  pid: number,
  window: Window,
  areas: readonly SampledArea[],
  lostShare = 0,
): WorkingSet {
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
  const usedBytes = sumOf(areas, (area) => area.usedBytes);
  return { ...exactUnion(window, { residentBytes, usedBytes }, lostShare), pid, mappings };
}

/** The same of all processes together, with memory that several of them map counted once. */
export function exactUnion(
  window: Window,
  bytes: { residentBytes: number; usedBytes: number },
  lostShare = 0,
): WorkingSet {
  const { residentBytes, usedBytes } = bytes;
  return {
    ...window,
    pid: 0,
    method: "exact",
    residentBytes,
    bytes: usedBytes,
    errorBytes: Math.min(residentBytes - usedBytes, lostShare * usedBytes),
    looks: residentBytes / PAGE_BYTES,
    hits: usedBytes / PAGE_BYTES,
    mappings: [],
  };
}

/**
 * What a process accessed in a window, by pages drawn at random of each mapping.
 *
 * @param pages In memory when they were drawn, and at the end: what has come since then has been accessed, and of what was
 *   there but could not be drawn (it came after the last look at all of it) the share of the others has.
 */
export function panelWorkingSet(
  pid: number,
  window: Window,
  strata: readonly PanelStratum[],
  pages: { atStart: number; atEnd: number },
): WorkingSet {
  const sum = (of: (stratum: PanelStratum) => number) => strata.reduce((total, stratum) => total + of(stratum), 0);
  const [looks, hits] = [sum((stratum) => stratum.looks), sum((stratum) => stratum.hits)];
  const overall = looks > 0 ? hits / looks : 0;
  let variance = 0;
  const mappings = strata.map(({ start, end, residentBytes, looks, hits }): MappingWorkingSet => {
    variance += varianceOf(residentBytes / PAGE_BYTES, looks, hits);
    // Of what could not be looked at, as other processes map it too, the rest is the best guess.
    const share = looks > 0 ? hits / looks : overall;
    return { start, end, residentBytes, bytes: share * residentBytes, looks, hits };
  });
  const drawnFrom = sum((stratum) => stratum.residentBytes);
  const others = Math.max(0, pages.atStart * PAGE_BYTES - drawnFrom);
  const grown = Math.max(0, pages.atEnd - pages.atStart) * PAGE_BYTES;
  const residentBytes = drawnFrom + others + grown;
  variance += varianceOf(others / PAGE_BYTES, looks, hits);
  const bytes = mappings.reduce((total, mapping) => total + mapping.bytes, 0) + overall * others + grown;
  const errorBytes = 1.96 * Math.sqrt(variance) * PAGE_BYTES;
  return { ...window, pid, method: "panel", residentBytes, bytes, errorBytes, looks, hits, mappings };
}

/**
 * Variance of the pages accessed, of `pages` of which `looks` were drawn. As if two more looks had found an access and two
 * none (Agresti and Coull): few looks that all say the same are not sure.
 */
function varianceOf(pages: number, looks: number, hits: number): number {
  if (pages === 0 || looks >= pages) return 0;
  const share = (hits + 2) / (looks + 4);
  return pages ** 2 * share * (1 - share) / (looks + 4) * (1 - looks / pages);
}

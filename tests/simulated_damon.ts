import { Regions, type Snapshot } from "../damon/mod.ts";

const PAGE = 4096;
/** Samples of an aggregation interval: every 5 ms in 100 ms. */
export const SAMPLES = 20;

interface Region {
  /** First page and one past the last. */
  start: number;
  end: number;
  nrAccesses: number;
  lastNrAccesses: number;
  age: number;
}

/** What a simulated DAMON watches. */
export interface Simulation {
  /** It watches so many pages, from address 0 on. */
  pages: number;
  /** Whether a page is accessed in a sampling interval. */
  isAccessed(page: number, sample: number): boolean;
  /** Aggregation intervals. */
  snapshots: number;
  nrRegions: { min: number; max: number };
  /** Uniform in `[0, 1)`. */
  random: () => number;
}

/**
 * Snapshots as Linux 6.12's DAMON would make them of a process of which every access is known: its regions split at tenths, merge where
 * they differ by a tenth of the most accesses, and lie over borders as the kernel's do (mm/damon/core.c).
 */
export function simulateDamon({ pages, isAccessed, snapshots, nrRegions, random }: Simulation): Snapshot[] {
  const limit = Math.ceil(pages / nrRegions.min);
  let regions: Region[] = [];
  for (let at = 0; at < pages; at += limit) {
    regions.push({ start: at, end: Math.min(pages, at + limit), nrAccesses: 0, lastNrAccesses: 0, age: 0 });
  }
  let lastCount = 0;
  return Array.from({ length: snapshots }, (_, n) => {
    for (let sample = n * SAMPLES; sample < (n + 1) * SAMPLES; sample++) {
      for (const region of regions) {
        const page = region.start + Math.floor(random() * (region.end - region.start));
        if (isAccessed(page, sample)) region.nrAccesses++;
      }
    }
    regions = merged(regions, limit);
    const snapshot = snapshotOf(regions, n);
    for (const region of regions) [region.lastNrAccesses, region.nrAccesses] = [region.nrAccesses, 0];
    const count = regions.length;
    if (count <= nrRegions.max / 2) {
      regions = split(regions, lastCount === count && count < nrRegions.max / 3 ? 3 : 2, random);
    }
    lastCount = count;
    return snapshot;
  });
}

function merged(regions: readonly Region[], limit: number): Region[] {
  const threshold = Math.floor(Math.max(...regions.map(({ nrAccesses }) => nrAccesses)) / 10);
  const all: Region[] = [];
  for (const region of regions) {
    region.age = Math.abs(region.nrAccesses - region.lastNrAccesses) > threshold ? 0 : region.age + 1;
    const last = all.at(-1);
    const isAlike = last && Math.abs(last.nrAccesses - region.nrAccesses) <= threshold;
    if (!isAlike || region.end - last.start > limit) {
      all.push(region);
      continue;
    }
    const [a, b] = [last.end - last.start, region.end - region.start];
    for (const field of ["nrAccesses", "age"] as const) {
      last[field] = Math.floor((last[field] * a + region[field] * b) / (a + b));
    }
    last.end = region.end;
  }
  return all;
}

function split(regions: readonly Region[], parts: number, random: () => number): Region[] {
  return regions.flatMap((whole) => {
    const pieces = [{ ...whole }];
    for (let i = 1; i < parts; i++) {
      const last = pieces.at(-1)!;
      const pages = last.end - last.start;
      const at = last.start + Math.floor((1 + Math.floor(random() * 9)) * pages / 10);
      if (pages <= 2 || at === last.start) continue;
      pieces.push({ ...last, start: at });
      last.end = at;
    }
    return pieces;
  });
}

function snapshotOf(regions: readonly Region[], n: number): Snapshot {
  const rows = regions.map(({ start, end, nrAccesses, age }) => ({
    start: start * PAGE,
    end: end * PAGE,
    nrAccesses,
    age,
  }));
  return {
    ...{ kdamond: 7, targetId: 0n, startNs: n * 1e8, endNs: (n + 1) * 1e8, sampleUs: 5000, aggrUs: 100_000 },
    regions: Regions.from(rows),
  };
}

import { Regions, type Snapshot } from "../damon/mod.ts";
import type { Truth, TruthAccess, TruthPhase } from "../report/fidelity/truth.ts";

/** Bytes of a page in truths made by tests. */
export const PAGE = 4096;

/** A pattern that keeps pages `from` to `to` (not included) busy all the time, or with few `accesses` hardly. */
export function access(from: number, to: number, accesses = 1e12): Omit<TruthAccess, "startNs" | "endNs"> {
  const [start, end] = [from * PAGE, to * PAGE];
  return { region: "r", start, end, mode: "rw", order: "sequential", strideBytes: PAGE, probability: 1, accesses };
}

/** A phase from `startNs` to `endNs`. */
export function phase(
  startNs: number,
  endNs: number,
  ...accesses: Omit<TruthAccess, "startNs" | "endNs">[]
): TruthPhase & { endNs: number } {
  const at = { startNs, endNs };
  return { phase: startNs, name: `from ${startNs}`, ...at, accesses: accesses.map((it) => ({ ...it, ...at })) };
}

/** A truth about regions that are given as pairs of page numbers. */
export function truth(regions: [from: number, to: number][], phases: TruthPhase[]): Truth {
  return {
    pid: 7,
    config: "test.cfg",
    pageBytes: PAGE,
    regions: regions.map(([from, to], i) => ({ name: `r${i}`, start: from * PAGE, end: to * PAGE })),
    phases,
    reason: "finished",
  };
}

/** A snapshot of regions given as page numbers and counts; at most 20 samples, of 5 ms. */
export function snapshot(startNs: number, endNs: number, ...rows: [from: number, to: number, nr: number][]): Snapshot {
  const regions = Regions.from(
    rows.map(([from, to, nrAccesses]) => ({ start: from * PAGE, end: to * PAGE, nrAccesses, age: 0 })),
  );
  return { kdamond: 1, targetId: 0n, startNs, endNs, sampleUs: 5000, aggrUs: 100_000, regions };
}

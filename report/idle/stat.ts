import { classOf, type DamonStatSource, IDLE_EDGES_NS, type IdleReport } from "./idle.ts";

/** What DAMON_STAT said, and how much memory it watches. */
export interface DamonStatReading extends Omit<DamonStatSource, "kind"> {
  /** `memory_idle_ms_percentiles`: 101 values, ms; below 0 (before Linux 6.18: 0) for memory that is accessed. */
  percentilesMs: readonly number[];
  /** Bytes that it watches; `undefined` where that is not known. */
  totalBytes: number | undefined;
}

/**
 * The report of the kernel's DAMON_STAT: each percentile stands for one hundredth of the memory.
 *
 * @example
 * ```ts
 * import { parseIdlePercentiles } from "./stat.ts";
 * parseIdlePercentiles(Array(101).fill("-5").join(","))[100]; // -5
 * ```
 */
export function idleOfStat(
  { percentilesMs, totalBytes, ...source }: DamonStatReading,
  edgesNs: readonly number[] = IDLE_EDGES_NS,
): IdleReport {
  const percentilesNs = percentilesMs.map((ms) => ms * 1e6);
  const shares = Array<number>(edgesNs.length + 2).fill(0);
  for (const idleNs of percentilesNs.slice(1)) shares[classOf(idleNs, edgesNs)]++;
  return {
    source: { kind: "damon_stat", ...source },
    edgesNs,
    now: { totalBytes, shares: shares.map((count) => count / 100) },
    mean: undefined,
    overTime: [],
    percentilesNs,
    notes: percentilesMs.every((ms) => ms === 0)
      ? ["DAMON_STAT has measured nothing yet: it takes 5 seconds from when it is turned on"]
      : [],
  };
}

/**
 * The text of `memory_idle_ms_percentiles`: 101 values, ms.
 *
 * @throws {SyntaxError} for anything else.
 */
export function parseIdlePercentiles(text: string): number[] {
  const values = text.trim().split(",").map((value) => value.trim() === "" ? NaN : Number(value));
  if (values.length === 101 && values.every(Number.isFinite)) return values;
  throw new SyntaxError(
    `Cannot parse ${
      JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text)
    } as idle times as 101 numbers ` +
      `separated by commas are needed: there are ${values.length}`,
  );
}

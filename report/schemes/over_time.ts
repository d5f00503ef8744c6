import type { MemoryUsage, SchemeCounts } from "../../damon/mod.ts";
import { recordLines, titleOf } from "../record/mod.ts";
import { outcomeNameOf, type SchemesRecordReport } from "./outcome.ts";
import type { Cell, Table } from "../table/mod.ts";

/** What changed between two samples, a second. */
export interface UsageRates {
  /** Middle of the time between them, seconds since the start of the record. */
  t: number;
  /** Major page faults a second. */
  majorFaults: number;
  /** Share of the time in which some work of the machine waited for memory, %; absent where it was not measured. */
  somePercent?: number;
}

/** What a scheme did between two looks at its counters, a second. */
export interface CountRates {
  /** Middle of the time between them, seconds since the start of the record. */
  t: number;
  /** Bytes tried a second. */
  triedBytes: number;
  /** Bytes to which it was applied, a second; absent where the kernel does not count them. */
  appliedBytes?: number;
}

/** Rates between samples of memory in use. */
export function usageRates(samples: readonly MemoryUsage[], originNs: number): UsageRates[] {
  return pairs(samples).map(([a, b]) => {
    const seconds = (b.timeNs - a.timeNs) / 1e9;
    return {
      t: ((a.timeNs + b.timeNs) / 2 - originNs) / 1e9,
      majorFaults: (b.majorFaults - a.majorFaults) / seconds,
      ...(a.pressure && b.pressure && { somePercent: (b.pressure.someUs - a.pressure.someUs) / 1e4 / seconds }),
    };
  });
}

/** Rates between looks at a scheme's counters. */
export function countRates(counts: readonly SchemeCounts[], originNs: number): CountRates[] {
  return pairs(counts).map(([a, b]) => {
    const seconds = (b.timeNs - a.timeNs) / 1e9;
    const [before, after] = [a.stats.szAppliedBytes, b.stats.szAppliedBytes];
    return {
      t: ((a.timeNs + b.timeNs) / 2 - originNs) / 1e9,
      triedBytes: (b.stats.szTriedBytes - a.stats.szTriedBytes) / seconds,
      ...(before !== undefined && after !== undefined && { appliedBytes: (after - before) / seconds }),
    };
  });
}

function pairs<T extends { timeNs: number }>(values: readonly T[]): [T, T][] {
  return values.slice(1).flatMap((value, i): [T, T][] => value.timeNs > values[i].timeNs ? [[values[i], value]] : []);
}

/** Memory in use and counters as they came, one time a row: for who draws it himself. */
export function schemesOverTimeTable({ survey, schemes, usages }: SchemesRecordReport): Table {
  const { originNs } = survey;
  const rows = [
    ...usages.flatMap(({ pid, samples }) =>
      samples.map(({ timeNs, residentBytes, swapBytes, majorFaults, minorFaults, pressure }): Cell[] => [
        (timeNs - originNs) / 1e9,
        pid === 0 ? "machine" : `pid ${pid}`,
        residentBytes,
        swapBytes,
        majorFaults,
        minorFaults,
        pressure?.someUs,
        pressure?.fullUs,
        ...[undefined, undefined, undefined, undefined, undefined, undefined],
      ])
    ),
    ...schemes.flatMap((outcome) =>
      outcome.counts.map(({ timeNs, stats, effectiveBytes }): Cell[] => [
        (timeNs - originNs) / 1e9,
        outcomeNameOf(outcome, schemes),
        ...[undefined, undefined, undefined, undefined, undefined, undefined],
        stats.nrTried,
        stats.szTriedBytes,
        stats.nrApplied,
        stats.szAppliedBytes,
        stats.qtExceeds,
        effectiveBytes,
      ])
    ),
  ].sort((a, b) => Number(a[0]) - Number(b[0]));
  const bytes = (name: string, title: string, description: string) => ({
    name,
    title,
    description,
    kind: "bytes" as const,
  });
  const count = (name: string, title: string, description: string) => ({
    name,
    title,
    description,
    kind: "count" as const,
  });
  return {
    title: titleOf(survey, "Schemes over time of"),
    caption: ["Faults, pressure and counters add up from the beginning on", ...recordLines(survey)],
    columns: [
      { name: "seconds", title: "time", description: "since the start of the record, s", kind: "seconds" },
      { name: "of", title: "of", description: "process, machine or scheme", kind: "text" },
      bytes("resident_bytes", "resident", "bytes in memory; of the machine: not free"),
      bytes("swap_bytes", "in swap", "bytes in swap"),
      count("major_faults", "major", "page faults that had to wait for a disk, or for swap"),
      { ...count("minor_faults", "minor", "page faults that had not"), hidden: true },
      count("pressure_some_us", "some µs", "time in which some task was stalled on memory (PSI some), µs"),
      { ...count("pressure_full_us", "full µs", "time in which all of it waited, µs"), hidden: true },
      { ...count("tried_regions", "regions", "regions that were tried"), hidden: true },
      bytes("tried_bytes", "tried", "bytes that were tried"),
      { ...count("applied_regions", "done", "regions to which it was applied"), hidden: true },
      bytes("applied_bytes", "applied", "bytes to which it was applied"),
      { ...count("quota_exceeds", "used up", "times that the quota was used up"), hidden: true },
      { ...bytes("quota_bytes", "quota", "quota in force, bytes for each reset interval"), hidden: true },
    ],
    rows,
    header: survey.header,
  };
}

import { byPid, formatBytes, formatNr, formatNs, type MemoryUsage } from "../../damon/mod.ts";
import { resampled } from "../mappings/mod.ts";
import { leastOf, mostOf, recordLines, titleOf } from "../record/mod.ts";
import { outcomeNameOf, type SchemeOutcome, type SchemesRecordReport, type UsageCourse } from "./outcome.ts";
import { type Column, sparkline, type Table } from "../table/mod.ts";
import type { VegaLiteSpec } from "../chart/mod.ts";

/** Columns of a sparkline in a terminal. */
const SPARKS = 14;
/** Mappings that are named of a scheme in a caption. */
const NAMED = 4;

const COLUMNS: readonly Column[] = [
  { name: "kdamond", title: "kdamond", description: "pid of its kernel thread", kind: "text", hidden: true },
  { name: "scheme", title: "scheme", description: "index and action of the scheme", kind: "text" },
  { name: "tried_regions", title: "regions", description: "regions that matched and were tried", kind: "count" },
  {
    name: "tried_bytes",
    title: "tried",
    description: "bytes of them; what is tried again counts again",
    kind: "bytes",
  },
  {
    name: "applied_regions",
    title: "done",
    description: "regions to which it was applied",
    kind: "count",
    hidden: true,
  },
  { name: "applied_bytes", title: "applied", description: "bytes to which it was applied", kind: "bytes" },
  {
    name: "passed_bytes",
    title: "passed",
    description: "bytes that passed its filters of pages",
    kind: "bytes",
  },
  { name: "quota_exceeds", title: "used up", description: "times that its quota was used up", kind: "count" },
  {
    name: "quota_bytes",
    title: "quota",
    description: "quota in force at the end, bytes for each reset interval",
    kind: "bytes",
  },
  {
    name: "recorded_regions",
    title: "recorded",
    description: "regions on which it acted, as the record has them",
    kind: "count",
    hidden: true,
  },
  {
    name: "recorded_bytes",
    title: "recorded",
    description: "bytes of those; what it acted on again counts again",
    kind: "bytes",
    hidden: true,
  },
  {
    name: "distinct_bytes",
    title: "distinct",
    description: "bytes on which it acted, each address counted once; of what is mapped, where the record says so",
    kind: "bytes",
  },
  {
    name: "gap_bytes",
    title: "gaps",
    description: "bytes on which it acted where nothing is mapped; what it acted on again counts again",
    kind: "bytes",
    hidden: true,
  },
  { name: "mappings", title: "mappings", description: "where that is", kind: "text", hidden: true },
];

/** What the schemes of a record did, as a table: one a row, and what became of the memory above it. */
export function schemesRecordTable(report: SchemesRecordReport, chart?: () => VegaLiteSpec): Table {
  const { survey, schemes, usages } = report;
  const rows = schemes.map((outcome) => {
    const { stats, counts } = outcome;
    const quota = counts.at(-1)?.effectiveBytes;
    return [
      String(outcome.kdamond),
      outcomeNameOf(outcome, schemes),
      stats?.nrTried,
      stats?.szTriedBytes,
      stats?.nrApplied,
      stats?.szAppliedBytes,
      stats?.szOpsFilterPassedBytes,
      stats?.qtExceeds,
      quota === 0 ? undefined : quota,
      outcome.regions,
      outcome.bytes,
      outcome.regions > 0 ? outcome.distinctBytes : undefined,
      outcome.gapBytes,
      mappingsText(outcome, Infinity),
    ];
  });
  const isEmpty = (at: number) => rows.every((row) => row[at] === undefined || row[at] === 0);
  const optional = new Set(["passed_bytes", "quota_exceeds", "quota_bytes", "distinct_bytes"]);
  return {
    title: titleOf(survey, "What schemes did to"),
    caption: [...notesOf(report), ...recordLines(survey)],
    totals: usages.flatMap((usage) => usageLines(report, usage)),
    columns: COLUMNS.map((column, at) =>
      optional.has(column.name) && isEmpty(at) ? { ...column, hidden: true } : column
    ),
    rows,
    ...(chart && { chart }),
    header: survey.header,
  };
}

/** What stands below the table, and above the picture: where schemes acted, what the figures mean, what is not known. */
export function notesOf({ schemes, usages, otherUsages, survey, areCountsWider }: SchemesRecordReport): string[] {
  const notes = schemes.flatMap((outcome) => {
    const [name, where] = [outcomeNameOf(outcome, schemes), mappingsText(outcome, NAMED)];
    return [
      ...(where ? [`${name} acted on (once each): ${where}`] : []),
      ...(outcome.gapBytes > 0
        ? [`${formatBytes(outcome.gapBytes)} of what ${name} tried lie where nothing is mapped`]
        : []),
    ];
  });
  if (schemes.length === 0) return ["No scheme ran, or the record does not keep what it did"];
  const isVirtual = survey.header.kdamonds.some(({ contexts }) =>
    contexts.some(({ operations }) => operations !== "paddr")
  );
  const gaps =
    "; with virtual addresses it counts a region that holds a gap between mappings as failed, and does the rest";
  notes.push(
    `Tried: regions that matched, each time · applied: what the kernel counts as done${isVirtual ? gaps : ""}`,
  );
  if (areCountsWider) {
    notes.push(
      "What was tried and applied, and memory in use, is of all regions: only where a scheme acted is filtered, as " +
        "nothing else is known region by region",
    );
  } else if (schemes.every(({ regions }) => regions === 0)) {
    notes.push("Where they acted is not in the record: Linux 6.7 or newer tells it");
  }
  if (schemes.some(({ stats, index }) => stats === undefined && index !== undefined)) {
    notes.push("Not all counters are in the record");
  }
  const inferred = schemes.reduce((sum, { inferredRegions }) => sum + inferredRegions, 0);
  if (inferred > 0) {
    notes.push(
      `Which scheme acted on ${
        formatNr(inferred)
      } of the regions is told by access rates and ages: this kernel does not say it`,
    );
  }
  if (schemes.some(({ index }) => index === undefined)) {
    notes.push("Where there are several schemes or targets, this kernel does not say which of them acted");
  }
  if (usages.length === 0) notes.push("The record has no figures of memory use");
  if (otherUsages > 0) {
    notes.push(`The memory of ${formatNr(otherUsages)} children is not shown; the report footprint has the sum`);
  }
  return notes;
}

function mappingsText({ mappings }: SchemeOutcome, most: number): string {
  const words = mappings.slice(0, most).map(({ name, bytes }) => `${name || "not named"} ${formatBytes(bytes)}`);
  if (mappings.length > words.length) words.push(`${formatNr(mappings.length - words.length)} more`);
  return words.join(", ");
}

/** `process 42 (sim)`, or the machine. */
export function usageNameOf({ survey: { header } }: Pick<SchemesRecordReport, "survey">, pid: number): string {
  if (pid === 0) return "the machine";
  const comm = byPid(header.processes, pid)?.comm;
  return `process ${pid}${comm ? ` (${comm})` : ""}`;
}

/** What became of the memory, in figures. */
export function usageText(report: SchemesRecordReport, { pid, samples }: UsageCourse): string {
  const [first, last] = [samples[0], samples[samples.length - 1]];
  const least = leastOf(samples.map(({ residentBytes }) => residentBytes));
  const swapped = mostOf(samples.map(({ swapBytes }) => swapBytes));
  const resident = pid === 0 ? "in use" : "resident";
  return [
    `${usageNameOf(report, pid)}: ${resident} ${formatBytes(first.residentBytes)} at first, ${
      formatBytes(least)
    } at least, ${formatBytes(last.residentBytes)} in the end`,
    `on average ${formatBytes(meanSaved(samples))} below its most`,
    `${formatBytes(swapped)} in swap at most`,
    `${formatNr(last.majorFaults - first.majorFaults)} major page faults`,
    ...pressureWords(first, last),
  ].join(" · ");
}

/** Mean over time of how far memory was below the most that it had been by then. */
function meanSaved(samples: readonly MemoryUsage[]): number {
  let [most, sum] = [0, 0];
  samples.forEach(({ residentBytes, timeNs }, i) => {
    most = Math.max(most, residentBytes);
    // Each holds for the time around it.
    const [from, to] = [samples[i - 1] ?? samples[i], samples[i + 1] ?? samples[i]].map((other) => other.timeNs);
    sum += (most - residentBytes) * ((to - timeNs) + (timeNs - from)) / 2;
  });
  return sum / (samples[samples.length - 1].timeNs - samples[0].timeNs);
}

function pressureWords(first: MemoryUsage, last: MemoryUsage): string[] {
  if (!first.pressure || !last.pressure) return [];
  const ns = (last.pressure.someUs - first.pressure.someUs) * 1e3;
  return [`memory pressure stalls: ${formatNs(ns)}`];
}

function usageLines(report: SchemesRecordReport, usage: UsageCourse): string[] {
  const { samples, pid } = usage;
  const faults = samples.slice(1).map(({ majorFaults }, i) => majorFaults - samples[i].majorFaults);
  const spark = (values: readonly number[]) => sparkline(resampled(values, SPARKS));
  return [
    usageText(report, usage),
    `  ${pid === 0 ? "in use" : "resident"} ${spark(samples.map(({ residentBytes }) => residentBytes))}  in swap ${
      spark(samples.map(({ swapBytes }) => swapBytes))
    }  major faults ${spark(faults)}`,
  ];
}

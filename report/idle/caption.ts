import { formatBytes, formatNr, formatNs, type RecordHeader, type Source } from "../../damon/mod.ts";
import type { HeatCaption } from "../heatmap/mod.ts";
import type { IdleReport } from "./idle.ts";
import { SEPARATOR, shortenTitle } from "../text/mod.ts";

/** What stands above a report of idle memory: whose it is, the middle and the tail, who measured it, losses. */
export function idleCaptionOf(report: IdleReport): HeatCaption {
  return {
    title: titleOf(report),
    lines: [...report.poor ?? [], summaryOf(report), ...sourceLines(report), ...report.notes],
  };
}

/** The names of the classes: `accessed`, then for idle times `under 1 s`, `1 s to 5 s`, ... `1 d or longer`. */
export function idleClassNames({ edgesNs }: Pick<IdleReport, "edgesNs">): string[] {
  return [
    "accessed",
    `under ${formatNs(edgesNs[0])}`,
    ...edgesNs.map((edge, i) => {
      const next = edgesNs[i + 1];
      return next === undefined ? `${formatNs(edge)} or longer` : `${formatNs(edge)} to ${formatNs(next)}`;
    }),
  ];
}

/** How many classes, from the first on, have any memory at any time; at least two. */
export function usedClassesOf({ now, mean, overTime }: IdleReport): number {
  const all = [now, ...mean ? [mean] : [], ...overTime.map(({ distribution }) => distribution)];
  return Math.max(2, ...all.map(({ shares }) => shares.findLastIndex((share) => share > 0) + 1));
}

function titleOf({ source }: IdleReport): string {
  const what = "How long memory has been idle";
  return source.kind === "damon_stat" ? `${what}: this machine` : `${what}: ${subjectOf(source.header, source.pids)}`;
}

function subjectOf({ kdamonds, processes }: RecordHeader, pids?: readonly number[]): string {
  if (kdamonds.length > 0 && kdamonds.every(({ contexts }) => contexts[0]?.operations === "paddr")) {
    return "physical memory";
  }
  const names = processes.filter(({ pid }) => pids?.includes(pid) ?? true).map(({ pid, comm }) =>
    `${comm || "process"} (pid ${pid})`
  );
  return names.length > 0 ? shortenTitle(names.join(", "), 60) : "the recorded memory";
}

function summaryOf(report: IdleReport): string {
  const { percentilesNs, now: { totalBytes } } = report;
  if (totalBytes === 0) return "At the end nothing is selected";
  const coldest = (percentile: number, part: string, rest: string) => {
    const ns = percentilesNs[percentile];
    return ns <= 0 ? `more than ${rest} accessed` : `the coldest ${part} was idle for ${formatNs(ns)} or longer`;
  };
  return [
    ...totalText(report),
    coldest(50, "half", "half was"),
    coldest(90, "tenth", "nine tenths were"),
    ...percentilesNs[100] > 0 ? [`longest: ${formatNs(percentilesNs[100])}`] : [],
  ].join(SEPARATOR);
}

/** A part of what was watched that is worth a word where it was not in memory. */
const MUCH = 0.05;

function totalText({ now: { totalBytes }, source, basis, watchedBytes = 0, swapBytes = 0 }: IdleReport): string[] {
  if (totalBytes === undefined) return [];
  if (source.kind === "damon_stat") return [`Watched: about ${formatBytes(totalBytes)}`];
  if (basis !== "evidence" && basis !== "residency" && basis !== "size") return [`Watched: ${formatBytes(totalBytes)}`];
  const isSparse = totalBytes < (1 - MUCH) * watchedBytes;
  return [
    `In memory: ${formatBytes(totalBytes)}${isSparse ? ` of ${formatBytes(watchedBytes)} watched` : ""}`,
    ...swapBytes > 0 ? [`in swap: ${formatBytes(swapBytes)}`] : [],
  ];
}

const MONITORS: Record<Source, string> = {
  damon: "DAMON",
  pages: "the page sampler",
  "pages-exact": "the exact page sampler",
  unknown: "an unknown monitor",
};

function sourceLines({ source }: IdleReport): string[] {
  const meaning = "Idle: not seen accessed; accessed: in the last aggregation interval";
  if (source.kind === "damon_stat") {
    const { aggrUs, bandwidth, wallMs, host } = source;
    return [
      [
        "Measured by the kernel's DAMON_STAT",
        ...hostParts(host),
        dateOf(wallMs),
      ].join(SEPARATOR),
      [
        meaning + (aggrUs === undefined ? "" : ` of ${formatNs(aggrUs * 1e3)}`),
        ...bandwidth === undefined ? [] : [`accessed at an estimated ${formatBytes(bandwidth)}/s`],
      ].join(SEPARATOR),
    ];
  }
  const { header, snapshots, aggrUs: { min, max }, endWallMs } = source;
  const operations = [...new Set(header.kdamonds.flatMap(({ contexts }) => contexts.map((one) => one.operations)))];
  const interval = min === max ? formatNs(min * 1e3) : `${formatNs(min * 1e3)} to ${formatNs(max * 1e3)}`;
  return [
    [
      `Recorded by ${MONITORS[header.source] ?? header.source}${
        operations.length ? ` (${operations.join(", ")})` : ""
      }`,
      ...hostParts(header.host),
      ...endWallMs > 0 ? [`until ${dateOf(endWallMs)}`] : [],
      header.tool,
    ].join(SEPARATOR),
    `${meaning} of ${interval}${SEPARATOR}${formatNr(snapshots)} ${snapshots === 1 ? "snapshot" : "snapshots"}`,
  ];
}

function hostParts({ kernelRelease, machine, hostname }: RecordHeader["host"]): string[] {
  return [
    kernelRelease && `Linux ${kernelRelease}${machine ? ` ${machine}` : ""}`,
    hostname && `host ${hostname}`,
  ].filter((part) => part !== "");
}

function dateOf(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

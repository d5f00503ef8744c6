import { formatNr, type ProfileFrame } from "../../damon/mod.ts";
import { resampled } from "../mappings/mod.ts";
import type { ProfileReport, ProfileUse } from "./profile.ts";
import { profileSpec } from "./vega_lite.ts";
import { recordLines } from "../record/mod.ts";
import { type Column, sparkline, type Table } from "../table/mod.ts";
import { frameNameOf, profileLines, profileTitleOf } from "./titles.ts";

/** Columns of a sparkline in a terminal. */
const SPARKS = 12;

/** What ran as a table: the one that ran most first; at most `top` rows. */
export function profileTable(report: ProfileReport, top = Infinity): Table {
  const { survey, by, isFiltered, hz, samples, otherwise } = report;
  const uses = report.uses.slice(0, top);
  const left = report.uses.length - uses.length;
  const percent = (part: number, of: number) => of > 0 ? part / of * 100 : 0;
  const named: Column[] = by === "stack"
    ? [{ name: "stack", title: "stack", description: "functions, the innermost first", kind: "text" }]
    : [
      { name: "function", title: "function", description: "its name", kind: "text", hidden: by === "file" },
      { name: "file", title: "file", description: "file or mapping that it is in", kind: "text" },
    ];
  return {
    title: profileTitleOf(report),
    caption: [
      `Own: ran itself${
        by === "stack" ? "" : " · with calls: it, or what it called, as far as stacks could be followed"
      }${isFiltered ? " · otherwise: own, in the rest of the time" : ""}`,
      ...(left > 0 ? [`${formatNr(left)} more with less are not shown; raise the row limit (top) to see them`] : []),
      ...profileLines(report),
      ...recordLines(survey),
    ],
    columns: [
      { name: "own_percent", title: "own", description: "share of the samples, %", kind: "percent" },
      {
        name: "total_percent",
        title: "with calls",
        description: "share of the samples that have it on the stack, %",
        kind: "percent",
        hidden: by === "stack",
      },
      {
        name: "otherwise_percent",
        title: "otherwise",
        description: "its own share of the samples of the rest of the time, %",
        kind: "percent",
        hidden: !isFiltered,
      },
      { name: "cpu_ns", title: "CPU time", description: "its own, ns", kind: "ns" },
      ...named,
      { name: "over_time", title: "over time", description: "a picture of its share over time", kind: "text" },
      { name: "samples", title: "samples", description: "its own", kind: "count", hidden: true },
    ],
    rows: uses.map((use) => [
      percent(use.own, samples),
      percent(use.total, samples),
      isFiltered ? percent(use.ownOtherwise, otherwise) : undefined,
      use.own / Math.max(1, hz) * 1e9,
      ...namesOf(use, report),
      sparkline(resampled(use.overTime, SPARKS)).trimEnd(),
      use.own,
    ]),
    chart: () => profileSpec(report),
    header: survey.header,
  };
}

function namesOf({ frames }: ProfileUse, { by }: ProfileReport): string[] {
  if (by === "stack") return [frames.map(frameNameOf).join(" < ")];
  return [by === "file" ? "" : frameNameOf(frames[0]), frames[0].file || "(not known)"];
}

/**
 * Stacks as one line each, the outermost function first, and how often each was found: what tools for flame graphs
 * (flamegraph.pl, inferno, speedscope) read.
 */
export function formatFolded(report: ProfileReport): string {
  // Semicolons part the functions, and a blank the count.
  const word = (frame: ProfileFrame) => frameNameOf(frame).replaceAll(";", ":").replaceAll("\n", " ");
  return report.uses.filter(({ own }) => own > 0)
    .map(({ frames, own }) => `${frames.map(word).reverse().join(";")} ${own}\n`).join("");
}

import { formatBytes } from "../../damon/mod.ts";
import type { MappingUse } from "./mapping_use.ts";
import type { MappingReport } from "./mappings.ts";
import { ENOUGH_LOOKS } from "./uses.ts";
import { mappingsSpec } from "./vega_lite.ts";
import { recordLines, shortTargetNameOf, titleOf } from "../record/mod.ts";
import { largestOf, leftOutLines, sparkline, type Table } from "../table/mod.ts";
import { windowText, workingSetLine } from "../working_set/mod.ts";
import { SEPARATOR } from "../text/mod.ts";
import { useNameOf } from "./use_name.ts";

/** Columns of a sparkline in a terminal. */
const SPARKS = 16;

/**
 * What was said of the mappings as a table: the largest working set first.
 *
 * @param most Rows at most: the largest mappings, with a line that says what is left out. Of very many, making rows takes time.
 */
export function mappingsTable(report: MappingReport, most = Infinity): Table {
  const { survey, uses } = report;
  const shown = largestOf(uses, ({ bytes }) => bytes, most);
  const column = { title: "size", kind: "bytes" };
  const several = survey.targets.length > 1;
  const isKnown = uses.some(({ residentBytes }) => residentBytes !== undefined);
  return {
    title: titleOf(survey, "Mappings of"),
    caption: [
      ...leftOutLines(shown, uses, column, ({ bytes }) => bytes),
      `Work set: mean of what was touched within ${
        report.workingSet ? windowText(report.workingSet) : "the window"
      } · accessed: share of samples · idle: since the last access`,
      ...unseenLine(uses),
      ...(uses.every(({ name }) => name === "") ? ["The record does not say what is mapped where"] : []),
      ...recordLines(survey),
    ],
    totals: totalsOf(report),
    columns: [
      { name: "target", title: "target", description: "whose mapping it is", kind: "text", hidden: !several },
      { name: "mapping", title: "mapping", description: "name of the file, or what it is", kind: "text" },
      { name: "size_bytes", title: "size", description: "most bytes monitored at once", kind: "bytes" },
      { name: "resident_bytes", title: "resident", description: "in memory, mean", kind: "bytes", hidden: !isKnown },
      { name: "wss_mean_bytes", title: "work set", description: "part of the working set, mean", kind: "bytes" },
      {
        name: "wss_max_bytes",
        title: "largest",
        description: "largest part of the working set of a window",
        kind: "bytes",
        hidden: isKnown,
      },
      {
        name: "accessed_percent",
        title: "accessed",
        description: "samples that found it accessed, %",
        kind: "percent",
      },
      {
        name: "access_share_percent",
        title: "of all",
        description: "its part of all accesses (bytes × time) to the target, %",
        kind: "percent",
        hidden: true,
      },
      { name: "idle_ns", title: "idle", description: "since the last access, ns; empty: none was seen", kind: "ns" },
      {
        name: "seen",
        title: "seen",
        description: "accessed; never: in no look of enough; not seen: in none of few; not resident",
        kind: "text",
        hidden: true,
      },
      { name: "over_time", title: "over time", description: "a picture of its accesses over time", kind: "text" },
    ],
    rows: shown.map((use) => [
      shortTargetNameOf(survey, use.target),
      useNameOf(use),
      use.bytes,
      use.residentBytes,
      use.meanWssBytes,
      use.maxWssBytes,
      use.accessed * 100,
      use.share * 100,
      use.idleNs,
      use.seen,
      use.seen === "accessed" ? sparkline(resampled(use.overTime, SPARKS)).trimEnd() : use.seen,
    ]),
    chart: () => mappingsSpec(report),
    header: survey.header,
  };
}

function totalsOf({ uses, workingSet }: MappingReport): string[] {
  const counts = (["never accessed", "not seen accessed", "not resident"] as const).flatMap((seen) => {
    const some = uses.filter((use) => use.seen === seen);
    if (some.length === 0) return [];
    // Of what is not there, only how much is mapped can be told.
    const bytes = some.reduce((all, use) => all + sizeOf(use), 0);
    return [`${some.length} of ${uses.length} mappings (${formatBytes(bytes)}) ${seen}`];
  });
  return [workingSetLine(workingSet), ...(counts.length > 0 ? [counts.join(SEPARATOR)] : [])];
}

/** How much there is of it: in memory, where that is known and there is any. */
export function sizeOf({ residentBytes, bytes, seen }: MappingUse): number {
  return seen === "not resident" ? bytes : residentBytes ?? bytes;
}

function unseenLine(uses: readonly MappingUse[]): string[] {
  if (uses.every(({ seen }) => seen !== "not seen accessed")) return [];
  return [
    `Not seen accessed: in fewer than ${ENOUGH_LOOKS} looks at memory that was there; they may have been accessed`,
  ];
}

/** Means of `count` equal parts of the values; `undefined` where there are none. */
export function resampled(values: readonly (number | undefined)[], count: number): (number | undefined)[] {
  const parts = Math.min(count, values.length);
  return Array.from({ length: parts }, (_, i) => {
    const part = values.slice(
      Math.floor(i * values.length / parts),
      Math.max(Math.floor(i * values.length / parts) + 1, Math.floor((i + 1) * values.length / parts)),
    ).filter((value) => value !== undefined);
    return part.length === 0 ? undefined : part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

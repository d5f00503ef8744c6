import { formatBytes } from "../damon/mod.ts";
import type { MappingReport, MappingUse } from "./mappings.ts";
import { mappingsSpec } from "./mappings_vega_lite.ts";
import { recordLines, shortTargetNameOf, titleOf } from "./record_caption.ts";
import type { Table } from "./table.ts";
import { sparkline } from "./table_text.ts";

/** Columns of a sparkline in a terminal. */
const SPARKS = 16;

/** A mapping's name as tables and charts have it. */
export function useNameOf({ name }: Pick<MappingUse, "name">): string {
  return name === "" ? "(not named)" : name;
}

/** What was said of the mappings as a table: the largest working set first. */
export function mappingsTable(report: MappingReport): Table {
  const { survey, uses } = report;
  const several = survey.targets.length > 1;
  return {
    title: titleOf(survey, "Mappings of"),
    caption: [
      "Working set: mean of the bytes accessed in a snapshot · accessed: share of samples · idle: since the last access",
      ...(uses.every(({ name }) => name === "") ? ["The record does not say what is mapped where"] : []),
      ...recordLines(survey),
    ],
    totals: totalsOf(uses),
    columns: [
      { name: "target", title: "target", description: "whose mapping it is", kind: "text", hidden: !several },
      { name: "mapping", title: "mapping", description: "name of the file, or what it is", kind: "text" },
      { name: "size_bytes", title: "size", description: "most bytes monitored at once", kind: "bytes" },
      { name: "wss_mean_bytes", title: "work set", description: "mean working set", kind: "bytes" },
      { name: "wss_max_bytes", title: "largest", description: "largest working set of a snapshot", kind: "bytes" },
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
      { name: "idle_ns", title: "idle", description: "since the last access, ns; empty: never accessed", kind: "ns" },
      { name: "over_time", title: "over time", description: "a picture of its accesses over time", kind: "text" },
    ],
    rows: uses.map((use) => [
      shortTargetNameOf(survey, use.target),
      useNameOf(use),
      use.bytes,
      use.meanWssBytes,
      use.maxWssBytes,
      use.accessed * 100,
      use.share * 100,
      use.idleNs,
      sparkline(resampled(use.overTime, SPARKS)).trimEnd(),
    ]),
    chart: () => mappingsSpec(report),
    header: survey.header,
  };
}

function totalsOf(uses: readonly MappingUse[]): string[] {
  const sum = (pick: (use: MappingUse) => number) => formatBytes(uses.reduce((all, use) => all + pick(use), 0));
  const never = uses.filter(({ idleNs }) => idleNs === undefined);
  const parts = [`${sum(({ bytes }) => bytes)} monitored`, `working set ${sum(({ meanWssBytes }) => meanWssBytes)}`];
  if (never.length > 0) {
    const bytes = never.reduce((all, use) => all + use.bytes, 0);
    parts.push(`${never.length} of ${uses.length} mappings (${formatBytes(bytes)}) never accessed`);
  }
  return [parts.join(" · ")];
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

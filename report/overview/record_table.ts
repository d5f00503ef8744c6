import { formatBytes, formatNr, formatNs, type RecordHeader, type Snapshot } from "../../damon/mod.ts";
import {
  dateOf,
  type Extent,
  filterText,
  type Fold,
  type RecordedTarget,
  type RecordSurvey,
  selectionLine,
  targetNameOf,
  titleOf,
} from "../record/mod.ts";
import type { Table, TableRow } from "../table/mod.ts";

/** Counts what a record holds. */
export class RecordCountsFold implements Fold {
  /** Regions of all snapshots. */
  regions = 0;
  /** Smallest and largest size of a snapshot, bytes. */
  readonly bytes: Extent = { min: Infinity, max: -Infinity };
  /** Memory maps that were captured. */
  mappingLists = 0;

  /** Takes the next snapshot. */
  snapshot({ regions: { length, start, end } }: Snapshot, _target: RecordedTarget): void {
    this.regions += length;
    let bytes = 0;
    for (let i = 0; i < length; i++) bytes += end[i] - start[i];
    this.bytes.min = Math.min(this.bytes.min, bytes);
    this.bytes.max = Math.max(this.bytes.max, bytes);
  }

  /** Takes mappings. */
  mappings(): void {
    this.mappingLists++;
  }
}

/** What a record is, as a table of names and values; of processes, kdamonds and targets `most` at most each. */
export function recordTable(survey: RecordSurvey, counts: RecordCountsFold, most = Infinity): Table {
  const { header } = survey;
  return {
    title: titleOf(survey, "Record of"),
    caption: selectionLine(survey.selection),
    columns: [
      { name: "name", title: "what", description: "what the value is", kind: "text" },
      { name: "value", title: "value", description: "the value", kind: "text" },
    ],
    rows: [
      ...recorderRows(header, survey, most),
      ...configurationRows(header, most),
      ...contentRows(survey, counts, most),
    ],
    header,
  };
}

function recorderRows(
  { source, tool, host, recorder, clock, processes }: RecordHeader,
  survey: RecordSurvey,
  most: number,
): TableRow[] {
  const rows: [string, string][] = [
    [
      "recorded by",
      [
        { damon: "DAMON", pages: "the page sampler", "pages-exact": "the exact page sampler", unknown: "" }[
          source
        ],
        tool && `of ${tool}`,
      ].filter(Boolean).join(", "),
    ],
    ["command", recorder.join(" ")],
    [
      "machine",
      [host.hostname, host.machine, host.kernelRelease && `Linux ${host.kernelRelease}`].filter(Boolean).join(", "),
    ],
    ["page size", host.pageBytes > 0 ? formatBytes(host.pageBytes) : ""],
    ["began", dateOf(clock, survey.originNs)],
    ["clock", `${clock.name}, ${Math.round(survey.originNs)} ns at the first snapshot`],
    ...processes.slice(0, most).map(({ pid, comm, cmdline, exe }): [string, string] => [
      `process ${pid}`,
      [comm, cmdline.join(" "), exe && `(${exe})`].filter(Boolean).join(" "),
    ]),
    ...moreRows("processes", processes.length, most),
  ];
  return rows.filter(([, value]) => value !== "");
}

/** How many are left out. */
function moreRows(what: string, count: number, most: number): [string, string][] {
  return count > most ? [[what, `${formatNr(count - most)} more; raise the row limit (top) to see them`]] : [];
}

function configurationRows({ kdamonds }: RecordHeader, most: number): TableRow[] {
  const us = (value: number) => formatNs(value * 1e3);
  const rows = kdamonds.slice(0, most).flatMap(({ pid, contexts, ours }, k) =>
    contexts.flatMap(({ operations, intervals, nrRegions, schemes = [] }): TableRow[] => [
      [`kdamond ${k}`, `pid ${pid}, ${operations}, ${ours ? "started by the recorder" : "somebody else's"}`],
      [
        "  intervals",
        `sampling ${us(intervals.sampleUs)}, aggregation ${us(intervals.aggrUs)}, update ${us(intervals.updateUs)}`,
      ],
      ...(intervals.goal
        ? [[
          "  intervals goal",
          `${intervals.goal.accessBp / 100} % of accesses in ${intervals.goal.aggrs} aggregations, sampling ` +
          `${us(intervals.goal.minSampleUs)} to ${us(intervals.goal.maxSampleUs)}`,
        ]]
        : []),
      ...(nrRegions.max > 0 ? [["  regions", `${formatNr(nrRegions.min)} to ${formatNr(nrRegions.max)}`]] : []),
      ...schemes.map(({ action, filters = [] }, i) => [
        `  scheme ${i}`,
        [action, filters.map(filterText).join(", ")].filter(Boolean).join(": "),
      ]),
    ])
  );
  return [...rows, ...moreRows("kdamonds", kdamonds.length, most)];
}

/** Those with the most regions, in their order. */
function largestOf(targets: readonly RecordedTarget[], most: number): readonly RecordedTarget[] {
  if (targets.length <= most) return targets;
  const shown = new Set(targets.toSorted((a, b) => b.nrRegions.max - a.nrRegions.max).slice(0, most));
  return targets.filter((target) => shown.has(target));
}

function contentRows(survey: RecordSurvey, counts: RecordCountsFold, most: number): TableRow[] {
  const { targets, durationNs, footer, incomplete } = survey;
  const extent = ({ min, max }: Extent, format: (value: number) => string) =>
    min === max ? format(min) : `${format(min)} to ${format(max)}`;
  return [
    ["duration", formatNs(durationNs)],
    ["snapshots", formatNr(targets.reduce((sum, { snapshots }) => sum + snapshots, 0))],
    ["regions", formatNr(counts.regions)],
    ["monitored", Number.isFinite(counts.bytes.min) ? extent(counts.bytes, formatBytes) : "nothing"],
    ...largestOf(targets, most).map((target): TableRow => [
      `${survey.header.kdamonds.length > 1 ? `kdamond ${target.kdamond} ` : ""}target ${target.index}`,
      [
        targetNameOf(survey, target),
        `${formatNr(target.snapshots)} ${target.snapshots === 1 ? "snapshot" : "snapshots"}`,
        `${extent(target.nrRegions, formatNr)} regions`,
        `every ${extent(target.aggrUs, (us) => formatNs(us * 1e3))}`,
      ].join(", "),
    ]),
    ...moreRows("targets", targets.length, most),
    [
      "mappings",
      counts.mappingLists > 0
        ? counts.mappingLists === 1 ? "captured once" : `captured ${formatNr(counts.mappingLists)} times`
        : "not in the record",
    ],
    ["ended by", footer?.reason ?? "unknown"],
    ...(footer?.exitCode === undefined ? [] : [["exit code", String(footer.exitCode)]]),
    [
      "lost",
      footer && footer.events > 0
        ? footer.dropped + footer.torn === 0
          ? "nothing"
          : `${formatNr(footer.dropped)} of ${formatNr(footer.events)} events, ${formatNr(footer.torn)} snapshots`
        : "unknown",
    ],
    ["whole", incomplete ? `no: ${incomplete}` : "yes"],
  ];
}

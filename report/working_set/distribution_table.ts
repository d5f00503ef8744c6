import { formatBytes, formatNr, type RecordHeader } from "../../damon/mod.ts";
import { bytesAxis, CATEGORY_COLOURS, chartFrame, numberAxis, secondsAxis, type VegaLiteSpec } from "../chart/mod.ts";
import { courseOf, type Distribution, meanOf, mostOf, percentilesOf, type PercentileValue } from "../record/mod.ts";
import { type Column, sparkline, type Table, type TableRow } from "../table/mod.ts";

/** A figure of every snapshot, to be shown as its distribution or its course. */
export interface DistributionReport {
  /** The record's header, where it is of one. */
  header?: RecordHeader;
  /** What stands above it. */
  title: string;
  /** The figure: name in tables, title of its axis, and unit. */
  figure: { name: string; title: string; description: string; kind: "bytes" | "count" };
  /** What the values are of, in the plural; by default snapshots. */
  samples?: string;
  /** One for each target, or one. */
  parts: readonly Distribution[];
  /** Which percentiles to show. */
  percentiles: readonly number[];
  /** Sorted by size, the percentiles are of the values; by time, of the record's snapshots. */
  sortBy: "size" | "time";
  /** Every value instead of percentiles. */
  all?: boolean;
  /** What is to be said about the figure and where it comes from. */
  caption: readonly string[];
}

/** The table of a figure's distribution; of many targets only those with the largest means, so that it has `most` rows. */
export function distributionTable(whole: DistributionReport, most = Infinity): Table {
  const report = shortened(whole, most);
  const { header, title, figure, parts, sortBy, all = false } = report;
  const several = parts.length > 1;
  const byTime = sortBy === "time";
  const columns: Column[] = [
    ...(several ? [{ name: "target", title: "target", description: "whose figure it is", kind: "text" as const }] : []),
    all ? { name: "snapshot", title: "snapshot", description: "index of the value", kind: "count" } : byTime
      ? {
        name: "runtime_percent",
        title: "run time",
        description: "part of the snapshots before it, %",
        kind: "percent",
      }
      : { name: "percentile", title: "percentile", description: "part of the values below it, %", kind: "number" },
    ...(byTime
      ? [{
        name: "time_s",
        title: "at",
        description: "seconds since the start of the record",
        kind: "seconds" as const,
      }]
      : []),
    { ...figure, bar: true },
  ];
  const rows = parts.flatMap((part) => rowsOf(part, report).map((row) => several ? [part.name, ...row] : row));
  return {
    title,
    caption: captionOf(report),
    totals: parts.flatMap((part) => totalsOf(part, report)),
    columns,
    rows,
    ...(header && { header }),
    chart: () => distributionSpec(whole),
  };
}

/** What is to be said about each part, and then about all. */
function captionOf({ parts, caption }: DistributionReport): string[] {
  return [...parts.flatMap(({ note }) => note ?? []), ...caption];
}

/** Of many targets those with the largest means, as many as have room in so many rows, but two at least. */
function shortened(report: DistributionReport, most: number): DistributionReport {
  const { parts, caption, figure, all = false, percentiles } = report;
  const rows = all ? mostOf(parts.map(({ values }) => values.length)) : percentiles.length;
  const count = Math.max(2, Math.floor(most / Math.max(2, rows)));
  if (parts.length <= count) return report;
  const means = parts.map((part) => part.values.length > 0 ? meanOf(part) : 0);
  const order = parts.map((_, i) => i).sort((a, b) => means[b] - means[a] || a - b);
  const left = order.slice(count);
  const sum = left.reduce((total, i) => total + means[i], 0);
  return {
    ...report,
    parts: order.slice(0, count).sort((a, b) => a - b).map((i) => parts[i]),
    caption: [
      `The ${formatNr(count)} of ${formatNr(parts.length)} targets with the largest means: those of the other ` +
      `${formatNr(left.length)} add up to ${figure.kind === "bytes" ? formatBytes(sum) : formatNr(Math.round(sum))}; ` +
      "raise the row limit (top) to see them",
      ...caption,
    ],
  };
}

function rowsOf(part: Distribution, { percentiles, sortBy, all }: DistributionReport): TableRow[] {
  const byTime = sortBy === "time";
  if (all) {
    const values = byTime ? part.values : part.values.slice().sort();
    return Array.from(values, (value, i) => byTime ? [i, part.timesNs[i] / 1e9, value] : [i, value]);
  }
  return percentilesOf(part, percentiles, sortBy).map(({ percentile, value, timeNs }) =>
    timeNs === undefined ? [percentile, value] : [percentile, timeNs / 1e9, value]
  );
}

const SPARKS = 60;

function totalsOf(part: Distribution, report: DistributionReport): string[] {
  const { name, values } = part;
  const { figure: { kind }, sortBy } = report;
  if (values.length === 0) return [];
  const text = (value: number) => kind === "bytes" ? formatBytes(value) : formatNr(Number(value.toFixed(1)));
  const [smallest, median, largest] = percentilesOf(part, [0, 50, 100], "size").map(({ value }) => text(value));
  const parts = [
    `mean ${text(meanOf(part))}`,
    `smallest ${smallest}`,
    `median ${median}`,
    `largest ${largest}`,
    `${formatNr(values.length)} ${values.length === 1 ? "value" : "values"}`,
  ];
  const course = sortBy === "size" && values.length > 1 ? [`over time · ${sparkline(courseOf(part, SPARKS))}`] : [];
  return [`${name ? `${name} · ` : ""}${parts.join(" · ")}`, ...course];
}

/** Reports of several records as one, whose parts are named by their record. */
export function joinDistributions(
  reports: readonly DistributionReport[],
  names: readonly string[],
): DistributionReport {
  const { title, header: _, ...first } = reports[0];
  return {
    ...first,
    title: reports.every((report) => report.title === title)
      ? title
      : `${first.figure.title} of ${reports.length} records`,
    parts: reports.flatMap(({ parts }, i) =>
      parts.map(({ note: _, ...part }) => ({ ...part, name: part.name ? `${names[i]}: ${part.name}` : names[i] }))
    ),
    caption: reports.flatMap((report, i) => [`${names[i]}: ${report.title}`, ...captionOf(report)]),
  };
}

const [WIDTH, HEIGHT, LABEL_HEIGHT] = [760, 320, 14];

/** Moves labels up that would be written over the one below. */
function spreadLabels(labels: readonly { label: number }[], least: number): void {
  let free = -Infinity;
  for (const at of [...labels].sort((a, b) => a.label - b.label)) {
    at.label = Math.max(at.label, free);
    free = at.label + least;
  }
}

function largestIn(parts: readonly Distribution[]): number {
  return parts.reduce((most, { values }) => values.reduce((max, value) => Math.max(max, value), most), 0);
}

/** Of a few values several percentiles are the same one: over time each is one point. */
function pointsOf(part: Distribution, percentiles: readonly number[], sortBy: "size" | "time"): PercentileValue[] {
  const points = percentilesOf(part, percentiles, sortBy);
  return sortBy === "time" ? points.filter(({ timeNs }, i) => i === 0 || timeNs !== points[i - 1].timeNs) : points;
}

/** The distribution as a chart: the figure over percentiles, or over time. */
export function distributionSpec(report: DistributionReport): VegaLiteSpec {
  const { title, figure, parts, percentiles, sortBy } = report;
  const byTime = sortBy === "time";
  const values = parts.flatMap((part) =>
    pointsOf(part, percentiles, sortBy).map(({ percentile, value, timeNs }) => ({
      target: part.name,
      percentile,
      ...(timeNs !== undefined && { time_s: Number((timeNs / 1e9).toFixed(6)) }),
      [figure.name]: value,
    }))
  );
  const means = parts.map((part) => {
    const mean = meanOf(part);
    return {
      target: part.name,
      mean,
      label: mean,
      text: `mean ${figure.kind === "bytes" ? formatBytes(mean) : formatNr(mean)}`,
    };
  });
  spreadLabels(means, largestIn(parts) * LABEL_HEIGHT / HEIGHT);
  const several = parts.length > 1;
  const x = byTime
    ? { field: "time_s", type: "quantitative", scale: { zero: false, nice: false }, axis: secondsAxis() }
    : {
      field: "percentile",
      type: "quantitative",
      scale: { domain: [0, 100], nice: false },
      axis: { title: `percentile of the ${report.samples ?? "snapshots"}`, grid: false, tickCount: 10 },
    };
  const axis = figure.kind === "bytes" ? bytesAxis(figure.title, HEIGHT) : numberAxis(figure.title);
  // An area would else be put on another one at the same place.
  const y = { field: figure.name, type: "quantitative", stack: null, scale: { zero: true }, axis };
  const color = several
    ? {
      field: "target",
      type: "nominal",
      scale: { range: CATEGORY_COLOURS },
      legend: { title: null, orient: "bottom", columns: 3, labelLimit: 300 },
    }
    : { value: CATEGORY_COLOURS[0] };
  // A snapshot's figure is of the time before its end; a sample is of one moment, and stays until the next one.
  const isOfTimeBefore = report.samples === undefined || parts.some(({ spansNs }) => spansNs);
  const interpolate = byTime && isOfTimeBefore ? "step-before" : "step-after";
  const line = { interpolate, strokeWidth: 1.8, clip: true };
  const tooltip = [
    ...(several ? [{ field: "target", type: "nominal" }] : []),
    byTime
      ? { field: "time_s", type: "quantitative", title: "second", format: ".3f" }
      : { field: "percentile", type: "quantitative" },
    { field: figure.name, type: "quantitative", title: figure.title, format: "," },
  ];
  return {
    ...chartFrame(title, captionOf(report), WIDTH),
    width: WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values },
        mark: several
          ? { type: "line", ...line }
          : { type: "area", line: { strokeWidth: 1.8 }, interpolate, fillOpacity: 0.18, clip: true },
        params: [{ name: "zoom", select: { type: "interval", encodings: ["x"] }, bind: "scales" }],
        encoding: { x, y, color },
      },
      {
        data: { values },
        // Wide and unseen: what the pointer meets.
        mark: { type: "rule", strokeWidth: 9, opacity: 0, tooltip: true },
        encoding: { x, tooltip },
      },
      {
        data: { values: means },
        mark: { type: "rule", strokeDash: [5, 4], strokeWidth: 1.2 },
        encoding: { y: { field: "mean", type: "quantitative" }, color },
      },
      {
        data: { values: means },
        mark: { type: "text", align: "left", baseline: "bottom", dx: 4, dy: -3, fontSize: 10.5 },
        encoding: {
          x: { value: 0 },
          y: { field: "label", type: "quantitative" },
          text: { field: "text" },
          color: several ? color : { value: "#333" },
        },
      },
    ],
  };
}

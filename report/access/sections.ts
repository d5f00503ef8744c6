import { formatBytes, formatNr, formatNs, type Probe, type Snapshot } from "../../damon/mod.ts";
import {
  type AccessedRegion,
  accessedRegionsOf,
  accessTotalsOf,
  DEFAULT_WEIGHTS,
  type RegionKey,
  sortRegions,
} from "./access.ts";
import {
  type AccessMetric,
  DEFAULT_PERCENTILES,
  type HistogramOptions,
  sizeHistogramOf,
  sizePercentilesOf,
  weighed,
} from "./metrics.ts";
import { filterText, type RecordedTarget, type RecordSurvey, type TemperatureWeights } from "../record/mod.ts";
import { probeColumns, probeLines, probePercents, probesOf } from "./probe_hits.ts";
import { boxOf, type RegionBoxScale, stripText } from "./region_box.ts";
import type { Column, TableRow } from "../table/mod.ts";
import { temperatureStripOf } from "./temperature_strip.ts";

/** How the regions of a snapshot are shown. */
export type AccessStyle =
  | "detailed"
  | "simple-boxes"
  | "hot"
  | "cold"
  | "recency-percentiles"
  | "temperature-percentiles"
  | "recency-sz-hist"
  | "temperature-sz-hist";

/** What {@linkcode accessSectionOf} shows. */
export interface AccessOptions {
  /** Default `detailed`. */
  style?: AccessStyle;
  /** Weights of the temperature. */
  weights?: TemperatureWeights;
  /** By the last of these. */
  sortBy?: readonly RegionKey[];
  /** These from the largest on. */
  descending?: readonly (RegionKey | "all")[];
  /** Of the styles with percentiles. */
  percentiles?: readonly number[];
  /** Of the styles with histograms. */
  histogram?: HistogramOptions;
  /** Totals only, no regions. */
  totalOnly?: boolean;
  /** Colours the strip; plain digits without. */
  paint?: (level: number, text: string) => string;
}

/** One snapshot of a report: what stands above its rows, the rows, and what stands below. */
export interface Section {
  /** Lines above. */
  head: string[];
  /** What the values of a row are; the same in all sections. */
  columns: readonly Column[];
  /** The rows. */
  rows: TableRow[];
  /** Lines below. */
  tail: string[];
}

/** When a snapshot was, in every section's columns. */
const PLACE: readonly Column[] = [
  { name: "target", title: "target", description: "index of the target", kind: "count", hidden: true },
  {
    name: "time_start_s",
    title: "start",
    description: "start of the snapshot, seconds since the start of the record",
    kind: "seconds",
    hidden: true,
  },
  { name: "time_end_s", title: "end", description: "its end", kind: "seconds", hidden: true },
];

/** Where there are several: each begins to count its targets at 0. */
const KDAMOND: Column = {
  name: "kdamond",
  title: "kdamond",
  description: "pid of its kernel thread",
  kind: "text",
  hidden: true,
};

const REGION: readonly Column[] = [
  { name: "index", title: "#", description: "index of the region in its snapshot", kind: "number" },
  { name: "start", title: "start", description: "first byte, hexadecimal", kind: "address" },
  { name: "end", title: "end", description: "one past the last byte", kind: "address", hidden: true },
  { name: "size_bytes", title: "size", description: "its size", kind: "bytes" },
  { name: "access_percent", title: "accessed", description: "samples that found it accessed, %", kind: "percent" },
  { name: "access_hz", title: "a second", description: "the same a second", kind: "number" },
  { name: "nr_accesses", title: "samples", description: "the same as a number", kind: "count", hidden: true },
  { name: "age_ns", title: "age", description: "for how long it has been so, ns", kind: "ns" },
  { name: "temperature", title: "temperature", description: "how much, often and long it is accessed", kind: "count" },
];
const PASSED: Column = {
  name: "filter_passed_bytes",
  title: "passed",
  description: "bytes that passed the scheme's filters",
  kind: "bytes",
};
const BOX: Column = {
  name: "box",
  title: "age × accesses",
  description: "its age as a length, its access rate as a level from 0 to 9",
  kind: "text",
};

/** Shows one snapshot. */
export function accessSectionOf(
  snapshot: Snapshot,
  target: RecordedTarget,
  survey: Pick<RecordSurvey, "header" | "originNs">,
  options: AccessOptions = {},
): Section {
  const { style = "detailed", weights = DEFAULT_WEIGHTS, totalOnly = false } = options;
  const regions = accessedRegionsOf(snapshot, weights);
  const seconds = (ns: number) => Number(((ns - survey.originNs) / 1e9).toFixed(6));
  const place = [target.index, seconds(snapshot.startNs), seconds(snapshot.endNs)];
  const hasPassed = snapshot.scheme?.passedBytes !== undefined;
  const probes = probesOf(survey.header, snapshot);
  const { columns, rows } = totalOnly
    ? totalRows(snapshot)
    : isMetricStyle(style)
    ? metricRows(style, snapshot, hasPassed, options)
    : withProbes(regionRows(regions, style, hasPassed, options), snapshot, probes);
  const areSeveral = survey.header.kdamonds.length > 1;
  const of = areSeveral ? `kdamond ${target.kdamond} ` : "";
  const span = `${place[1].toFixed(3)} s to ${place[2].toFixed(3)} s`;
  const head = [`Snapshot of ${of}target ${target.index} · ${span} (${formatNs(snapshot.endNs - snapshot.startNs)})`];
  if (!totalOnly && style === "detailed") head.push(...stripLines(regions, hasPassed, options));
  return {
    head,
    columns: [...(areSeveral ? [KDAMOND] : []), ...PLACE, ...columns],
    rows: rows.map((row) => [...(areSeveral ? [String(target.kdamond)] : []), ...place, ...row]),
    tail: totalOnly ? [] : [...tailLines(snapshot, survey, hasPassed), ...probeLines(snapshot, probes)],
  };
}

function isMetricStyle(style: AccessStyle): boolean {
  return style.endsWith("-percentiles") || style.endsWith("-sz-hist");
}

interface Rows {
  columns: readonly Column[];
  rows: TableRow[];
}

function regionRows(all: AccessedRegion[], style: AccessStyle, hasPassed: boolean, options: AccessOptions): Rows {
  const byStyle = style === "hot" || style === "cold";
  const keys = options.sortBy ?? (byStyle ? ["temperature" as const] : []);
  const regions = sortRegions(all, keys, options.descending ?? (style === "hot" ? ["temperature"] : []));
  const boxed = style === "simple-boxes" || byStyle;
  const scale: RegionBoxScale | undefined = boxed ? scaleOf(regions) : undefined;
  const columns = [...(boxed ? [BOX] : []), ...REGION, ...(hasPassed ? [PASSED] : [])].map((column) =>
    boxed && ["index", "temperature", "access_hz"].includes(column.name) ? { ...column, hidden: true } : column
  );
  const rows = regions.map((region) => [
    ...(scale ? [boxOf(region, scale)] : []),
    region.index,
    region.start,
    region.end,
    region.bytes,
    region.percent,
    Number(region.hz.toPrecision(4)),
    region.nrAccesses,
    region.ageUs === undefined ? undefined : region.ageUs * 1e3,
    region.temperature,
    ...(hasPassed ? [region.passedBytes] : []),
  ]);
  return { columns, rows };
}

/** The same rows with what the probes of attributes found. */
function withProbes({ columns, rows }: Rows, snapshot: Snapshot, probes: readonly Probe[]): Rows {
  const index = columns.findIndex(({ name }) => name === "index");
  return {
    columns: [...columns, ...probeColumns(probes)],
    rows: rows.map((row) => [...row, ...probePercents(snapshot, probes.length, row[index] as number)]),
  };
}

function scaleOf(regions: readonly AccessedRegion[]): RegionBoxScale {
  const over = (pick: (region: AccessedRegion) => number) => ({
    min: regions.reduce((min, region) => Math.min(min, pick(region)), Infinity),
    max: regions.reduce((max, region) => Math.max(max, pick(region)), -Infinity),
  });
  return { ageUs: over(({ ageUs }) => ageUs ?? 0), percent: over(({ percent }) => percent) };
}

function metricRows(style: AccessStyle, snapshot: Snapshot, hasPassed: boolean, options: AccessOptions): Rows {
  const metric: AccessMetric = style.startsWith("recency") ? "recency" : "temperature";
  const regions = accessedRegionsOf(snapshot, [
    0,
    ...(options.weights ?? DEFAULT_WEIGHTS).slice(1) as [number, number],
  ]);
  const [unit, kind] = metric === "recency" ? ["idle_ns", "ns" as const] : ["temperature", "count" as const];
  const what = metric === "recency" ? "idle time" : "temperature";
  const scale = metric === "recency" ? 1e3 : 1;
  const sets = hasPassed ? [true, false] : [false];
  const of: Column = { name: "of", title: "of", description: "all memory, or what passed the filters", kind: "text" };
  const valuesOf = (isPassed: boolean) => weighed(regions, metric, snapshot.aggrUs, isPassed);
  const nameOf = (isPassed: boolean) => isPassed ? "passed" : "all";
  if (style.endsWith("-percentiles")) {
    const { percentiles = DEFAULT_PERCENTILES } = options;
    return {
      columns: [
        { ...of, hidden: !hasPassed },
        { name: "percentile", title: "percentile", description: "part of the bytes, %", kind: "number" },
        { name: unit, title: what, description: `${what} that it does not exceed`, kind, bar: metric === "recency" },
      ],
      rows: sets.flatMap((isPassed) =>
        sizePercentilesOf(valuesOf(isPassed), percentiles)
          .map(({ percentile, value }) => [nameOf(isPassed), percentile, value * scale])
      ),
    };
  }
  return {
    columns: [
      { ...of, hidden: !hasPassed },
      { name: `${unit}_from`, title: `${what} from`, description: `least ${what}`, kind },
      { name: `${unit}_to`, title: "to below", description: "its end, not included", kind },
      { name: "size_bytes", title: "size", description: "bytes of the regions", kind: "bytes", bar: true },
    ],
    rows: sets.flatMap((isPassed) =>
      sizeHistogramOf(valuesOf(isPassed), options.histogram)
        .map(({ from, to, bytes }) => [nameOf(isPassed), from * scale, to * scale, bytes])
    ),
  };
}

function totalRows(snapshot: Snapshot): Rows {
  const { bytes, passedBytes, bandwidth } = accessTotalsOf(snapshot);
  return {
    columns: [
      { name: "size_bytes", title: "size", description: "bytes of all regions", kind: "bytes" },
      { name: "nr_regions", title: "regions", description: "regions of the snapshot", kind: "count" },
      { name: "bandwidth_bytes", title: "a second", description: "bytes accessed a second", kind: "bytes" },
      ...(passedBytes === undefined ? [] : [PASSED]),
    ],
    rows: [[bytes, snapshot.regions.length, bandwidth, ...(passedBytes === undefined ? [] : [passedBytes])]],
  };
}

/** Beside its label it fits into 80 columns. */
const STRIP_COLUMNS = 72;

function stripLines(regions: readonly AccessedRegion[], hasPassed: boolean, { paint }: AccessOptions): string[] {
  const lines: string[] = [];
  const add = (label: string, some: readonly AccessedRegion[]) => {
    // Each gap between regions takes room of its own.
    const wide = (columns: number) => temperatureStripOf(some, columns);
    let strip = wide(STRIP_COLUMNS);
    for (let columns = STRIP_COLUMNS; strip && stripText(strip).length > STRIP_COLUMNS && columns > 10;) {
      strip = wide(columns -= 2);
    }
    if (!strip) return;
    const [min, max] = [strip.min, strip.max].map((value) => formatNr(Math.round(value)));
    lines.push(`${label} ${stripText(strip, paint)}`);
    lines.push(
      `${" ".repeat(label.length)} temperatures ${min} to ${max}, a column is ${formatBytes(strip.columnBytes)}`,
    );
  };
  add("all   ", regions);
  if (hasPassed) add("passed", regions.filter(({ passedBytes }) => passedBytes !== 0));
  return lines;
}

function tailLines(snapshot: Snapshot, { header }: Pick<RecordSurvey, "header">, hasPassed: boolean): string[] {
  const totals = accessTotalsOf(snapshot);
  const us = (value: number) => formatNs(value * 1e3);
  const passed = (bytes: number | undefined) => hasPassed ? ` (passed the filters: ${formatBytes(bytes ?? 0)})` : "";
  const filters = header.kdamonds.flatMap(({ contexts }) =>
    contexts.flatMap(({ schemes = [] }) => schemes.flatMap((scheme) => scheme.filters ?? []))
  );
  return [
    `Total ${formatBytes(totals.bytes)}${passed(totals.passedBytes)}`,
    `Accessed at least ${formatBytes(totals.bandwidth)} a second${passed(totals.passedBandwidth)}`,
    `Sampled every ${us(snapshot.sampleUs)}, aggregated over ${us(snapshot.aggrUs)}: ` +
    `at most ${Number(totals.maxHz.toPrecision(4))} accesses a second`,
    ...(hasPassed && filters.length > 0 ? [`Filters: ${filters.map(filterText).join(", ")}`] : []),
  ];
}

import { formatAddress, formatBytes } from "../damon/mod.ts";
import { bandNameOf, captionOf, targetNameOf } from "./heat_caption.ts";
import { HEAT_RAMP, hexOf, IDLE_COLOUR, scaleEndOf } from "./heat_colours.ts";
import { idleRectsOf } from "./heat_rects.ts";
import { type HeatBand, type Heatmap, heatOf, maxHeatOf } from "./heatmap.ts";
import { byteTicks } from "./ticks.ts";

/** A Vega-Lite specification: plain data that becomes JSON as it is. */
export type VegaLiteSpec = { $schema: string } & Record<string, unknown>;

/** Size of the picture. */
export interface VegaLiteOptions {
  /** Width of the plots, px. Default 760. */
  width?: number;
  /** Height of all bands together, px. Default 420. */
  height?: number;
}

const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";
const FONT = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";
/** Room for a band's three lines of label. */
const LEAST_BAND_PX = 48;
/** Height of a name beside the plot. */
const NAME_PX = 11;
const IDLE = "never accessed";

/**
 * A heat map as a self-contained Vega-Lite 6 specification: one plot a band on a shared time axis, with one colour scale.
 * Only cells that were accessed are rows of data; what was monitored and idle is a few large rectangles beneath them, and
 * what was not monitored stays blank. Addresses are plotted as offsets from the band's start, exact whatever the
 * address; tooltips have them in full, in hex.
 *
 * @see https://vega.github.io/vega-lite/docs/
 */
export function heatmapSpec(heatmap: Heatmap, options: VegaLiteOptions = {}): VegaLiteSpec {
  const { width = 760, height = 420 } = options;
  const { title, lines } = captionOf(heatmap);
  const bands = [...heatmap.bands].reverse();
  const bytes = bands.reduce((sum, band) => sum + band.end - band.start, 0);
  const free = Math.max(0, height - bands.length * LEAST_BAND_PX);
  const heightOf = (band: HeatBand) => LEAST_BAND_PX + Math.round(free * (band.end - band.start) / bytes);
  return {
    $schema: SCHEMA,
    description: `Memory accesses of ${title}: time × address, coloured by the share of samples that found it accessed`,
    title: { text: title, subtitle: lines.flatMap((line) => wrap(line, Math.floor(width / 6))) },
    background: "white",
    spacing: 16,
    vconcat: bands.map((band, i) => bandSpec(heatmap, band, i, bands, { width, height: heightOf(band) })),
    resolve: { scale: { x: "shared", fill: "shared", color: "shared" }, legend: { fill: "shared", color: "shared" } },
    config: CONFIG,
  };
}

const CONFIG = {
  font: FONT,
  padding: 12,
  view: { stroke: "#b8b8c0", strokeWidth: 1 },
  title: {
    anchor: "start",
    frame: "bounds",
    fontSize: 16,
    offset: 14,
    color: "#1f1c2e",
    subtitleColor: "#55525f",
    subtitleFontSize: 11,
    subtitleLineHeight: 15,
    subtitlePadding: 6,
  },
  axis: { labelFontSize: 11, titleFontSize: 11, labelColor: "#333", titleColor: "#1f1c2e", tickColor: "#b8b8c0" },
  legend: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal", labelColor: "#333", titleColor: "#333" },
} as const;

function bandSpec(
  heatmap: Heatmap,
  band: HeatBand,
  index: number,
  bands: HeatBand[],
  size: { width: number; height: number },
): Record<string, unknown> {
  const { startNs, binNs, count } = heatmap.time;
  const [t0, t1] = [seconds(startNs), seconds(startNs + binNs * count)];
  const isLast = index === bands.length - 1;
  const bytes = band.end - band.start;
  const x = {
    field: "t0",
    type: "quantitative",
    scale: { domain: [t0, t1], nice: false, zero: false },
    axis: {
      title: isLast ? "seconds since the start of the record" : null,
      labels: isLast,
      ticks: isLast,
      grid: false,
      domain: false,
      tickCount: 10,
    },
  };
  const ticks = byteTicks(bytes, Math.max(1, Math.floor(size.height / 40)));
  const y = {
    field: "a0",
    type: "quantitative",
    scale: { domain: [0, bytes], nice: false, zero: false },
    axis: {
      title: labelOf(heatmap, band, bands),
      titleAngle: 0,
      titleAlign: "right",
      titleBaseline: "middle",
      titlePadding: 10,
      titleFontWeight: "normal",
      values: ticks.map(({ value }) => value),
      labelExpr: labelExpr(ticks),
      grid: false,
      domain: false,
      minExtent: 60,
    },
  };
  const place = { x, x2: { field: "t1" }, y, y2: { field: "a1" } };
  return {
    name: `band${index}`,
    ...size,
    layer: [
      {
        data: { values: idleRectsOf(band, heatmap.time) },
        mark: { type: "rect", tooltip: false },
        encoding: { ...place, color: idleEncoding() },
      },
      {
        data: { values: cellsOf(heatmap, band) },
        transform: cellTransforms(heatmap, band),
        params: [{ name: `zoom${index}`, select: { type: "interval", encodings: ["x", "y"] }, bind: "scales" }],
        mark: { type: "rect", tooltip: true },
        encoding: { ...place, fill: heatEncoding(heatmap), tooltip: TOOLTIP },
      },
      ...namesLayer(band, size.height),
    ],
  };
}

const TOOLTIP = [
  { field: "heat", type: "quantitative", title: "accessed, % of samples" },
  { field: "time", type: "nominal", title: "time" },
  { field: "address", type: "nominal", title: "address" },
  { field: "name", type: "nominal", title: "memory" },
];

function idleEncoding() {
  return {
    datum: IDLE,
    type: "nominal",
    scale: { domain: [IDLE], range: [hexOf(IDLE_COLOUR)] },
    legend: { title: null, orient: "bottom", symbolType: "square", symbolSize: 180, symbolStrokeWidth: 0 },
  };
}

function heatEncoding(heatmap: Heatmap) {
  const end = scaleEndOf(maxHeatOf(heatmap)) * 100;
  const domain = HEAT_RAMP.map((_, i) => Number((end * i / (HEAT_RAMP.length - 1)).toPrecision(6)));
  return {
    field: "heat",
    type: "quantitative",
    scale: { domain, range: HEAT_RAMP.map(hexOf), clamp: true },
    legend: {
      title: "accessed, % of samples",
      orient: "bottom",
      direction: "horizontal",
      gradientLength: 240,
      gradientThickness: 12,
      tickCount: 5,
    },
  };
}

/** The compact rows: time bin `t`, row `a`, heat in % of samples. */
function cellsOf(heatmap: Heatmap, band: HeatBand): { t: number; a: number; heat: number }[] {
  const cells: { t: number; a: number; heat: number }[] = [];
  for (let t = 0; t < heatmap.time.count; t++) {
    for (let a = 0; a < band.rows; a++) {
      const heat = heatOf(band, t, a);
      if (heat) cells.push({ t, a, heat: Number((heat * 100).toPrecision(3)) });
    }
  }
  return cells;
}

function cellTransforms({ time }: Heatmap, band: HeatBand): Record<string, unknown>[] {
  const { startNs, binNs } = time;
  const at = (t: string) => `${seconds(startNs)} + ${t} * ${binNs / 1e9}`;
  return [
    { calculate: at("datum.t"), as: "t0" },
    { calculate: at("(datum.t + 1)"), as: "t1" },
    { calculate: `datum.a * ${band.rowBytes}`, as: "a0" },
    { calculate: `min(${band.end - band.start}, (datum.a + 1) * ${band.rowBytes})`, as: "a1" },
    { calculate: "format(datum.t0, '.3f') + ' to ' + format(datum.t1, '.3f') + ' s'", as: "time" },
    { lookup: "a", from: { data: { values: rowsOf(band) }, key: "a", fields: ["address", "name"] } },
  ];
}

/** What tooltips say of each row. */
function rowsOf(band: HeatBand): { a: number; address: string; name: string }[] {
  return Array.from({ length: band.rows }, (_, a) => {
    const start = band.start + a * band.rowBytes;
    const end = Math.min(band.end, start + band.rowBytes);
    const names = [
      ...new Set(band.names.filter((name) => name.end > start && name.start < end).map(({ name }) => name)),
    ];
    const text = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
    return { a, address: `${formatAddress(start)}-${formatAddress(end)}`, name: text.join(", ") || "unnamed" };
  });
}

/** Names of the mappings at the right edge, where a band has several that are tall enough to be told apart. */
function namesLayer(band: HeatBand, height: number): Record<string, unknown>[] {
  const bytes = band.end - band.start;
  const tall = band.names.filter(({ start, end }) => (end - start) / bytes * height >= NAME_PX);
  if (new Set(band.names.map(({ name }) => name)).size < 2) return [];
  const values = tall.map(({ start, end, name }) => ({
    name: shorten(name, 22),
    a0: start - band.start,
    a1: end - band.start,
    a: (start + end) / 2 - band.start,
  }));
  const y = { field: "a", type: "quantitative" };
  return [
    {
      data: { values },
      mark: { type: "text", align: "left", baseline: "middle", dx: 8, fontSize: 10, color: "#55525f", clip: false },
      encoding: { x: { value: { expr: "width" } }, y, text: { field: "name", type: "nominal" } },
    },
    {
      data: { values },
      mark: { type: "rule", xOffset: 4, color: "#9a97a6", strokeWidth: 2 },
      encoding: { x: { value: { expr: "width" } }, y: { field: "a0", type: "quantitative" }, y2: { field: "a1" } },
    },
  ];
}

function labelOf(heatmap: Heatmap, band: HeatBand, bands: HeatBand[]): string[] {
  const lines = [shorten(bandNameOf(heatmap, band), 22), formatBytes(band.end - band.start)];
  if (new Set(bands.map(({ target }) => target)).size > 1) {
    lines.unshift(shorten(targetNameOf(heatmap, band.target), 22));
  }
  return [...lines, `from ${formatAddress(band.start)}`];
}

function labelExpr(ticks: { value: number; label: string }[]): string {
  const table = Object.fromEntries(ticks.map(({ value, label }) => [value, label]));
  return `${JSON.stringify(table)}[datum.value]`;
}

function seconds(ns: number): number {
  return Number((ns / 1e9).toFixed(9));
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const part of text.split(" · ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 3 + part.length <= length) lines[lines.length - 1] = `${last} · ${part}`;
    else lines.push(part);
  }
  return lines;
}

import { formatAddress, formatBytes } from "../../damon/mod.ts";
import {
  BYTES_EXPR,
  byteTicksExpr,
  CHART_CONFIG,
  CHART_SCHEMA,
  heatEncoding,
  hexOf,
  IDLE_COLOUR,
  type VegaLiteSpec,
} from "../chart/mod.ts";
import { bandNameOf, captionOf } from "./heat_caption.ts";
import { shortTargetNameOf } from "../record/mod.ts";
import { idleRectsOf } from "./heat_rects.ts";
import { type HeatBand, type Heatmap, maxHeatOf, topDown } from "./heatmap.ts";
import { cellsOf, cellTransforms, rowsOf, seconds, TOOLTIP } from "./vega_lite_cells.ts";
import { CUT_PX, cutLayer, namesLayer } from "./vega_lite_names.ts";
import { shorten, wrap } from "../text/mod.ts";

/** Size of the picture. */
export interface VegaLiteOptions {
  /** Width of the plots, px. Default 760. */
  width?: number;
  /** Height of all bands together, px. Default 420. */
  height?: number;
}

/** Room for a band's three lines of label. */
const LEAST_BAND_PX = 48;
const IDLE = "never accessed";
const BLANK = "not monitored";
/** px between the axis and a band's label: room for `1023 MiB`. */
const LABEL_PX = 68;

/**
 * A heat map as a self-contained Vega-Lite 6 specification: one plot a band on a shared time axis, with one colour scale.
 * Only cells that were accessed are rows of data; what was monitored and idle is a few large rectangles beneath them, and
 * what was not monitored stays blank. Addresses are plotted as offsets in the band, exact whatever the
 * address; tooltips have them in full, in hex.
 *
 * @see https://vega.github.io/vega-lite/docs/
 */
export function heatmapSpec(heatmap: Heatmap, options: VegaLiteOptions = {}): VegaLiteSpec {
  const { height = 420 } = options;
  // Whole pixels for each cell: no cell looks wider than its neighbour, and no edge is smoothed.
  const { count } = heatmap.time;
  const width = count * Math.max(1, Math.round((options.width ?? 760) / count));
  const { title, lines } = captionOf(heatmap);
  const bands = topDown(heatmap);
  const bytes = bands.reduce((sum, band) => sum + band.bytes, 0);
  const free = Math.max(0, height - bands.length * LEAST_BAND_PX);
  const heightOf = (band: HeatBand) => {
    const wanted = LEAST_BAND_PX + free * (band.bytes) / bytes;
    return band.rows * Math.max(1, Math.round(wanted / band.rows));
  };
  return {
    $schema: CHART_SCHEMA,
    description: `${title}: time × address, coloured by the share of samples that found it accessed`,
    title: { text: title, subtitle: lines.flatMap((line) => wrap(line, Math.floor((width + 140) / 6.2))) },
    background: "white",
    // Not by what is drawn beside a band: its labels change as it is zoomed, and would move the bands below.
    bounds: "flush",
    spacing: CUT_PX + 4,
    datasets: Object.fromEntries(bands.map((band, i) => [rowsNameOf(band, i), rowsOf(band)])),
    vconcat: bands.map((band, i) => bandSpec(heatmap, band, i, bands, { width, height: heightOf(band) })),
    // Moving in time moves all bands, moving in addresses one. The time axes are bound by the parameter, not as a shared
    // scale, and the parameters stand here, not in the bands: Vega-Lite drops them else.
    params: [
      { name: "time", select: { type: "interval", encodings: ["x"] }, bind: "scales", views: bands.map(cellsNameOf) },
      ...bands.map((band, i) => ({
        name: `address${i}`,
        select: { type: "interval", encodings: ["y"] },
        bind: "scales",
        views: [cellsNameOf(band, i)],
      })),
    ],
    resolve: {
      scale: { x: "independent", fill: "shared", color: "shared" },
      legend: { fill: "shared", color: "shared" },
    },
    config: CHART_CONFIG,
  };
}

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
  const bytes = band.bytes;
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
  const label = labelOf(heatmap, band, bands);
  const y = {
    field: "a0",
    type: "quantitative",
    scale: { domain: [0, bytes], nice: false, zero: false },
    axis: {
      title: label,
      titleAngle: 0,
      titleAlign: "right",
      titleBaseline: "middle",
      titleX: -LABEL_PX,
      titleY: size.height / 2 - (label.length - 1) * 6.5,
      values: { expr: byteTicksExpr(`band${index}_y`, size.height) },
      labelExpr: BYTES_EXPR,
      grid: false,
      domain: false,
    },
  };
  const place = { x, x2: { field: "t1" }, y, y2: { field: "a1" } };
  return {
    name: `band${index}`,
    ...size,
    layer: [
      {
        data: { values: idleRectsOf(band, heatmap.time) },
        transform: [{ calculate: `'${IDLE}'`, as: "state" }],
        mark: { type: "rect", aria: false, tooltip: false, clip: true },
        encoding: { ...place, color: idleEncoding() },
      },
      {
        data: { values: cellsOf(heatmap, band, rowsOf(band)) },
        transform: cellTransforms(heatmap, band, rowsNameOf(band, index)),
        name: cellsNameOf(band, index),
        // Half a pixel over the next cell, which is drawn later: else the edges' smoothing shows as a grid.
        mark: { type: "rect", aria: false, tooltip: true, x2Offset: 0.6, y2Offset: -0.6, clip: true },
        encoding: {
          ...place,
          fill: heatEncoding("heat", "accessed, % of samples", maxHeatOf(heatmap)),
          tooltip: TOOLTIP,
        },
      },
      ...namesLayer(heatmap, band, index, size.height),
      ...cutLayer(band, bands[index + 1], size),
    ],
  };
}

const rowsNameOf = (_: HeatBand, index: number) => `rows${index}`;
const cellsNameOf = (_: HeatBand, index: number) => `cells${index}`;

function idleEncoding() {
  return {
    field: "state",
    type: "nominal",
    scale: { domain: [IDLE, BLANK], range: [hexOf(IDLE_COLOUR), "white"] },
    legend: {
      title: null,
      orient: "bottom",
      direction: "vertical",
      symbolType: "square",
      symbolSize: 150,
      symbolStrokeColor: "#b8b8c0",
      symbolStrokeWidth: 1,
    },
  };
}

function labelOf(heatmap: Heatmap, band: HeatBand, bands: HeatBand[]): string[] {
  const lines = [shorten(bandNameOf(heatmap, band), 22), formatBytes(band.bytes)];
  if (new Set(bands.map(({ target }) => target)).size > 1) {
    lines.unshift(shorten(shortTargetNameOf(heatmap, band.target), 22));
  }
  if (band.pieces.length > 1) lines.push(`in ${band.pieces.length.toLocaleString("en")} pieces`);
  return [...lines, `from ${formatAddress(band.start)}`];
}

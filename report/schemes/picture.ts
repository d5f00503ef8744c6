import { bytesAxis, numberAxis, secondsAxis, subtitleOf, type VegaLiteSpec } from "../chart/mod.ts";
import { captionOf, type Heatmap, heatmapSpec, type HitGrid, topDown } from "../heatmap/mod.ts";

/** One line of a {@linkcode CourseView}. */
export interface CourseLine {
  /** As the legend has it. */
  name: string;
  /** Its colour. */
  colour: string;
  /** Seconds since the start of the record, and the value. */
  points: readonly { t: number; y: number }[];
  /** A limit, not something that happened. */
  isDashed?: boolean;
}

/** Values over time, below a heat map. */
export interface CourseView {
  /** One word, for the chart's parts. */
  name: string;
  /** What the values are, with their unit if it is not bytes. */
  title: string;
  /** Whether they are bytes. */
  isBytes: boolean;
  /** Whether each value holds for the time around it, as a rate does; else they are joined by lines. */
  isStep: boolean;
  /** Of what. */
  legend: string;
  /** All on one axis. */
  lines: readonly CourseLine[];
}

/** Where schemes act on a heat map, and what comes of it over time. */
export interface SchemesPicture {
  /** The heat map beneath. */
  heatmap: Heatmap;
  /** Where they act. */
  hits: HitGrid;
  /** Names of the schemes, in the order of the grid. */
  schemes: readonly string[];
  /** From the top. */
  views: readonly CourseView[];
  /** What it is about. */
  title: string;
  /** One sentence a line. */
  caption: readonly string[];
}

/**
 * Colours that stand out from those of heat, for colour-blind people too; on white paper they are dark enough for lines.
 */
const COLOURS = ["#22b8c9", "#5dbb2f", "#d96fd0", "#8f8fff", "#b0a080"];

/** The colour of a scheme in a {@linkcode SchemesPicture}. */
export const schemeColourOf = (scheme: number): string => COLOURS[scheme % COLOURS.length];

const [HEAT_HEIGHT, VIEW_HEIGHT] = [380, 96];
/** As if it were higher: ticks may stand closer than in a large chart. */
const TICKS_HEIGHT = 160;

/** The picture as a Vega-Lite specification: the heat map with the schemes on it, and below what comes of it over time. */
export function schemesPictureSpec(picture: SchemesPicture): VegaLiteSpec {
  const { heatmap, hits, schemes, views, title, caption } = picture;
  const heat = heatmapSpec(heatmap, { height: HEAT_HEIGHT });
  const bands = heat.vconcat as (Record<string, unknown> & { layer: Record<string, unknown>[] })[];
  const width = Number(bands[0]?.width ?? 720);
  const order = topDown(heatmap).map((band) => heatmap.bands.indexOf(band));
  const drawn = views.filter(({ lines }) => lines.some(({ points }) => points.length > 0));
  return {
    ...heat,
    bounds: "full",
    spacing: 4,
    description: captionOf(heatmap).title,
    title: { text: title, subtitle: subtitleOf(caption, width + 180) },
    vconcat: [
      ...bands.map((band, i) => ({
        ...band,
        layer: withOverlays(band.layer, overlaysOf(hits, order[i], schemes)),
      })),
      ...drawn.map((view, i) => viewSpec(view, heatmap, width, i === drawn.length - 1)),
    ],
    resolve: {
      scale: { x: "independent", fill: "shared", color: "shared", stroke: "independent", strokeDash: "independent" },
      legend: { fill: "shared", color: "shared", stroke: "independent" },
    },
  };
}

/** Above the cells, below the names. */
function withOverlays(layers: Record<string, unknown>[], overlays: Record<string, unknown>[]) {
  return [...layers.slice(0, 2), ...overlays, ...layers.slice(2)];
}

function overlaysOf(hits: HitGrid, band: number, schemes: readonly string[]): Record<string, unknown>[] {
  const place = {
    x: { field: "t0", type: "quantitative" },
    x2: { field: "t1" },
    y: { field: "a0", type: "quantitative" },
    y2: { field: "a1" },
  };
  const layer = (values: unknown[], scheme: number, opacity: number) =>
    values.length === 0 ? [] : [{
      data: { values },
      mark: { type: "rect", clip: true, aria: false, tooltip: false, color: schemeColourOf(scheme), opacity },
      encoding: place,
    }];
  return schemes.flatMap((_, scheme) => [
    ...layer(hits.heldRects(scheme, band), scheme, 0.38),
    ...layer(hits.triedRects(scheme, band), scheme, 0.9),
  ]);
}

function viewSpec(
  { name, title, isBytes, isStep, legend, lines }: CourseView,
  { time }: Heatmap,
  width: number,
  isLast: boolean,
): Record<string, unknown> {
  const [t0, t1] = [time.startNs / 1e9, (time.startNs + time.binNs * time.count) / 1e9];
  const domain = lines.map((line) => line.name);
  const round = (value: number) => Number(value.toPrecision(7));
  const values = lines.flatMap((line) =>
    line.points.map(({ t, y }) => ({ line: line.name, t: round(t), y: isBytes ? Math.round(y) : round(y) }))
  );
  return {
    name,
    width,
    height: VIEW_HEIGHT,
    data: { values },
    mark: { type: "line", interpolate: isStep ? "step" : "linear", strokeWidth: 1.8, clip: true, tooltip: true },
    encoding: {
      x: {
        field: "t",
        type: "quantitative",
        scale: { domain: [t0, t1], nice: false, zero: false },
        axis: { ...secondsAxis(), ...(isLast ? {} : { title: null, labels: false }) },
      },
      y: {
        field: "y",
        type: "quantitative",
        scale: { zero: true },
        axis: {
          ...(isBytes ? bytesAxis(title, TICKS_HEIGHT, `${name}_y`) : { ...numberAxis(title, ",~f"), tickCount: 4 }),
          minExtent: 54,
        },
      },
      stroke: {
        field: "line",
        type: "nominal",
        sort: domain,
        scale: { domain, range: lines.map(({ colour }) => colour) },
        legend: { title: legend, orient: "right", symbolStrokeWidth: 3, labelLimit: 190 },
      },
      strokeDash: {
        field: "line",
        type: "nominal",
        sort: domain,
        scale: { domain, range: lines.map(({ isDashed }) => isDashed ? [5, 4] : [1, 0]) },
        legend: null,
      },
      tooltip: [
        { field: "line", type: "nominal", title: legend },
        { field: "t", type: "quantitative", title: "second", format: ".2f" },
        { field: "y", type: "quantitative", title, format: "," },
      ],
    },
  };
}

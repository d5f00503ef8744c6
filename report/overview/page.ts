import { bytesAxis, CATEGORY_COLOURS, secondsAxis, subtitleOf, type VegaLiteSpec } from "../chart/mod.ts";
import { type OpenRecord, pointsOf, type Selection, shortTargetNameOf } from "../record/mod.ts";
import {
  captionOf,
  type Heatmap,
  heatmapOf,
  type HeatmapOptions,
  heatmapSpec,
  heatSourceOf,
  topDown,
} from "../heatmap/mod.ts";
import { useNameOf } from "../mappings/mod.ts";
import { idleBarsOf, MemoryClassesFold, RATE_CLASSES } from "../idle/mod.ts";
import { type Overview, overviewOf } from "./overview.ts";
import { windowText } from "../working_set/mod.ts";
import { shorten } from "../text/mod.ts";

/** All that a page to explore shows of a record: bins, never its regions. */
export interface RecordPage {
  /** The heat map. */
  heatmap: Heatmap;
  /** Working set and mappings. */
  overview: Overview;
  /** Access rates and idle times. */
  classes: MemoryClassesFold;
}

const TIME_BINS = 120;

/** Reads a record three times, for a page whose size does not grow with it. */
export async function recordPageOf(
  open: OpenRecord,
  selection: Selection = {},
  { windowNs, ...options }: HeatmapOptions = {},
): Promise<RecordPage> {
  let classes = new MemoryClassesFold(TIME_BINS);
  const overview = await overviewOf(open, selection, () => [classes = new MemoryClassesFold(TIME_BINS)], windowNs);
  const [source, wanted] = heatSourceOf(open, selection);
  const cells = { timeBins: 240, rows: 80, ...(windowNs !== undefined && { windowNs }) };
  return { overview, classes, heatmap: await heatmapOf(source, { ...cells, ...wanted, ...options }) };
}

const [WSS_HEIGHT, WSS_POINTS, MOST_MAPPINGS, BAR_WIDTH] = [90, 480, 14, 190];
const CHOSEN = "chosen";

/**
 * One specification of linked views: the working set over time, the heat map, and below what mappings, access rates and
 * idle times come to in the time that is chosen by dragging across one of those above.
 */
export function recordPageSpec({ heatmap, overview, classes }: RecordPage): VegaLiteSpec {
  const heat = heatmapSpec(heatmap, { height: 360 });
  const bands = heat.vconcat as Record<string, unknown>[];
  const { title, lines } = captionOf(heatmap);
  const width = Number(bands[0]?.width ?? 720);
  const cells = topDown(heatmap).map((_, i) => `cells${i}`);
  return {
    ...heat,
    title: { text: title, subtitle: subtitleOf(lines, width + 80) },
    bounds: "full",
    spacing: 12,
    vconcat: [
      wssView(overview, heatmap, classes.time.startNs, width),
      // Not on their own below it: what binds their axes is looked for here.
      ...bands,
      {
        spacing: 46,
        hconcat: [mappingsView(overview), ratesView(classes, overview), idleView(classes, overview)],
        resolve: { scale: { x: "independent", y: "independent", color: "independent" } },
      },
    ],
    params: [
      {
        name: CHOSEN,
        select: {
          type: "interval",
          encodings: ["x"],
          zoom: false,
          on: "[pointerdown[!event.shiftKey], window:pointerup] > window:pointermove!",
          mark: { fill: "#888", fillOpacity: 0.18, stroke: "#fff", strokeOpacity: 0.9 },
        },
        views: ["wss", ...cells],
      },
      ...(heat.params as { name: string; select: Record<string, unknown> }[]).map((param) => ({
        ...param,
        select: {
          ...param.select,
          translate: "[pointerdown[event.shiftKey], window:pointerup] > window:pointermove!",
        },
        ...(param.name === "time" && { views: ["wss", ...cells] }),
      })),
    ],
  };
}

const seconds = (ns: number) => Number((ns / 1e9).toFixed(6));

function wssView(
  { wss, workingSet, survey }: Overview,
  { time }: Heatmap,
  startNs: number,
  width: number,
): Record<string, unknown> {
  const values = pointsOf(wss, WSS_POINTS).map(({ timeNs, value }) => ({ t0: seconds(timeNs), bytes: value }));
  // Each point is the end of the time that it is about.
  if (values.length > 0) values.unshift({ t0: seconds(startNs - survey.originNs), bytes: values[0].bytes });
  const domain = [seconds(time.startNs), seconds(time.startNs + time.binNs * time.count)];
  return {
    name: "course",
    width,
    height: WSS_HEIGHT,
    data: { values },
    // The selections belong to one mark: an area with a line of its own would become two.
    layer: [
      {
        name: "wss",
        mark: { type: "area", interpolate: "step-before", fillOpacity: 0.2, color: CATEGORY_COLOURS[0], clip: true },
      },
      { mark: { type: "line", interpolate: "step-before", strokeWidth: 1.4, color: CATEGORY_COLOURS[0], clip: true } },
    ],
    encoding: {
      x: {
        field: "t0",
        type: "quantitative",
        scale: { domain, nice: false, zero: false },
        axis: { ...secondsAxis(), title: null, labels: false, ticks: false },
      },
      y: {
        field: "bytes",
        type: "quantitative",
        axis: {
          ...bytesAxis("working set", WSS_HEIGHT, "course_y"),
          titleAngle: 0,
          titleAlign: "right",
          titleBaseline: "middle",
          titleX: -68,
          titleY: WSS_HEIGHT / 2,
          title: [
            `working set${workingSet ? ` (${windowText(workingSet)})` : ""}`,
            ...(survey.targets.length > 1 ? ["of all targets"] : []),
          ],
        },
      },
    },
  };
}

interface Part {
  label: string;
  t0: number;
  b: number;
  s: number;
}

function barsView(
  name: string,
  title: string,
  labels: readonly string[],
  values: readonly Part[],
  colour: string,
): Record<string, unknown> {
  return {
    name,
    title: { text: title, fontSize: 12, anchor: "start", offset: 6 },
    width: BAR_WIDTH,
    height: { step: 17 },
    data: { values },
    transform: [
      { filter: { param: CHOSEN } },
      { aggregate: [{ op: "sum", field: "b", as: "sum" }, { op: "sum", field: "s", as: "of" }], groupby: ["label"] },
      { calculate: "datum.of > 0 ? datum.sum / datum.of : 0", as: "mean" },
      { calculate: BYTES_OF_MEAN, as: "text" },
    ],
    encoding: {
      y: {
        field: "label",
        type: "nominal",
        scale: { domain: labels },
        axis: { title: null, labelLimit: 150, ticks: false, domain: false },
      },
      x: { field: "mean", type: "quantitative", scale: { nice: false }, axis: null },
    },
    layer: [
      { mark: { type: "bar", height: { band: 0.7 }, color: colour } },
      {
        mark: { type: "text", align: "left", dx: 4, fontSize: 10, color: "#333" },
        encoding: { text: { field: "text" } },
      },
    ],
    view: { stroke: null },
  };
}

/** `1.5 MiB`, of the mean. */
const BYTES_OF_MEAN = ["KiB", "MiB", "GiB", "TiB", "PiB"].reduceRight(
  (larger, unit, i) => {
    const text = `format(datum.mean / ${2 ** (10 * (i + 1))}, '.3~r') + ' ${unit}'`;
    return larger === "" ? text : `datum.mean < ${2 ** (10 * (i + 2))} ? ${text} : ${larger}`;
  },
  "",
).replace(/^/, "datum.mean < 1024 ? format(datum.mean, '.0f') + ' B' : ");

function mappingsView({ mappings: { uses, time }, survey }: Overview): Record<string, unknown> {
  const shown = uses.slice(0, MOST_MAPPINGS);
  const several = survey.targets.length > 1;
  const names = shown.map((use) =>
    shorten(several ? `${useNameOf(use)} · ${shortTargetNameOf(survey, use.target)}` : useNameOf(use), 28)
  );
  const labels = names.map((name, i) => names.indexOf(name) === i ? name : `${name} (${i + 1})`);
  const step = time.binNs / 1e9;
  const values = shown.flatMap((use, i) =>
    use.wssOverTime.flatMap((bytes, bin) =>
      bytes === undefined ? [] : [{
        label: labels[i],
        t0: seconds(time.startNs + bin * time.binNs),
        b: Math.round(bytes * step),
        s: step,
      }]
    )
  );
  const left = uses.length - shown.length;
  const title = left > 0 ? `Working set of mappings (${left} smaller left out)` : "Working set of mappings";
  return barsView("mappings", title, labels, values, CATEGORY_COLOURS[0]);
}

function classParts(
  classes: MemoryClassesFold,
  { survey }: Overview,
  names: readonly string[],
  sums: readonly Float64Array[],
): Part[] {
  const { startNs, binNs, used } = classes.time;
  return names.flatMap((label, at) =>
    Array.from({ length: used }, (_, bin) => ({
      label,
      t0: seconds(startNs - survey.originNs + bin * binNs),
      b: Math.round(sums[at][bin] / 1e9),
      s: Number((classes.ns[bin] / 1e9).toFixed(6)),
    }))
  );
}

function ratesView(classes: MemoryClassesFold, overview: Overview): Record<string, unknown> {
  const names = RATE_CLASSES.slice(1);
  const values = classParts(classes, overview, names, classes.rates.slice(1));
  return barsView("rates", "Accessed in a snapshot, by share of samples", names, values, CATEGORY_COLOURS[1]);
}

function idleView(classes: MemoryClassesFold, { course, survey }: Overview): Record<string, unknown> {
  const { labels, bars } = idleBarsOf(course, classes);
  const values = bars.map(({ label, startNs, bytes, ns }) => ({
    label,
    t0: seconds(startNs - survey.originNs),
    b: Math.round(bytes * ns / 1e9),
    s: Number((ns / 1e9).toFixed(6)),
  }));
  return barsView("idle", "Memory by how long it is idle", labels, values, CATEGORY_COLOURS[2]);
}

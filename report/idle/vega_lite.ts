import { formatBytes } from "../../damon/mod.ts";
import { bytesAxisOf, bytesExpr, CHART_CONFIG, CHART_SCHEMA, type VegaLiteSpec } from "../chart/mod.ts";
import type { IdleReport } from "./idle.ts";
import { idleCaptionOf, idleClassNames, usedClassesOf } from "./caption.ts";
import { idleColour } from "./colours.ts";
import type { VegaLiteOptions } from "../heatmap/mod.ts";
import { wrap } from "../text/mod.ts";

/**
 * Idle memory as a self-contained Vega-Lite 6 specification. A record shows how much memory had been idle for how long
 * over its time, in stacked bands, what was accessed at the bottom; time without snapshots stays blank. One moment shows a
 * bar for each class of idle time.
 */
export function idleSpec(report: IdleReport, options: VegaLiteOptions = {}): VegaLiteSpec {
  const { width = 760, height = 320 } = options;
  const { title, lines } = idleCaptionOf(report);
  const names = idleClassNames(report).slice(0, usedClassesOf(report));
  return {
    $schema: CHART_SCHEMA,
    description: `${title}: watched memory by how long it has been idle`,
    title: { text: title, subtitle: lines.flatMap((line) => wrap(line, Math.floor((width + 140) / 6.2))) },
    background: "white",
    width,
    ...(report.overTime.length > 1
      ? { height, ...timeView(report, names) }
      : { height: names.length * 30, ...barView(report, names) }),
    config: CHART_CONFIG,
  };
}

const colourOf = (names: readonly string[]) => ({
  field: "idle",
  type: "nominal",
  scale: { domain: names, range: names.map((_, i) => idleColour(i, names.length)) },
});

function timeView({ overTime }: IdleReport, names: readonly string[]): Record<string, unknown> {
  const seconds = (ns: number) => Number((ns / 1e9).toFixed(6));
  const values = overTime.flatMap(({ startNs, endNs, distribution: { totalBytes = 0, shares } }) => {
    let below = 0;
    return names.flatMap((idle, i) => {
      const [b0, b1] = [below, below += shares[i] * totalBytes];
      if (b1 === b0) return [];
      const share = `${Number((shares[i] * 100).toPrecision(3))} %`;
      return [{ t0: seconds(startNs), t1: seconds(endNs), b0: Math.round(b0), b1: Math.round(b1), idle, share }];
    });
  });
  const most = Math.max(1, ...overTime.map(({ distribution }) => distribution.totalBytes ?? 0));
  const domain = [seconds(overTime[0].startNs), seconds(overTime.at(-1)!.endNs)];
  return {
    data: { values },
    transform: [
      { calculate: "format(datum.t0, '.1f') + ' to ' + format(datum.t1, '.1f') + ' s'", as: "time" },
      { calculate: bytesExpr("datum.b1 - datum.b0"), as: "memory" },
    ],
    params: [{ name: "time", select: { type: "interval", encodings: ["x"] }, bind: "scales" }],
    // Half a pixel over the next part, which is drawn later: else the edges' smoothing shows as lines.
    mark: { type: "rect", tooltip: true, clip: true, x2Offset: 0.6 },
    encoding: {
      x: {
        field: "t0",
        type: "quantitative",
        scale: { domain, nice: false, zero: false },
        axis: { title: "seconds since the start of the record", grid: false, domain: false, tickCount: 10 },
      },
      x2: { field: "t1" },
      y: {
        field: "b0",
        type: "quantitative",
        scale: { domain: [0, most * 1.02], nice: false },
        axis: bytesAxisOf(most * 1.02, "watched memory"),
      },
      y2: { field: "b1" },
      fill: {
        ...colourOf(names),
        // As the bands lie: the longest idle above.
        legend: {
          title: "idle for",
          orient: "right",
          symbolType: "square",
          symbolSize: 160,
          values: [...names].reverse(),
        },
      },
      tooltip: [
        { field: "time", type: "nominal", title: "time" },
        { field: "idle", type: "nominal", title: "idle for" },
        { field: "memory", type: "nominal", title: "memory" },
        { field: "share", type: "nominal", title: "share of what was watched" },
      ],
    },
  };
}

function barView({ now: { totalBytes, shares } }: IdleReport, names: readonly string[]): Record<string, unknown> {
  const values = names.map((idle, i) => {
    const percent = Number((shares[i] * 100).toPrecision(4));
    const size = totalBytes === undefined ? "" : ` (${formatBytes(totalBytes * shares[i])})`;
    return { idle, percent, label: `${Number(percent.toPrecision(3))} %${size}` };
  });
  const most = Math.max(...values.map(({ percent }) => percent));
  const y = { field: "idle", type: "nominal", sort: null, axis: { title: "idle for", domain: false, ticks: false } };
  const x = {
    field: "percent",
    type: "quantitative",
    // Room for the label of the longest bar.
    scale: { domain: [0, most * 1.25], nice: false },
    axis: { title: "share of the watched memory, %", grid: true, gridColor: "#ececf0", domain: false, tickCount: 6 },
  };
  return {
    data: { values },
    layer: [
      {
        mark: { type: "bar", tooltip: true, height: { band: 0.8 } },
        encoding: {
          x,
          y,
          color: { ...colourOf(names), legend: null },
          tooltip: [
            { field: "idle", type: "nominal", title: "idle for" },
            { field: "label", type: "nominal", title: "memory" },
          ],
        },
      },
      {
        mark: { type: "text", align: "left", baseline: "middle", dx: 6, fontSize: 11, color: "#55525f" },
        encoding: { x, y, text: { field: "label", type: "nominal" } },
      },
    ],
  };
}

import { formatBytes } from "../../damon/mod.ts";
import { CHART_CONFIG, CHART_SCHEMA, type VegaLiteSpec } from "../chart/mod.ts";
import { fidelityCaptionOf, type FidelityReport, referenceNameOf } from "./caption.ts";
import type { FidelityRow } from "./sum.ts";
import type { VegaLiteOptions } from "../heatmap/mod.ts";
import { shorten, wrap } from "../text/mod.ts";

/** Blue, vermilion and a light blue of Okabe and Ito: told apart by colour-blind people; the lines differ in dash too. */
const [REFERENCE_COLOUR, RECORD_COLOUR, COMMON_COLOUR] = ["#0072b2", "#d55e00", "#cfe6f5"];
/** Width of a character of a phase's label. */
const LABEL_CHARACTER_PX = 6;

/**
 * The working set in the reference and in the record over time, as a self-contained Vega-Lite 6 specification. The area
 * beneath is what both show as hot: where it reaches both lines, the record is right in place as well as in size.
 * Phases are marked and named, with their F1. Time without snapshots stays blank.
 */
export function fidelitySpec(report: FidelityReport, options: VegaLiteOptions = {}): VegaLiteSpec {
  const { width = 760, height = 300 } = options;
  const { fidelity } = report;
  const { title, lines } = fidelityCaptionOf(report);
  const secondsOf = (ns: number) => Number(((ns - fidelity.originNs) / 1e9).toFixed(6));
  const [first, last] = [fidelity.overTime.at(0) ?? fidelity.all, fidelity.overTime.at(-1) ?? fidelity.all];
  const domain: [number, number] = [secondsOf(first.startNs), secondsOf(last.endNs)];
  const steps = stepsOf(fidelity.overTime, secondsOf);
  const most = Math.max(1, ...fidelity.overTime.flatMap((row) => [row.hotBytes, row.seenBytes]));
  const x = {
    field: "t0",
    type: "quantitative",
    scale: { domain, nice: false, zero: false },
    axis: { title: "seconds since the start of the record", grid: false, domain: false, tickCount: 10 },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain: [0, most * 1.05], nice: false },
    axis: bytesAxisOf(most * 1.05),
  });
  const names = namesOf(report);
  return {
    $schema: CHART_SCHEMA,
    description: `${title}: the working set's size over time in both, and what they have in common`,
    title: { text: title, subtitle: lines.flatMap((line) => wrap(line, Math.floor((width + 140) / 6.2))), offset: 20 },
    background: "white",
    width,
    height,
    layer: [
      {
        data: { values: steps.map(({ t0, common }) => ({ t0, common, area: names.common })) },
        mark: { type: "area", interpolate: "step-after", invalid: "break-paths-show-domains", clip: true },
        encoding: { x, y: y("common"), color: areaEncoding(names.common) },
      },
      {
        // In rows for each line, not in columns: only then colour and dash share one legend.
        data: { values: linesOf(steps, names) },
        mark: { type: "line", interpolate: "step-after", invalid: "break-paths-show-domains", clip: true },
        encoding: { x, y: y("bytes"), ...lineEncoding(names) },
      },
      ...phaseLayers(report, { domain, width, secondsOf }),
      {
        data: { values: tooltipsOf(fidelity.overTime, secondsOf) },
        name: "moments",
        params: [{ name: "time", select: { type: "interval", encodings: ["x"] }, bind: "scales" }],
        mark: { type: "rect", color: "transparent", tooltip: true, clip: true },
        encoding: {
          x,
          x2: { field: "t1" },
          tooltip: [
            { field: "time", type: "nominal", title: "time" },
            { field: "hot", type: "nominal", title: names.reference },
            { field: "shown", type: "nominal", title: names.record },
            { field: "common", type: "nominal", title: names.common },
            { field: "error", type: "nominal", title: "mean difference of the sizes" },
          ],
        },
      },
    ],
    config: CHART_CONFIG,
  };
}

interface LegendNames {
  reference: string;
  record: string;
  common: string;
}

function namesOf(report: FidelityReport): LegendNames {
  const reference = referenceNameOf(report);
  return {
    reference: `working set in ${reference === "truth" ? "truth" : `the ${reference}`}`,
    record: "working set in the record",
    common: "hot in both",
  };
}

const LEGEND = { title: null, orient: "bottom", direction: "horizontal", labelLimit: 300, symbolSize: 300 } as const;

function lineEncoding({ reference, record }: LegendNames) {
  const of = (range: unknown[]) => ({
    field: "line",
    type: "nominal",
    scale: { domain: [reference, record], range },
    legend: { ...LEGEND, symbolType: "stroke", symbolStrokeWidth: 2, columnPadding: 24 },
  });
  return { stroke: of([REFERENCE_COLOUR, RECORD_COLOUR]), strokeDash: of([[1, 0], [5, 2]]) };
}

function areaEncoding(common: string) {
  return {
    field: "area",
    type: "nominal",
    scale: { domain: [common], range: [COMMON_COLOUR] },
    legend: { ...LEGEND, symbolType: "square", symbolStrokeWidth: 0 },
  };
}

interface Step {
  t0: number;
  hot: number | null;
  shown: number | null;
  common: number | null;
}

/** Corners of the steps: one at each row's start, and one with nothing where the next row does not follow. */
function stepsOf(rows: readonly FidelityRow[], secondsOf: (ns: number) => number): Step[] {
  return rows.flatMap((row, i) => {
    const values = {
      hot: Math.round(row.hotBytes),
      shown: Math.round(row.seenBytes),
      common: Math.round(row.commonBytes),
    };
    const step = { t0: secondsOf(row.startNs), ...values };
    const t1 = secondsOf(row.endNs);
    const next = rows.at(i + 1);
    if (next && secondsOf(next.startNs) - t1 < 1e-5) return [step];
    return [step, { t0: t1, ...values }, { t0: t1, hot: null, shown: null, common: null }];
  });
}

function linesOf(steps: readonly Step[], { reference, record }: LegendNames) {
  return [
    ...steps.map(({ t0, hot }) => ({ t0, line: reference, bytes: hot })),
    ...steps.map(({ t0, shown }) => ({ t0, line: record, bytes: shown })),
  ];
}

function tooltipsOf(rows: readonly FidelityRow[], secondsOf: (ns: number) => number) {
  return rows.map((row) => ({
    t0: secondsOf(row.startNs),
    t1: secondsOf(row.endNs),
    time: `${secondsOf(row.startNs).toFixed(3)} to ${secondsOf(row.endNs).toFixed(3)} s`,
    hot: formatBytes(row.hotBytes),
    shown: formatBytes(row.seenBytes),
    common: formatBytes(row.commonBytes),
    error: formatBytes(row.errorBytes),
  }));
}

/** Ticks at multiples of a power of two, all in the unit of the largest. */
function bytesAxisOf(most: number): Record<string, unknown> {
  const step = 2 ** Math.ceil(Math.log2(most / 6));
  const values = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  const power = Math.min(6, Math.floor(Math.log2(Math.max(1, values.at(-1)!)) / 10));
  const unit = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][power];
  return {
    title: "hot memory",
    values,
    labelExpr: `datum.value == 0 ? '0' : format(datum.value / ${1024 ** power}, '.4~r') + ' ${unit}'`,
    gridColor: "#ececf0",
    domain: false,
    titlePadding: 10,
  };
}

interface TimeAxis {
  domain: [number, number];
  width: number;
  secondsOf: (ns: number) => number;
}

/** A dashed rule at each change of phase; above, the phase's name and F1 where there is room. */
function phaseLayers({ fidelity }: FidelityReport, { domain, width, secondsOf }: TimeAxis) {
  const [from, to] = domain;
  const shown = fidelity.phases.map((row) => ({ row, t0: secondsOf(row.startNs), t1: secondsOf(row.endNs) }))
    .filter(({ t0, t1 }) => t1 > from && t0 < to);
  if (shown.length === 0) return [];
  const inside = [...new Set(shown.flatMap(({ t0, t1 }) => [t0, t1]))].filter((t) => t > from && t < to);
  const labels = shown.flatMap(({ row, t0, t1 }) => {
    const [start, end] = [Math.max(t0, from), Math.min(t1, to)];
    const room = Math.floor((end - start) / (to - from) * width / LABEL_CHARACTER_PX);
    if (room < 4) return [];
    const f1 = row.f1 === undefined ? "" : room < 7 ? row.f1.toFixed(2) : `F1 ${row.f1.toFixed(2)}`;
    return [{ t0: (start + end) / 2, name: shorten(row.name, room), f1 }];
  });
  const x = { field: "t0", type: "quantitative" };
  const label = (field: string, at: number, color: string) => ({
    data: { values: labels },
    mark: {
      type: "text",
      fontSize: 10,
      baseline: "bottom",
      color,
      // An axis that can be moved clips by itself, and there is only the margin for these.
      clip: false,
      opacity: { expr: "inrange(datum.t0, domain('x')) ? 1 : 0" },
    },
    encoding: { x, y: { value: at }, text: { field, type: "nominal" } },
  });
  return [
    {
      data: { values: inside.map((t0) => ({ t0 })) },
      mark: { type: "rule", color: "#807d8a", strokeDash: [2, 3], clip: true },
      encoding: { x },
    },
    label("name", -17, "#1f1c2e"),
    label("f1", -4, "#55525f"),
  ];
}

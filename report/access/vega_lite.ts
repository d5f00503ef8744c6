import { formatBytes, formatNs } from "../../damon/mod.ts";
import type { AccessStyle, Section } from "./sections.ts";
import { bytesAxis, CATEGORY_COLOURS, chartFrame, type VegaLiteSpec } from "../chart/mod.ts";
import { tableRows } from "../table/mod.ts";

const [WIDTH, HEIGHT] = [640, 320];
/** `-20 billion`. */
const SHORT_EXPR = "replace(replace(format(datum.value, '~s'), 'G', ' billion'), 'M', ' million')";

/** Whether the style is a histogram or percentiles, which can be drawn. */
export function isDrawn(style: AccessStyle): boolean {
  return style.endsWith("-percentiles") || style.endsWith("-sz-hist");
}

/** One snapshot's histogram or percentiles as a chart. */
export function accessSpec(
  section: Section,
  style: AccessStyle,
  title: string,
  caption: readonly string[],
): VegaLiteSpec {
  const isIdle = style.startsWith("recency");
  const unit = isIdle ? "idle_ns" : "temperature";
  const what = isIdle ? "idle time" : "temperature";
  const text = (value: number) => isIdle ? formatNs(value) : Number(value.toPrecision(3)).toLocaleString("en-US");
  const rows = [...tableRows(section)];
  const several = new Set(rows.map(({ of }) => of)).size > 1;
  const color = several
    ? {
      field: "of",
      type: "nominal",
      scale: { domain: ["all", "passed"], range: CATEGORY_COLOURS.slice(0, 2) },
      legend: { title: null, orient: "top", labelExpr: "datum.label == 'all' ? 'all memory' : 'passed the filters'" },
    }
    : { value: CATEGORY_COLOURS[0] };
  const frame = { ...chartFrame(title, [...section.head, ...section.tail, ...caption], WIDTH), width: WIDTH };
  if (style.endsWith("-percentiles")) {
    const scale = isIdle ? 1e9 : 1;
    const values = rows.map((row) => ({ ...row, y: Number(row[unit]) / scale, text: text(Number(row[unit])) }));
    return {
      ...frame,
      height: HEIGHT,
      data: { values },
      encoding: {
        x: {
          field: "percentile",
          type: "quantitative",
          scale: { domain: [0, 100], nice: false },
          axis: { title: "% of the bytes that it does not exceed", grid: false, tickCount: 10 },
        },
        y: {
          field: "y",
          type: "quantitative",
          axis: {
            title: isIdle ? "idle time, s" : "temperature",
            labelExpr: isIdle ? "format(datum.value, ',')" : SHORT_EXPR,
            gridColor: "#e8e6ee",
          },
        },
        color,
        tooltip: [
          { field: "percentile", type: "quantitative" },
          { field: "text", type: "nominal", title: what },
          ...(several ? [{ field: "of", type: "nominal" }] : []),
        ],
      },
      layer: [
        { mark: { type: "line", interpolate: "step-before", strokeWidth: 1.8 } },
        { mark: { type: "point", filled: true, size: 40, opacity: 1 } },
      ],
    };
  }
  const values = rows.map((row) => ({
    ...row,
    range: `${text(Number(row[`${unit}_from`]))} – ${text(Number(row[`${unit}_to`]))}`,
    text: formatBytes(Number(row.size_bytes)),
  }));
  const most = rows.reduce((max, row) => Math.max(max, Number(row.size_bytes)), 1);
  return {
    ...frame,
    height: { step: several ? 13 : 24 },
    data: { values },
    encoding: {
      y: {
        field: "range",
        type: "nominal",
        sort: null,
        axis: {
          title: what,
          titleAngle: 0,
          titleAlign: "right",
          titleY: -8,
          titleX: -6,
          labelLimit: 280,
          ticks: false,
        },
      },
      ...(several && { yOffset: { field: "of", sort: ["all", "passed"] } }),
      x: {
        field: "size_bytes",
        type: "quantitative",
        // Room for the text beside the longest.
        scale: { domain: [0, most * 1.12], nice: false },
        axis: bytesAxis("memory", WIDTH * 0.6, "x"),
      },
    },
    layer: [
      { mark: { type: "bar", tooltip: true }, encoding: { color } },
      {
        mark: { type: "text", align: "left", dx: 4, fontSize: 9.5, color: "#333" },
        encoding: { text: { field: "text" } },
      },
    ],
  };
}

/** The version of Vega-Lite that charts are written in. */
export const CHART_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";

/** The house's look of a chart. */
export const CHART_CONFIG = {
  font: "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif",
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
  axis: {
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: "normal",
    labelColor: "#333",
    titleColor: "#1f1c2e",
    tickColor: "#b8b8c0",
  },
  // Names of bars have no ticks that would keep them off.
  axisYBand: { labelPadding: 6 },
  legend: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal", labelColor: "#333", titleColor: "#333" },
} as const;

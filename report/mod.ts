/**
 * Reports: folds over a record's snapshots that yield rows, text or a Vega-Lite literal. Pure; needs no permission.
 *
 * @module
 */
export { bandNameOf, captionOf, type HeatCaption, targetNameOf } from "./heat_caption.ts";
export {
  type Coverage,
  type HeatBand,
  type Heatmap,
  heatmapOf,
  type HeatmapOptions,
  heatOf,
  MAX_CELLS,
  maxHeatOf,
} from "./heatmap.ts";
export { type HeatSelection, type HeatSurvey, type SurveyedTarget, type TimeRange } from "./heat_survey.ts";
export { formatHeatCsv, formatHeatJson, HEAT_COLUMNS, type HeatRow, heatRows } from "./heat_table.ts";
export { formatHeatmap, terminalCells, type TerminalOptions } from "./terminal_heatmap.ts";
export { heatmapSpec, type VegaLiteOptions, type VegaLiteSpec } from "./vega_lite.ts";

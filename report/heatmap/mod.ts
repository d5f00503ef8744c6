/**
 * Heat maps: when and where memory was accessed, and how often.
 *
 * @module
 */
export { actedHeatmapOf } from "./acted_heatmap.ts";
export { GuideFold } from "./guide.ts";
export { bandNameOf, captionOf, type HeatCaption } from "./heat_caption.ts";
export type { TimeBins } from "./heat_grid.ts";
export type { HeatRect } from "./heat_rects.ts";
export { heatSourceOf } from "./heat_source.ts";
export type { HeatSelection, HeatSurvey, SurveyedTarget } from "./heat_survey.ts";
export { formatHeatCsv, formatHeatJson, formatHeatJsonl, HEAT_COLUMNS, type HeatRow, heatRows } from "./heat_table.ts";
export {
  type Coverage,
  type HeatBand,
  type Heatmap,
  heatmapOf,
  type HeatmapOptions,
  heatOf,
  MAX_CELLS,
  maxHeatOf,
  topDown,
} from "./heatmap.ts";
export { HitGrid } from "./hit_grid.ts";
export { formatHeatmap, terminalCells, type TerminalOptions } from "./terminal_heatmap.ts";
export { heatmapSpec, type VegaLiteOptions } from "./vega_lite.ts";

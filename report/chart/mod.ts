/**
 * What charts have in common: axes, colours, frames.
 *
 * @module
 */
export { BYTES_EXPR, bytesAxis, byteTicksExpr, numberAxis, secondsAxis } from "./axes.ts";
export { bytesAxisOf, bytesExpr } from "./bytes_axis.ts";
export { darkSpec } from "./dark.ts";
export { CATEGORY_COLOURS, chartFrame, subtitleOf } from "./frame.ts";
export { heatColour, heatColour256, hexOf, IDLE_256, IDLE_COLOUR, IDLE_TERMINAL, scaleEndOf } from "./heat_colours.ts";
export { CHART_CONFIG, CHART_SCHEMA } from "./style.ts";
export { heatEncoding, timeRowsView } from "./time_rows.ts";
export type { VegaLiteSpec } from "./vega_lite_spec.ts";

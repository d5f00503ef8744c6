/**
 * Draws a Vega-Lite specification: SVG and PNG without a browser, and a page that needs no network.
 *
 * @module
 */
export { renderHtml } from "./html.ts";
export { type PngOptions, renderPng } from "./png.ts";
export type { VegaLiteLiteral } from "./spec.ts";
export { renderSvg } from "./svg.ts";

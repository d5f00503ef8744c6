/**
 * Text in columns: widths, wrapping, ticks.
 *
 * @module
 */
export { csvLine } from "./csv.ts";
export { displayWidth, padEnd, padStart } from "./display_width.ts";
export { secondTicks } from "./ticks.ts";
export { SEPARATOR, shorten, shortenTitle, wrap } from "./wrap.ts";

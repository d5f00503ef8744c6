/**
 * Commands that show a record, from a file, live, or as it grows.
 *
 * @module
 */
export { chartFormats, outputFormatOf, writeOutput } from "./output.ts";
export { openInput, type ReportInput, requireSnapshots } from "./read.ts";

/**
 * The options that describe what DAMON is to do, and the files they name.
 *
 * @module
 */
export { askedKdamonds, damonOptionsOf } from "./asked_kdamonds.ts";
export { fileTextOf, readKdamondsFile } from "./files.ts";
export { pidsIn } from "./pids_in.ts";

/**
 * Commands that watch: record and trace.
 *
 * @module
 */
export { endWith } from "./end_with.ts";
export { RECORD, type RecordOptions } from "./record.ts";
export { record } from "./run.ts";
export { sentenceOf } from "./summary.ts";
export { kdamondsFor, PID_TO_COME, wantedOf, withPid } from "./target.ts";

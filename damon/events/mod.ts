/**
 * From events of the kernel to snapshots.
 *
 * @module
 */
export { AppliedBatches } from "./applied_batches.ts";
export { type AssembledItem, Assembler, type AssemblerOptions, MOST_PROBES } from "./assemble.ts";
export { EVENT, EVENT_WORDS, type EventBatch, EventKind } from "./event.ts";
export {
  bigintAt,
  decodeSchemeApplied,
  decodeSchemeQuota,
  type IntervalsTuned,
  type SchemeApplied,
  type SchemeQuota,
  u64At,
} from "./scheme_event.ts";
export {
  decodeTracepoint,
  parseTracepoint,
  type Tracepoint,
  type TracepointField,
  type TracepointValue,
} from "./tracepoint.ts";

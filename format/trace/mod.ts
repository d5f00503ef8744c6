/**
 * Text of traces: perf, trace-cmd and the kernel.
 *
 * @module
 */
export { formatLostEvents, formatTracepointEvent } from "./tracepoint_line.ts";

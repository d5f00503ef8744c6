/**
 * What the kernel reports, as snapshots that arrive.
 *
 * @module
 */
export { headerOf } from "./header.ts";
export { type Monitor, type MonitorCounts, pidsOf } from "./monitor.ts";
export { openSource, type RecordSource, type SourceOptions, type Watched } from "./record_source.ts";
export {
  requireSnapshots,
  snapshotScheme,
  type SnapshotTimes,
  type TriedKdamond,
  TriedMonitor,
  uptimeNs,
} from "./tried_monitor.ts";
export { withUsage } from "./usage_items.ts";

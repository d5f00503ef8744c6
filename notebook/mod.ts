/**
 * For notebooks and programs: records that show themselves, live snapshots, and DAMON's controls. Importing it needs no
 * permission and opens nothing; what runs on the kernel is loaded when it is asked for.
 *
 * @module
 */
export { Chart } from "./chart.ts";
export { $display, type Displayed, type MimeBundle } from "./display.ts";
export { ReportTable } from "./report_table.ts";
export { ShownSnapshot } from "./shown_snapshot.ts";
export { readRecord, RecordFile } from "./record_file.ts";
export {
  record,
  Recording,
  type RecordingOptions,
  startRecording,
  type Watch,
  watchMemory,
  type WatchOptions,
  type WatchTarget,
} from "./recording.ts";
export { showLive } from "./show_live.ts";
export { type ControlOptions, diagnoseMachine, planStart, start, status, stop, tune } from "./control.ts";
export { type SourceOptions } from "../kernel/record_source.ts";
export { type SnapshotTimes } from "../kernel/tried_monitor.ts";
export { type SnapshotOptions, type WatchingOptions } from "../live/mod.ts";
export { type MonitorCounts } from "../kernel/monitor.ts";
export { type InterfaceName } from "../kernel/choose_interface.ts";
export { type Diagnosis } from "../kernel/doctor.ts";
export { type DoctorSection, type FeatureRow, type FeatureState } from "../kernel/feature_row.ts";
export { type RunningKdamond, type Stopped } from "../kernel/kdamond.ts";
export { type ContextStatus, type KdamondStatus, type SchemeStatus } from "../kernel/sysfs_read.ts";

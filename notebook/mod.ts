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
export { followRecord } from "./follow_record.ts";
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
export type { MonitorCounts, SnapshotTimes, SourceOptions } from "../kernel/monitor/mod.ts";
export type { FollowOptions, SnapshotOptions, WatchingOptions } from "../live/mod.ts";
export type {
  ContextStatus,
  InterfaceName,
  KdamondStatus,
  RunningKdamond,
  SchemeStatus,
  Stopped,
} from "../kernel/control/mod.ts";
export type { Diagnosis } from "../kernel/doctor/mod.ts";
export type { DoctorSection, FeatureRow, FeatureState } from "../kernel/machine/mod.ts";

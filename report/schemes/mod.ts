/**
 * What schemes did, and what they would do.
 *
 * @module
 */
export type { ActedMapping, RecordedHit, SchemeOutcome, SchemesRecordReport, UsageCourse } from "./outcome.ts";
export {
  explainSchemes,
  type ExplanationTextOptions,
  formatExplanations,
  type PlacedFinding,
  type PlacedScheme,
  type SchemeExplanation,
  type TextPlace,
} from "./explanation.ts";
export { schemesOverTimeTable } from "./over_time.ts";
export {
  type CourseLine,
  type CourseView,
  schemeColourOf,
  type SchemesPicture,
  schemesPictureSpec,
} from "./picture.ts";
export { schemesOfRecord, SchemesRecordFold } from "./record.ts";
export { recordedPicture } from "./record_picture.ts";
export { schemesRecordTable } from "./record_table.ts";
export { type ReplayHit, replaySchemes, SchemesReplayFold, type SchemesReplayReport } from "./replay.ts";
export { replayedPicture } from "./replay_picture.ts";
export { schemesReplayTable } from "./replay_table.ts";
export type { MappingReplay, SchemeReplay } from "./replayer.ts";

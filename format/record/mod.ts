/**
 * Records whatever their format: opened, written, selected, merged, described.
 *
 * @module
 */
export { aggregateItems, type Aggregation } from "./aggregate.ts";
export { type Bounds, describeRecord, type RecordDescription, takeFooter, type TargetDescription } from "./describe.ts";
export { RecordWriter } from "./file.ts";
export { encoderOf, formatOf, FORMATS, parseFormat, type WrittenFormat } from "./formats.ts";
export { clockShiftsOf, mergeHeaders, mergeItems } from "./merge.ts";
export { type OpenRecord, openRecord, openRecordFrom } from "./open_record.ts";
export { parsePartition, type PartitionColumn, PartitionedWriter } from "./partitioned_writer.ts";
export { rotatedFiles, RotatingWriter, type Rotation, type RunningCounts } from "./rotating_writer.ts";
export { type RecordSelection, selectItems, withinAddresses } from "./select.ts";
export type { TextFormat } from "./text_tail.ts";

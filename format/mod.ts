/**
 * Bytes to snapshots and back: the record's own format, an Arrow IPC stream; those of the Python damo; JSON lines, CSV and
 * text of traces. Formats are loaded only where they are used.
 *
 * @module
 */
export { aggregateItems, type Aggregation } from "./record/mod.ts";
export { ArrowEncoder } from "./arrow/mod.ts";
export { decodeArrow } from "./arrow/mod.ts";
export type { AddressStyle, EncoderOptions, FormatName, FormatReader, RecordEncoder } from "./header/mod.ts";
export { Flaws } from "./bytes/mod.ts";
export { type Bounds, describeRecord, type RecordDescription, type TargetDescription } from "./record/mod.ts";
export { encoderOf, formatOf, FORMATS, parseFormat, type WrittenFormat } from "./record/mod.ts";
export { clockShiftsOf, mergeHeaders, mergeItems } from "./record/mod.ts";
export { type OpenRecord, openRecord } from "./record/mod.ts";
export { checkWritable } from "./bytes/mod.ts";
export { parsePartition, type PartitionColumn, PartitionedWriter } from "./record/mod.ts";
export { RecordWriter } from "./record/mod.ts";
export { rotatedFiles, RotatingWriter, type Rotation, type RunningCounts } from "./record/mod.ts";
export { type RecordSelection, selectItems, withinAddresses } from "./record/mod.ts";
export { formatKdamondsJson, formatKdamondsYaml, type KdamondsFormat, parseKdamonds } from "./config/mod.ts";
export type { JsonSchema, Place, Plain } from "./config/mod.ts";
export { kdamondsSchema } from "./config/mod.ts";
export { parseSchemes } from "./config/mod.ts";
export { type SchemePlace, schemePlaces } from "./config/mod.ts";

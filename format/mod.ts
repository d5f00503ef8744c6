/**
 * Bytes to snapshots and back: the record's own format, an Arrow IPC stream; those of the Python damo; JSON lines, CSV and
 * text of traces. Formats are loaded only where they are used.
 *
 * @module
 */
export { aggregateItems, type Aggregation } from "./aggregate.ts";
export { ArrowEncoder } from "./arrow_write.ts";
export { decodeArrow } from "./arrow_read.ts";
export { type FormatReader } from "./checked_record.ts";
export { Flaws } from "./flaws.ts";
export { type Bounds, describeRecord, type RecordDescription, type TargetDescription } from "./describe.ts";
export { type AddressStyle, type EncoderOptions, type FormatName, type RecordEncoder } from "./record_encoder.ts";
export { encoderOf, formatOf, FORMATS, parseFormat, type WrittenFormat } from "./encoder.ts";
export { clockShiftsOf, mergeHeaders, mergeItems } from "./merge.ts";
export { type OpenRecord, openRecord } from "./open_record.ts";
export { checkWritable } from "./output_file.ts";
export { parsePartition, type PartitionColumn, PartitionedWriter } from "./partitioned_writer.ts";
export { RecordWriter } from "./record_file.ts";
export { rotatedFiles, RotatingWriter, type Rotation, type RunningCounts } from "./rotating_writer.ts";
export { type RecordSelection, selectItems, withinAddresses } from "./select.ts";
export { formatKdamondsJson, formatKdamondsYaml, type KdamondsFormat, parseKdamonds } from "./kdamonds.ts";
export { type JsonSchema, type Plain } from "./shape.ts";
export { kdamondsSchema } from "./kdamonds_schema.ts";
export { parseSchemes } from "./schemes.ts";
export { type SchemePlace, schemePlaces } from "./scheme_places.ts";
export { type Place } from "./text_node.ts";

/**
 * Bytes to snapshots and back: the record's own format, an Arrow IPC stream.
 *
 * @module
 */
export { ArrowEncoder } from "./arrow_write.ts";
export { decodeArrow } from "./arrow_read.ts";

export { openRecord } from "./open_record.ts";
export { decodePeerJson } from "./peer_read.ts";
export { checkWritable } from "./output_file.ts";
export { RecordWriter } from "./record_file.ts";

/**
 * What every format says of a record, and what every reader checks.
 *
 * @module
 */
export { headerFrom, isPlainItem, type PlainItem } from "./check.ts";
export { CheckedRecord, type FormatReader } from "./checked_record.ts";
export { foreignHeader, guessIntervals } from "./foreign_header.ts";
export {
  type AddressStyle,
  type EncoderOptions,
  encodeText,
  type FormatName,
  type RecordEncoder,
} from "./record_encoder.ts";
export {
  countOf,
  GroupedRows,
  hitsTextOf,
  numberOf,
  RegionRows,
  type RowEvidence,
  type RowHead,
  RowOrder,
} from "./region_rows.ts";
export { checkedCount } from "./snapshot_check.ts";

import type { RecordItem } from "../../damon/mod.ts";

const encoder = new TextEncoder();

/** Makes the bytes of a record in one format, piece by piece. What was made up to a piece's end is readable. */
export interface RecordEncoder {
  /** How the record begins. Called once, first. */
  begin(): Uint8Array;
  /** These items, in their order. */
  encode(items: readonly RecordItem[]): Uint8Array;
  /** How it ends. Called once, last. */
  end(): Uint8Array;
  /**
   * Of a format that is readable only with its end: forgets all pieces but those in the first `bytes`, and any end; what
   * follows is another end.
   */
  takeBack?(bytes: number): void;
  /** Whether somebody may read along, line by line: each item is then written at once. */
  readonly isLive?: boolean;
  /** Whether pieces are made only when there is enough for one, however long that takes. */
  readonly isPatient?: boolean;
  /** Regions that a piece is best made of; by default some ten thousand. */
  readonly batchRegions?: number;
}

/** How addresses are written in JSON: as integers, or as text in hex. */
export type AddressStyle = "integer" | "hex";

/** What can be chosen of a format. */
export interface EncoderOptions {
  /** Of JSON lines. Default `integer`. */
  addresses?: AddressStyle;
}

/** Name of a format that a record can be written in. */
export type FormatName = "arrow" | "parquet" | "jsonl" | "csv" | "json_compressed" | "json" | "perf_script";

/** Text as bytes. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

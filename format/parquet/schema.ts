import { type SchemaElement, snappyUncompress } from "hyparquet";
import { brotliDecompressSync, constants, unzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Keys of the file's metadata that hold what is no region, as JSON. */
export const PARQUET_KEYS = { header: "damo", footer: "damo_footer", mappings: "damo_mappings" } as const;

const required = (name: string, element: Omit<SchemaElement, "name">): SchemaElement => ({
  name,
  repetition_type: "REQUIRED",
  ...element,
});
const optional = (name: string, element: Omit<SchemaElement, "name">): SchemaElement => ({
  name,
  repetition_type: "OPTIONAL",
  ...element,
});
const TEXT = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
const UINT_32 = { type: "INT32", converted_type: "UINT_32" } as const;
const UINT_64 = { type: "INT64", converted_type: "UINT_64" } as const;
const INT_64 = { type: "INT64" } as const;

/** One row a region a snapshot. `host`, `time`, `pid` and `comm` are for queries over many records. */
export const PARQUET_COLUMNS: readonly SchemaElement[] = [
  required("host", TEXT),
  // When the snapshot ended, by the wall clock; null where the record does not know it.
  optional("time", {
    type: "INT64",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
  }),
  optional("pid", { type: "INT32" }),
  optional("comm", TEXT),
  required("kdamond", UINT_32),
  required("target_id", UINT_64),
  required("start_ns", INT_64),
  required("end_ns", INT_64),
  required("sample_us", { type: "DOUBLE" }),
  required("aggr_us", { type: "DOUBLE" }),
  required("start", UINT_64),
  required("end", UINT_64),
  required("nr_accesses", UINT_32),
  optional("age", UINT_32),
  optional("scheme", { type: "INT32" }),
  optional("sz_filter_passed", INT_64),
  // One number for each probe, with blanks between.
  optional("probe_hits", TEXT),
  optional("resident_bytes", INT_64),
  optional("used_bytes", INT_64),
  optional("looks", UINT_32),
];

/** The schema as Parquet has it: a tree, flattened. */
export const PARQUET_SCHEMA: SchemaElement[] = [
  { name: "root", num_children: PARQUET_COLUMNS.length },
  ...PARQUET_COLUMNS,
];

/** zstd as the library wants it; it has no compression of its own but Snappy. */
export const COMPRESSORS = { ZSTD: (data: Uint8Array): Uint8Array => new Uint8Array(zstdCompressSync(data, CHECKED)) };

/** With a checksum of what is compressed, which every reader of zstd holds against it. */
const CHECKED = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** Makes a page of `size` bytes of compressed ones. */
export type Decompress = (bytes: Uint8Array, size: number) => Uint8Array;

/** The other way, by what Parquet calls each; those that are not here are in no library that is loaded. */
export const DECOMPRESSORS: Readonly<Record<string, Decompress>> = {
  ZSTD: (data, size) => new Uint8Array(zstdDecompressSync(data, { maxOutputLength: Math.max(1, size) })),
  GZIP: (data, size) => new Uint8Array(unzipSync(data, { maxOutputLength: Math.max(1, size) })),
  BROTLI: (data, size) => new Uint8Array(brotliDecompressSync(data, { maxOutputLength: Math.max(1, size) })),
  SNAPPY: (data, size) => {
    const plain = new Uint8Array(size);
    snappyUncompress(data, plain);
    return plain;
  },
};

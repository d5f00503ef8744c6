import { compressionRegistry, CompressionType, Field, Int64, List, Schema, Uint32, Uint64, Utf8 } from "apache-arrow";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { RecordHeader } from "../../damon/mod.ts";
import { HEADER_KEY } from "./key.ts";

const list = (name: string, item: Field) => new Field(name, new List(item), false);

/**
 * The columns of a record: one row a snapshot, its regions as lists, so that a snapshot is whole or absent. Rows of regions
 * on which a scheme acted (`applied`) are like it, with context and scheme in `json`. Other rows (`mappings`, `scheme_stats`,
 * `usage`, `residency`, `working_set`, `profile`, `footer`) carry their content in `json` and have empty lists. A snapshot that was taken through a scheme
 * has that in `json`; what passed filters has a list that is empty where it is not known. So has what probes of attributes
 * hit: all probes of the first region, then those of the next; and so have memory and looks of regions.
 */
export const FIELDS: Field[] = [
  new Field("kind", new Utf8(), false),
  new Field("kdamond", new Uint32(), false),
  new Field("target_id", new Uint64(), false),
  new Field("start_ns", new Int64(), false),
  new Field("end_ns", new Int64(), false),
  new Field("sample_us", new Int64(), false),
  new Field("aggr_us", new Int64(), false),
  list("start", new Field("item", new Uint64(), false)),
  list("end", new Field("item", new Uint64(), false)),
  list("nr_accesses", new Field("item", new Uint32(), false)),
  list("age", new Field("item", new Uint32(), true)),
  new Field("json", new Utf8(), true),
  list("sz_filter_passed", new Field("item", new Uint64(), false)),
  list("probe_hits", new Field("item", new Uint32(), false)),
  list("resident_bytes", new Field("item", new Uint64(), false)),
  list("used_bytes", new Field("item", new Uint64(), false)),
  list("looks", new Field("item", new Uint32(), false)),
];

/** The schema of a record with this header. */
export function schemaOf(header: RecordHeader): Schema {
  return new Schema(FIELDS, new Map([[HEADER_KEY, JSON.stringify(header)]]));
}

/** With a checksum of what is compressed, which every reader of zstd holds against it. */
const CHECKED = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** Teaches the Arrow library zstd, which it knows by name only. pyarrow and polars read it as it is. */
export function registerZstd(): void {
  if (compressionRegistry.get(CompressionType.ZSTD)?.encode) return;
  compressionRegistry.set(CompressionType.ZSTD, {
    encode: (data) => new Uint8Array(zstdCompressSync(data, CHECKED)),
    decode: (data) => {
      const bytes = zstdDecompressSync(data);
      // What is decoded is looked at as 64-bit numbers.
      const isAligned = bytes.byteOffset % 8 === 0;
      return isAligned ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : new Uint8Array(bytes);
    },
  });
}

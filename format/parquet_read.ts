import { type AsyncBuffer, parquetMetadataAsync, parquetScan } from "hyparquet";
import {
  type Mappings,
  RecordError,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  type Snapshot,
} from "../damon/mod.ts";
import { incompleteOf } from "./ending.ts";
import { headerFrom } from "./header_check.ts";
import { DECOMPRESSORS, PARQUET_COLUMNS, PARQUET_KEYS } from "./parquet_schema.ts";
import { RegionRows } from "./region_rows.ts";

/** Those that only some records have anything in, and that older ones lack. */
const RARE_COLUMNS = ["probe_hits", "resident_bytes", "used_bytes", "looks"];

/** Those that every record has. */
const COLUMNS = PARQUET_COLUMNS.map(({ name }) => name).filter((name) =>
  !["host", "time", "pid", "comm", ...RARE_COLUMNS].includes(name)
);

/**
 * Opens a record in Parquet, as `damo convert` writes it. Its end is read first: it must be a file, and whole. One row group
 * is in memory at a time.
 *
 * @throws {RecordError} where it is cut off, or a table of something else.
 */
export async function openParquet(path: string): Promise<RecordReader> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  const buffer: AsyncBuffer = { byteLength: size, slice: (start, end = size) => readRange(file, start, end) };
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const names = new Set(metadata.schema.map(({ name }) => name));
    const missing = COLUMNS.filter((name) => !names.has(name));
    if (missing.length > 0) {
      throw new RecordError(`Cannot read ${path} as a record: it is Parquet, but has no ${missing.join(", ")}`, path);
    }
    const columns = [...COLUMNS, ...RARE_COLUMNS.filter((name) => hasValues(metadata, name))];
    const scan = await parquetScan({ file: buffer, metadata, columns, compressors: DECOMPRESSORS });
    const json = (key: string): unknown => {
      const value = metadata.key_value_metadata?.find((entry) => entry.key === key)?.value;
      return value === undefined ? undefined : JSON.parse(value);
    };
    return new ParquetReader(file, scan, columns, {
      header: headerFrom(json(PARQUET_KEYS.header), path),
      footer: json(PARQUET_KEYS.footer) as RecordFooter | undefined,
      mappings: json(PARQUET_KEYS.mappings) as Mappings[] | undefined ?? [],
    });
  } catch (error) {
    file.close();
    if (error instanceof RecordError) throw error;
    throw new RecordError(
      `Cannot read ${path} as a record: it is Parquet that is cut off or broken (${(error as Error).message})`,
      path,
    );
  }
}

async function readRange(file: Deno.FsFile, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  await file.seek(start, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) {
    const count = await file.read(bytes.subarray(at));
    if (count === null) throw new Error("it ends too early");
    at += count;
  }
  return bytes.buffer;
}

/** Whether any row group has something in a column, by its statistics. */
function hasValues({ row_groups: groups }: Awaited<ReturnType<typeof parquetMetadataAsync>>, name: string): boolean {
  return groups.some(({ num_rows: rows, columns }) => {
    const meta = columns.find(({ meta_data: meta }) => meta?.path_in_schema.join(".") === name)?.meta_data;
    return meta !== undefined && meta.statistics?.null_count !== rows;
  });
}

class ParquetReader implements RecordReader {
  readonly header: RecordHeader;
  incomplete: string | undefined;
  constructor(
    readonly file: Deno.FsFile,
    readonly scan: Awaited<ReturnType<typeof parquetScan>>,
    readonly columns: readonly string[],
    readonly rest: { header: RecordHeader; footer: RecordFooter | undefined; mappings: Mappings[] },
  ) {
    this.header = rest.header;
  }

  async *items(): AsyncIterable<RecordItem> {
    const waiting = [...this.rest.mappings];
    const before = function* (timeNs: number): Generator<RecordItem> {
      while (waiting.length > 0 && waiting[0].timeNs <= timeNs) yield { kind: "mappings", mappings: waiting.shift()! };
    };
    try {
      for await (const snapshot of this.#snapshots()) {
        yield* before(snapshot.endNs);
        yield { kind: "snapshot", snapshot };
      }
    } catch (error) {
      this.incomplete = `it is broken (${(error as Error).message})`;
      return;
    }
    yield* before(Infinity);
    if (this.rest.footer) {
      this.incomplete = incompleteOf(this.rest.footer);
      yield { kind: "footer", footer: this.rest.footer };
    }
  }

  async *#snapshots(): AsyncGenerator<Snapshot> {
    const rows = new RegionRows();
    for (const { rowStart, rowEnd } of this.scan.ranges) {
      const columns: Record<string, ArrayLike<number | bigint | null>> = {};
      // One by one: the file has one place to read at.
      for (const column of this.columns) {
        columns[column] = await this.scan.readColumn({ column, rowStart, rowEnd }) as ArrayLike<number | bigint | null>;
      }
      for (let i = 0; i < rowEnd - rowStart; i++) {
        const scheme = columns.scheme[i];
        const head = {
          kdamond: Number(columns.kdamond[i]),
          targetId: BigInt(columns.target_id[i]!),
          startNs: Number(columns.start_ns[i]),
          endNs: Number(columns.end_ns[i]),
          sampleUs: Number(columns.sample_us[i]),
          aggrUs: Number(columns.aggr_us[i]),
          ...(scheme !== null && scheme !== undefined && { scheme: Number(scheme) }),
        };
        if (!rows.continues(head)) {
          const snapshot = rows.begin(head);
          if (snapshot) yield snapshot;
        }
        const [age, passed] = [columns.age[i], columns.sz_filter_passed[i]];
        rows.add(
          Number(columns.start[i]),
          Number(columns.end[i]),
          Number(columns.nr_accesses[i]),
          age === null || age === undefined ? undefined : Number(age),
          passed === null || passed === undefined ? undefined : Number(passed),
          columns.probe_hits?.[i] as string | null ?? undefined,
          typeof columns.looks?.[i] === "number"
            ? [Number(columns.resident_bytes[i]), Number(columns.used_bytes[i]), columns.looks[i] as number]
            : undefined,
        );
      }
    }
    const last = rows.finish();
    if (last) yield last;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.file.close();
    return Promise.resolve();
  }
}

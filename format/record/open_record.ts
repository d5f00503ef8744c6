import { command, RecordError, type RecordReader, said } from "../../damon/mod.ts";
import {
  type ByteSource,
  isMarked,
  openBytes,
  PeekedBytes,
  plainText,
  reasonOf,
  SNIFF_BYTES,
  type Sniffed,
  sniffFormat,
} from "../bytes/mod.ts";
import { CheckedRecord, type FormatReader } from "../header/mod.ts";

/** A record that is being read, and what of it is known besides. */
export interface OpenRecord extends RecordReader {
  /** What the file holds: told by its content. Compression comes first, as in `zlib json`. */
  readonly format: string;
  /** Size of the file, bytes; `undefined` for a pipe. */
  readonly fileBytes: number | undefined;
  /** Bytes of the file that have been read. */
  readonly bytesRead: number;
}

/**
 * Opens a record for reading; `-` reads from standard input. What it is is told by its content, never by its name: our
 * own Arrow stream, JSON lines, CSV or Parquet; JSON of the Python damo, compressed or not, with the files beside it; the
 * text of perf script or trace-cmd report. Any of them may be compressed by gzip, zlib or zstd.
 *
 * @example
 * ```ts ignore
 * await using record = await openRecord("damon.data");
 * for await (const item of record.items()) console.log(item.kind);
 * ```
 *
 * @throws {RecordError} where there is no such file, it is a folder, empty, or no record.
 */
export async function openRecord(path: string): Promise<OpenRecord> {
  return openRecordFrom(await openBytes(path));
}

/** Opens a record that comes from anywhere; the source is disposed with it. @throws {RecordError} as {@linkcode openRecord}. */
export async function openRecordFrom(source: ByteSource): Promise<OpenRecord> {
  try {
    const bytes = new PeekedBytes(source.chunks());
    const { reader, format } = await open(source, bytes, "");
    return opened(new CheckedRecord(reader), source, bytes, format);
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
}

type Opened = { reader: FormatReader; format: string };

/** A record that was compressed more often was made to keep its reader busy. */
const MOST_PACKED = 4;

async function open(source: ByteSource, packed: PeekedBytes, inside: string): Promise<Opened> {
  const head = await peek(source, packed);
  // Text as other systems write it: told by its mark.
  const bytes = isMarked(head) ? new PeekedBytes(plainText(packed)) : packed;
  const sniffed = sniffFormat(bytes === packed ? head : await peek(source, bytes));
  const format = `${inside}${sniffed}`;
  switch (sniffed) {
    case "zlib":
    case "gzip":
    case "zstd": {
      if (inside.split(" ").length > MOST_PACKED) {
        throw new RecordError(
          `${source.name} is compressed more than ${MOST_PACKED} times over: decompress it first`,
          source.name,
        );
      }
      const { decompress } = await import("../bytes/decompress.ts");
      return open(source, new PeekedBytes(decompress(sniffed, bytes)), `${format} `);
    }
    case "arrow": {
      const { decodeArrow } = await import("../arrow/read.ts");
      return { reader: await decodeArrow(bytes, source.name), format };
    }
    case "feather": {
      // What follows eight bytes is the stream, and behind its end mark an index.
      const { decodeArrow } = await import("../arrow/read.ts");
      return { reader: await decodeArrow(without(bytes, 8), source.name), format: `${inside}arrow` };
    }
    case "parquet": {
      if (source.path === undefined || inside !== "") {
        throw new RecordError(
          `Cannot read ${source.name}: Parquet is read from its end; give it as a file that is not compressed`,
          source.name,
        );
      }
      const { openParquet } = await import("../parquet/read.ts");
      return { reader: await openParquet(source.path), format };
    }
    case "json": {
      const { decodePythonDamoJson } = await import("../python_damo/read.ts");
      const { readSideFiles } = await import("../python_damo/side_files.ts");
      const side = source.path === undefined ? {} : await readSideFiles(source.path);
      return { reader: await decodePythonDamoJson(bytes, source.name, side), format };
    }
    case "jsonl": {
      const { decodeJsonLines } = await import("../jsonl/read.ts");
      return { reader: await decodeJsonLines(bytes, source.name), format };
    }
    case "csv": {
      const { decodeCsv } = await import("../csv/read.ts");
      const again = inside === "" && source.again ? { chunks: source.again } : undefined;
      return {
        reader: await decodeCsv(bytes, source.name, again && (() => plainText(again.chunks())), source.isPartly),
        format,
      };
    }
    case "trace": {
      const { decodeTrace } = await import("../trace/read.ts");
      const { readSideFiles } = await import("../python_damo/side_files.ts");
      const side = source.path === undefined ? {} : await readSideFiles(source.path);
      return { reader: await decodeTrace(bytes, source.name, side), format };
    }
  }
  const what = `Cannot read ${source.name}`;
  const reason = REASONS[sniffed];
  const failure = reason
    ? { what, why: reason }
    : { what, why: UNKNOWN, help: said`see ${command("help", { words: ["formats"] })}` };
  throw new RecordError(failure, source.name, 0);
}

async function* without(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    const skipped = Math.min(count, chunk.length);
    count -= skipped;
    if (skipped < chunk.length) yield chunk.subarray(skipped);
  }
}

/** What cannot be decompressed from its very beginning is no record. */
async function peek(source: ByteSource, bytes: PeekedBytes): Promise<Uint8Array> {
  try {
    return await bytes.peek(SNIFF_BYTES);
  } catch (error) {
    throw new RecordError(
      `Cannot read ${source.name}: its beginning is cut off or broken (${reasonOf(error)})`,
      source.name,
      0,
    );
  }
}

const UNKNOWN = "unknown format, none of Arrow stream of damo, JSON, JSON lines, CSV, Parquet and trace text";

const REASONS: Partial<Record<Sniffed, string>> = {
  empty: "it is empty",
  "feather 1":
    "it is a Feather file of version 1; write it anew with pyarrow: feather.write_feather(table, FILE, version=2)",
  xz: "it is compressed by xz; decompress it first: xz -dk FILE",
  bzip2: "it is compressed by bzip2; decompress it first: bzip2 -dk FILE",
  zip: "it is a zip archive; take the record out of it first: unzip FILE",
  lzma: "it is compressed by lzma; decompress it first: xz -dk FILE",
  lz4: "it is compressed by lz4; decompress it first: lz4 -d FILE",
  "perf.data": "it is a file of perf record; make text of it first: perf script -i FILE > FILE.txt",
  "perf.json":
    "it is JSON of perf data convert; make text of the recording instead: perf script -i perf.data > FILE.txt",
  babeltrace: "it is text of babeltrace; make text of the recording itself: perf script -i perf.data > FILE.txt",
  "trace.dat": "it is a file of trace-cmd; make text of it first: trace-cmd report -i FILE > FILE.txt",
};

function opened(reader: CheckedRecord, source: ByteSource, bytes: PeekedBytes, format: string): OpenRecord {
  return {
    header: reader.header,
    format,
    fileBytes: source.size,
    get bytesRead() {
      return bytes.count;
    },
    get incomplete() {
      return reader.incomplete;
    },
    get remarks() {
      return reader.remarks;
    },
    items: () => reader.items(),
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await source[Symbol.asyncDispose]();
    },
  };
}

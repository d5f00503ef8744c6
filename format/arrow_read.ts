import { type Data, type RecordBatch, RecordBatchReader } from "apache-arrow";
import {
  AGE_UNKNOWN,
  RECORD_SCHEMA,
  RecordError,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  Regions,
  type Snapshot,
} from "../damon/mod.ts";
import { HEADER_KEY, registerZstd } from "./arrow_schema.ts";
import { incompleteOf } from "./ending.ts";

/**
 * Decodes a record from the bytes of its Arrow IPC stream. It holds one batch at a time.
 *
 * @param path Names the source in errors.
 * @throws {RecordError} where the bytes are empty, no Arrow stream, no record, or a record of a newer schema.
 */
export async function decodeArrow(bytes: AsyncIterable<Uint8Array>, path: string): Promise<RecordReader> {
  registerZstd();
  const counted = new CountedBytes(bytes);
  const batches = await openBatches(counted, path);
  const header = headerOf(batches.schema.metadata, path);
  return new ArrowReader(header, batches, counted);
}

/** The bytes as they pass by, counted, so that an error can say where it was. */
class CountedBytes {
  count = 0;
  constructor(readonly source: AsyncIterable<Uint8Array>) {}
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.source) {
      this.count += chunk.byteLength;
      yield chunk;
    }
  }
}

async function openBatches(bytes: CountedBytes, path: string) {
  const iterator = bytes[Symbol.asyncIterator]();
  // Looked at before Arrow sees it: Arrow takes any first four bytes for a length and may try to allocate that much.
  let head = new Uint8Array(0);
  while (head.length < 8) {
    const { done, value } = await iterator.next();
    if (done) break;
    const joined = new Uint8Array(head.length + value.length);
    joined.set(head);
    joined.set(value, head.length);
    head = joined;
  }
  if (head.length === 0) throw new RecordError(`Cannot read ${path} as a record: it is empty`, path, 0);
  if (head.length < 8 || head.subarray(0, 4).some((byte) => byte !== 0xff)) {
    throw new RecordError(`Cannot read ${path} as a record: it is not an Arrow stream made by damo record`, path, 0);
  }
  async function* rest() {
    yield head;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  try {
    const reader = await (await RecordBatchReader.from(rest())).open();
    // Arrow takes a stream that ends within its schema for an empty one.
    if (reader.schema === undefined) throw new Error("its schema is not whole");
    return reader;
  } catch (error) {
    throw new RecordError(
      `Cannot read ${path} as a record: its beginning is cut off or broken (${(error as Error).message})`,
      path,
      bytes.count,
    );
  }
}

function headerOf(metadata: Map<string, string>, path: string): RecordHeader {
  const text = metadata.get(HEADER_KEY);
  if (text === undefined) {
    throw new RecordError(`Cannot read ${path} as a record: it is an Arrow stream, but not one of damo record`, path);
  }
  const header = JSON.parse(text) as RecordHeader;
  if (header.schema > RECORD_SCHEMA) {
    throw new RecordError(
      `Cannot read ${path} as its schema must be ${RECORD_SCHEMA} or older: it is ${header.schema}, written by ${header.tool}; use a newer damo`,
      path,
    );
  }
  return header;
}

class ArrowReader implements RecordReader {
  incomplete: string | undefined;
  constructor(
    readonly header: RecordHeader,
    readonly batches: RecordBatchReader,
    readonly bytes: CountedBytes,
  ) {}

  async *items(): AsyncIterable<RecordItem> {
    let footer: RecordFooter | undefined;
    try {
      for await (const batch of this.batches as AsyncIterable<RecordBatch>) {
        // For a stream that ends after its schema Arrow makes up a batch of no rows, without columns.
        if (batch.numRows === 0) continue;
        for (const item of itemsOf(batch)) {
          footer = item.kind === "footer" ? item.footer : undefined;
          yield item;
        }
      }
    } catch (error) {
      this.incomplete = `it is cut off or broken near byte ${this.bytes.count} (${(error as Error).message})`;
      return;
    }
    this.incomplete = incompleteOf(footer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.batches.cancel();
  }
}

function* itemsOf(batch: RecordBatch): Generator<RecordItem> {
  const column = (name: string) => batch.getChild(name)!.data[0] as Data;
  if (!(batch.numRows <= (column("kdamond").values as Uint32Array).length)) throw new Error("a batch has other rows");
  const [kdamond, targetId] = [column("kdamond").values as Uint32Array, column("target_id").values as BigUint64Array];
  const [startNs, endNs] = [numbersOf(column("start_ns")), numbersOf(column("end_ns"))];
  const [sampleUs, aggrUs] = [numbersOf(column("sample_us")), numbersOf(column("aggr_us"))];
  const offsets = column("start").valueOffsets as Int32Array;
  const start = numbersOf(column("start").children[0]);
  const end = numbersOf(column("end").children[0]);
  const nrAccesses = column("nr_accesses").children[0].values as Uint32Array;
  const age = agesOf(column("age").children[0]);
  const passedOf = optionalReader(batch, "sz_filter_passed", numbersOf);
  const hitsOf = optionalReader(batch, "probe_hits", ({ values }) => values as Uint32Array);
  const residentOf = optionalReader(batch, "resident_bytes", numbersOf);
  const usedOf = optionalReader(batch, "used_bytes", numbersOf);
  const looksOf = optionalReader(batch, "looks", ({ values }) => values as Uint32Array);
  const evidenceOf = (row: number): Pick<Snapshot, "evidence"> => {
    const [residentBytes, usedBytes, looks] = [residentOf(row), usedOf(row), looksOf(row)];
    return residentBytes && usedBytes && looks ? { evidence: { residentBytes, usedBytes, looks } } : {};
  };
  const [kinds, json] = [batch.getChild("kind")!, batch.getChild("json")!];
  for (let i = 0; i < batch.numRows; i++) {
    const kind = kinds.get(i) as string;
    const regions = () => {
      const [from, to] = [offsets[i], offsets[i + 1]];
      return new Regions(
        start.subarray(from, to),
        end.subarray(from, to),
        nrAccesses.subarray(from, to),
        age.subarray(from, to),
      );
    };
    if (kind === "snapshot") {
      const probeHits = hitsOf(i);
      yield {
        kind,
        snapshot: {
          kdamond: kdamond[i],
          targetId: targetId[i],
          startNs: startNs[i],
          endNs: endNs[i],
          sampleUs: sampleUs[i],
          aggrUs: aggrUs[i],
          regions: regions(),
          ...(probeHits && { probeHits }),
          ...evidenceOf(i),
          ...schemeOf(json.get(i), passedOf(i)),
        },
      };
    } else if (kind === "mappings") {
      yield { kind, mappings: JSON.parse(json.get(i)) };
    } else if (kind === "footer") {
      yield { kind, footer: JSON.parse(json.get(i)) };
    } else if (kind === "scheme_stats") {
      yield { kind, counts: JSON.parse(json.get(i)) };
    } else if (kind === "usage") {
      yield { kind, usage: JSON.parse(json.get(i)) };
    } else if (kind === "residency") {
      yield { kind, residency: JSON.parse(json.get(i)) };
    } else if (kind === "working_set") {
      yield { kind, workingSet: JSON.parse(json.get(i)) };
    } else if (kind === "profile") {
      yield { kind, profile: JSON.parse(json.get(i)) };
    } else if (kind === "applied") {
      const { context, scheme } = JSON.parse(json.get(i)) as { context: number; scheme?: number };
      yield {
        kind,
        applied: {
          kdamond: kdamond[i],
          context,
          ...(scheme !== undefined && { scheme, targetId: targetId[i] }),
          startNs: startNs[i],
          endNs: endNs[i],
          regions: regions(),
        },
      };
    } // Rows of a kind that this version does not know are somebody else's additions: passed over.
  }
}

/** Records of before have no such column; most of the others have nothing in it. */
function optionalReader<T extends Float64Array | Uint32Array>(
  batch: RecordBatch,
  name: string,
  valuesOf: (child: Data) => T,
): (row: number) => T | undefined {
  const data = batch.getChild(name)?.data[0] as Data | undefined;
  if (data === undefined || data.children[0].length === 0) return () => undefined;
  const [offsets, values] = [data.valueOffsets as Int32Array, valuesOf(data.children[0])];
  return (row) => offsets[row] === offsets[row + 1] ? undefined : values.subarray(offsets[row], offsets[row + 1]) as T;
}

function schemeOf(json: string | null, passedBytes: Float64Array | undefined): Pick<Snapshot, "scheme"> {
  if (json === null) return {};
  const { scheme } = JSON.parse(json) as Pick<Snapshot, "scheme">;
  return scheme ? { scheme: { ...scheme, ...(passedBytes && { passedBytes }) } } : {};
}

/** 64-bit integers as doubles, by halves: three times faster than through BigInt. Negative ones do not occur. */
function numbersOf(data: Data): Float64Array {
  const values = data.values as BigUint64Array;
  const halves = new Uint32Array(values.buffer, values.byteOffset, data.length * 2);
  const numbers = new Float64Array(data.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = halves[2 * i] + halves[2 * i + 1] * 2 ** 32;
  return numbers;
}

function agesOf(data: Data): Uint32Array {
  const values = data.values as Uint32Array;
  if (data.nullCount === 0) return values;
  return values.map((value, i) => data.getValid(i) ? value : AGE_UNKNOWN);
}

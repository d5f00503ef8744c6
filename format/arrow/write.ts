import {
  AsyncByteQueue,
  CompressionType,
  type Data,
  type DataType,
  Int64,
  type List,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  type Schema,
  Struct,
  Uint32,
  Uint64,
  Utf8,
} from "apache-arrow";
import { AGE_UNKNOWN, type RecordHeader, type RecordItem, type Snapshot, timesOf } from "../../damon/mod.ts";
import { sealed } from "./messages.ts";
import { FIELDS, registerZstd, schemaOf } from "./schema.ts";

/** Collects what the Arrow writer emits, so that it can be taken out synchronously, batch by batch. */
class Outbox extends AsyncByteQueue {
  #chunks: Uint8Array[] = [];
  override write(chunk: ArrayBufferLike | ArrayBufferView | string): undefined {
    this.#chunks.push(chunk as Uint8Array);
    return undefined;
  }
  take(): Uint8Array {
    const total = this.#chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    const joined = new Uint8Array(total);
    let at = 0;
    for (const chunk of this.#chunks) {
      joined.set(chunk, at);
      at += chunk.byteLength;
    }
    this.#chunks = [];
    return joined;
  }
}

type CompressedBody = { buffers: Uint8Array[] };

/**
 * Arrow's writer puts the compressed length where the format wants the uncompressed one (apache-arrow 21.2), which its
 * own reader does not mind and every other reader refuses. This corrects the eight bytes before each body buffer. The
 * method is private in the declarations: there is no public place to correct it.
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html#compression
 */
function correctLengths(writer: RecordBatchStreamWriter): RecordBatchStreamWriter {
  const compress = Reflect.get(writer, "_compressBodyBuffers") as (buffers: ArrayBufferView[]) => CompressedBody;
  Reflect.set(writer, "_compressBodyBuffers", (buffers: ArrayBufferView[]) => {
    const body = compress.call(writer, buffers);
    buffers.forEach((buffer, i) => {
      const prefix = body.buffers[2 * i];
      if (prefix.byteLength === 0) return;
      const view = new DataView(prefix.buffer, prefix.byteOffset, 8);
      if (view.getBigInt64(0, true) !== -1n) view.setBigInt64(0, BigInt(buffer.byteLength), true);
    });
    return body;
  });
  return writer;
}

/**
 * Encodes a record as an Arrow IPC stream with zstd-compressed bodies: header first, then one batch for each
 * {@linkcode encode}, then the end mark. Every returned piece ends at a message boundary, so whatever is on disk up to
 * a piece's end is readable.
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
 */
export class ArrowEncoder {
  readonly #outbox = new Outbox();
  readonly #writer: RecordBatchStreamWriter;
  readonly #schema: Schema;

  /** Nothing is encoded before {@linkcode begin}. */
  constructor(header: RecordHeader) {
    registerZstd();
    this.#schema = schemaOf(header);
    this.#writer = correctLengths(
      new RecordBatchStreamWriter({ autoDestroy: false, compressionType: CompressionType.ZSTD }),
    );
    this.#writer.reset(this.#outbox, this.#schema);
  }

  /** The stream's beginning, with the header. */
  begin(): Uint8Array {
    return this.#sealed(this.#outbox.take());
  }

  /** One batch with these items, in their order. */
  encode(items: readonly RecordItem[]): Uint8Array {
    this.#writer.write(batchOf(this.#schema, items));
    return this.#sealed(this.#outbox.take());
  }

  /** With its checksum; it is one message. */
  #sealed(message: Uint8Array): Uint8Array {
    return message.length === 0 ? message : sealed(message, this.#count++);
  }
  #count = 0;

  /** The last message was not written: the next one has its place in the stream. */
  forgetLast(): void {
    this.#count--;
  }

  /** The end mark. */
  end(): Uint8Array {
    this.#writer.finish();
    return this.#outbox.take();
  }
}

function batchOf(schema: Schema, items: readonly RecordItem[]): RecordBatch {
  const snapshots = items.map((item) => item.kind === "snapshot" ? item.snapshot : undefined);
  const applied = items.map((item) => item.kind === "applied" ? item.applied : undefined);
  const regions = items.map((_, i) => (snapshots[i] ?? applied[i])?.regions);
  const times = items.map(timesOf);
  const int64 = (pick: (i: number) => number) =>
    makeData({ type: new Int64(), data: BigInt64Array.from(items, (_, i) => BigInt(Math.round(pick(i)))) });
  const offsets = new Int32Array(items.length + 1);
  regions.forEach((each, i) => offsets[i + 1] = offsets[i] + (each?.length ?? 0));
  const total = offsets[items.length];
  const [start, end] = [new BigUint64Array(total), new BigUint64Array(total)];
  const [nrAccesses, age] = [new Uint32Array(total), new Uint32Array(total)];
  regions.forEach((each, i) => {
    if (!each) return;
    storeAddresses(each.start, start, offsets[i]);
    storeAddresses(each.end, end, offsets[i]);
    nrAccesses.set(each.nrAccesses, offsets[i]);
    age.set(each.age, offsets[i]);
  });
  const listOf = (index: number, child: Data<DataType>, valueOffsets = offsets) =>
    makeData({ type: FIELDS[index].type as List, length: items.length, nullCount: 0, valueOffsets, child });
  const offsetsOf = (lengthOf: (snapshot: Snapshot) => number) => {
    const offsets = new Int32Array(items.length + 1);
    snapshots.forEach((each, i) => offsets[i + 1] = offsets[i] + (each ? lengthOf(each) : 0));
    return offsets;
  };
  const passedOffsets = offsetsOf(({ scheme }) => scheme?.passedBytes?.length ?? 0);
  const hitOffsets = offsetsOf(({ probeHits }) => probeHits?.length ?? 0);
  const hits = new Uint32Array(hitOffsets[items.length]);
  snapshots.forEach((snapshot, i) => hits.set(snapshot?.probeHits ?? [], hitOffsets[i]));
  const passed = new BigUint64Array(passedOffsets[items.length]);
  const knownOffsets = offsetsOf(({ evidence }) => evidence?.looks.length ?? 0);
  const known = knownOffsets[items.length];
  const [resident, used, looks] = [new BigUint64Array(known), new BigUint64Array(known), new Uint32Array(known)];
  snapshots.forEach((snapshot, i) => {
    if (!snapshot?.evidence) return;
    storeAddresses(snapshot.evidence.residentBytes, resident, knownOffsets[i]);
    storeAddresses(snapshot.evidence.usedBytes, used, knownOffsets[i]);
    looks.set(snapshot.evidence.looks, knownOffsets[i]);
  });
  snapshots.forEach((snapshot, i) => {
    const bytes = snapshot?.scheme?.passedBytes;
    if (bytes) storeAddresses(bytes, passed, passedOffsets[i]);
  });
  const children: Data[] = [
    utf8Of(items.map((item) => item.kind)),
    makeData({ type: new Uint32(), data: Uint32Array.from(items, kdamondOf) }),
    makeData({
      type: new Uint64(),
      data: BigUint64Array.from(items, (_, i) => (snapshots[i] ?? applied[i])?.targetId ?? 0n),
    }),
    int64((i) => times[i].startNs),
    int64((i) => times[i].endNs),
    int64((i) => snapshots[i]?.sampleUs ?? 0),
    int64((i) => snapshots[i]?.aggrUs ?? 0),
    listOf(7, makeData({ type: new Uint64(), data: start })),
    listOf(8, makeData({ type: new Uint64(), data: end })),
    listOf(9, makeData({ type: new Uint32(), data: nrAccesses })),
    listOf(10, agesOf(age)),
    utf8Of(items.map(jsonOf)),
    listOf(12, makeData({ type: new Uint64(), data: passed }), passedOffsets),
    listOf(13, makeData({ type: new Uint32(), data: hits }), hitOffsets),
    listOf(14, makeData({ type: new Uint64(), data: resident }), knownOffsets),
    listOf(15, makeData({ type: new Uint64(), data: used }), knownOffsets),
    listOf(16, makeData({ type: new Uint32(), data: looks }), knownOffsets),
  ];
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: items.length, nullCount: 0, children }),
  );
}

function kdamondOf(item: RecordItem): number {
  if (item.kind === "snapshot") return item.snapshot.kdamond;
  if (item.kind === "applied") return item.applied.kdamond;
  return item.kind === "scheme_stats" ? item.counts.kdamond : 0;
}

function jsonOf(item: RecordItem): string | null {
  if (item.kind === "mappings") return JSON.stringify(item.mappings);
  if (item.kind === "footer") return JSON.stringify(item.footer);
  if (item.kind === "scheme_stats") return JSON.stringify(item.counts);
  if (item.kind === "usage") return JSON.stringify(item.usage);
  if (item.kind === "residency") return JSON.stringify(item.residency);
  if (item.kind === "working_set") return JSON.stringify(item.workingSet);
  if (item.kind === "profile") return JSON.stringify(item.profile);
  if (item.kind === "applied") return JSON.stringify({ context: item.applied.context, scheme: item.applied.scheme });
  const { scheme } = item.snapshot;
  if (!scheme) return null;
  return JSON.stringify({ scheme: { index: scheme.index, ...(scheme.stats && { stats: scheme.stats }) } });
}

/** Doubles to u64, as halves: BigInt conversion of each would take ten times as long. */
function storeAddresses(from: Float64Array, to: BigUint64Array, offset: number): void {
  const halves = new Uint32Array(to.buffer, to.byteOffset + offset * 8, from.length * 2);
  for (let i = 0; i < from.length; i++) {
    const value = from[i];
    const high = Math.floor(value / 2 ** 32);
    // 2^64 itself ("max") does not fit: the largest u64 stands for it, and reads back as 2^64.
    const isMax = high > 0xffff_ffff;
    halves[2 * i] = isMax ? 0xffff_ffff : value - high * 2 ** 32;
    halves[2 * i + 1] = isMax ? 0xffff_ffff : high;
  }
}

function agesOf(age: Uint32Array): Data<Uint32> {
  const unknown = age.reduce((count, value) => count + (value === AGE_UNKNOWN ? 1 : 0), 0);
  if (unknown === 0) return makeData({ type: new Uint32(), data: age });
  return makeData({
    type: new Uint32(),
    data: age,
    nullCount: unknown,
    nullBitmap: bitmapOf(age.length, (i) => age[i] !== AGE_UNKNOWN),
  });
}

function utf8Of(texts: readonly (string | null)[]): Data<Utf8> {
  const encoded = texts.map((text) => new TextEncoder().encode(text ?? ""));
  const valueOffsets = new Int32Array(texts.length + 1);
  encoded.forEach((bytes, i) => valueOffsets[i + 1] = valueOffsets[i] + bytes.length);
  const data = new Uint8Array(valueOffsets[texts.length]);
  encoded.forEach((bytes, i) => data.set(bytes, valueOffsets[i]));
  const nullCount = texts.filter((text) => text === null).length;
  return makeData({
    type: new Utf8(),
    length: texts.length,
    valueOffsets,
    data,
    nullCount,
    ...(nullCount > 0 && { nullBitmap: bitmapOf(texts.length, (i) => texts[i] !== null) }),
  });
}

function bitmapOf(length: number, isValid: (i: number) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(length / 64) * 8);
  for (let i = 0; i < length; i++) if (isValid(i)) bits[i >> 3] |= 1 << (i & 7);
  return bits;
}

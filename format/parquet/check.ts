import { formatNr } from "../../damon/mod.ts";
import { ImpossibleError } from "../bytes/mod.ts";
import { numberIn, structIn, Thrift, type ThriftStruct } from "./thrift.ts";

/** What is at the end of a Parquet file: length of the description, and the mark. */
const TAIL_BYTES = 8;
const MOST_METADATA = 64 << 20;
/** Rows of a group, and bytes of a page, that are believed whatever the size of what is compressed. */
const [ALWAYS_ROWS, ALWAYS_BYTES] = [1 << 20, 64 << 20];
/** Kinds of pages. */
const [DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2] = [0, 2, 3];
/** Encodings of values. */
const [PLAIN, PLAIN_DICTIONARY, RLE, DELTA, DELTA_LENGTH, DELTA_BYTES, RLE_DICTIONARY] = [0, 2, 3, 5, 6, 7, 8];

/** Reads a range of the file. */
type Slice = (start: number, end: number) => Promise<ArrayBuffer>;

/**
 * Checks the description at a Parquet file's end before the library reads it, which believes every number.
 *
 * @throws {ImpossibleError} saying what is wrong.
 */
export async function checkMetadata(slice: Slice, size: number): Promise<void> {
  const tail = new DataView(await slice(Math.max(0, size - TAIL_BYTES), size));
  if (tail.byteLength < TAIL_BYTES || tail.getUint32(4, false) !== 0x50415231) {
    throw new ImpossibleError("it does not end as Parquet does");
  }
  const length = tail.getUint32(0, true);
  if (length > size - TAIL_BYTES || length > MOST_METADATA) {
    throw new ImpossibleError(
      `it says that its description has ${formatNr(length)} bytes, of ${formatNr(size)} in all`,
    );
  }
  const fields = new Thrift(new Uint8Array(await slice(size - TAIL_BYTES - length, size - TAIL_BYTES))).struct();
  const groups = fields.get(4);
  if (!Array.isArray(groups) || !Array.isArray(fields.get(2))) {
    throw new ImpossibleError("its description has no columns");
  }
  groups.forEach((group, i) => checkGroup(group as ThriftStruct, size, `row group ${i + 1}`));
}

function checkGroup(group: ThriftStruct, size: number, place: string): void {
  const columns = group instanceof Map ? group.get(1) : undefined;
  if (!Array.isArray(columns)) throw new ImpossibleError(`${place} has no columns`);
  const rows = numberIn(group, 3);
  let bytes = 0;
  for (const column of columns) {
    const meta = column instanceof Map ? structIn(column, 3) : undefined;
    const length = numberIn(meta, 7);
    const start = numberIn(meta, 11) || numberIn(meta, 9);
    if (!meta || !(length >= 0 && start >= 0 && start + length <= size)) {
      throw new ImpossibleError(`${place} has a column beyond the end of the file`);
    }
    if (numberIn(meta, 5) !== rows) throw new ImpossibleError(`${place} has a column with other rows`);
    bytes += length;
  }
  if (!(rows >= 0 && rows <= Math.max(ALWAYS_ROWS, 4 * bytes))) {
    throw new ImpossibleError(`${place} says that it has ${formatNr(rows)} rows in ${formatNr(bytes)} bytes`);
  }
}

/** What is known of a column of a row group. */
export interface ColumnChunk {
  name: string;
  /** Rows of its group. */
  rows: number;
  isOptional: boolean;
  /** Decompresses a page; `undefined` where it is not compressed, or as the library does it. */
  decompress: ((bytes: Uint8Array, most: number) => Uint8Array) | undefined;
}

/**
 * Checks the pages of a column: their sizes, their rows, and runs of levels and of indices, which the library would write
 * as often as they say.
 *
 * @throws {ImpossibleError} naming the column.
 */
export function checkPages(bytes: Uint8Array, chunk: ColumnChunk): void {
  const bad = (what: string) => new ImpossibleError(`column ${chunk.name}: ${what}`);
  let rows = 0;
  for (let at = 0; at < bytes.length - 1 && rows < chunk.rows;) {
    const thrift = new Thrift(bytes, at);
    const header = thrift.struct();
    const [kind, plainBytes, packedBytes] = [1, 2, 3].map((field) => numberIn(header, field));
    at = thrift.at + packedBytes;
    if (packedBytes < 0 || at > bytes.length) throw bad("a page is cut off");
    if (plainBytes < 0 || plainBytes > Math.max(ALWAYS_BYTES, 256 * packedBytes)) {
      throw bad(`a page of ${formatNr(packedBytes)} bytes says that it has ${formatNr(plainBytes)}`);
    }
    const page = bytes.subarray(thrift.at, at);
    const described = structIn(header, kind === DATA_PAGE ? 5 : kind === DICTIONARY_PAGE ? 7 : 8);
    const values = numberIn(described, 1);
    if (!described || ![DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2].includes(kind)) {
      throw bad("a page of an unknown kind");
    }
    if (values < 0 || values > chunk.rows) throw bad(`a page says that it has ${formatNr(values)} values`);
    if (kind === DICTIONARY_PAGE) continue;
    rows += values;
    if (values === 0) throw bad("a page has no values");
    if (kind === DATA_PAGE) {
      const plain = chunk.decompress?.(page, plainBytes) ?? page;
      if (chunk.decompress && plain.length !== plainBytes) throw bad("a page has another size than it says");
      let from = 0;
      if (chunk.isOptional) {
        if (plain.length < 4) throw bad("a page is cut off");
        const length = new DataView(plain.buffer, plain.byteOffset).getUint32(0, true);
        if (length > plain.length - 4) throw bad("a page is cut off");
        checkRuns(plain.subarray(4, 4 + length), 1, values, bad);
        from = 4 + length;
      }
      checkValues(plain.subarray(from), numberIn(described, 2), values, bad);
    } else {
      const [levels, repeats] = [numberIn(described, 5), numberIn(described, 6)];
      if (levels < 0 || repeats < 0 || levels + repeats > page.length) throw bad("a page is cut off");
      if (chunk.isOptional) checkRuns(page.subarray(repeats, repeats + levels), 1, values, bad);
      const rest = page.subarray(repeats + levels);
      const isPacked = described.get(7) !== false;
      const plain = (isPacked && chunk.decompress?.(rest, plainBytes)) || rest;
      checkValues(plain, numberIn(described, 4), values, bad);
    }
  }
  if (rows < chunk.rows) throw bad(`has ${formatNr(rows)} of ${formatNr(chunk.rows)} rows`);
}

type Bad = (what: string) => ImpossibleError;

function checkValues(bytes: Uint8Array, encoding: number, values: number, bad: Bad): void {
  if (encoding === PLAIN || bytes.length === 0) return;
  if (encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY) {
    if (bytes[0] > 32) throw bad(`an index of ${bytes[0]} bits`);
    if (bytes[0] > 0) checkRuns(bytes.subarray(1), bytes[0], values, bad, true);
  } else if (encoding === DELTA || encoding === DELTA_LENGTH || encoding === DELTA_BYTES) {
    const at = { at: 0 };
    const [block, parts, count] = [0, 0, 0].map(() => varint(bytes, at, bad));
    if (block === 0 || block % 128 !== 0 || block > 1 << 16 || parts === 0 || parts > block / 32 || count > values) {
      throw bad("a page of differences that cannot be");
    }
  } else if (encoding === RLE) throw bad("runs of values that are no levels");
}

/** Runs say how many values they have: together as many as the page has, filled up to a whole byte. */
function checkRuns(bytes: Uint8Array, bits: number, values: number, bad: Bad, mayBeMissing = false): void {
  const at = { at: 0 };
  let seen = 0;
  while (seen < values && at.at < bytes.length) {
    const head = varint(bytes, at, bad);
    const count = head & 1 ? (head >>> 1) * 8 : head >>> 1;
    at.at += head & 1 ? (head >>> 1) * bits : bits + 7 >> 3;
    seen += count;
    if (count === 0 || seen > values + 7 + (head & 1 ? 504 : 0)) throw bad("a run is longer than its page");
  }
  if (seen < values && !mayBeMissing) throw bad("a page has fewer values than it says");
}

function varint(bytes: Uint8Array, place: { at: number }, bad: Bad): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    if (place.at >= bytes.length) throw bad("a page is cut off");
    const byte = bytes[place.at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return value;
  }
  throw bad("a number without an end");
}

import { zstdDecompressSync } from "node:zlib";
import type { ArrowMessage } from "./messages.ts";
import type { FlatTable } from "./flatbuffer.ts";
import { ImpossibleError, reasonOf } from "../bytes/mod.ts";

/** Kinds of columns that a record can have, and those that are passed over. */
type TypeName = "int" | "float" | "utf8" | "largeUtf8" | "list" | "largeList" | "struct" | "bool" | "fixed" | "null";

/** One column as the schema describes it. */
export interface ArrowField {
  name: string;
  type: TypeName;
  /** Bits of a number. */
  bits: number;
  isSigned: boolean;
  isDictionary: boolean;
  children: ArrowField[];
}

/** Numbers of Arrow's types. @see https://github.com/apache/arrow/blob/main/format/Schema.fbs */
const TYPES: Readonly<Record<number, TypeName>> = {
  1: "null",
  2: "int",
  3: "float",
  5: "utf8",
  6: "bool",
  7: "fixed",
  8: "fixed",
  9: "fixed",
  10: "fixed",
  11: "fixed",
  12: "list",
  13: "struct",
  15: "fixed",
  18: "fixed",
  4: "utf8",
  19: "largeUtf8",
  20: "largeUtf8",
  21: "largeList",
};

/** Most columns, and depth of a column in a column. */
const [MOST_FIELDS, MOST_DEPTH] = [1000, 8];
/** A column may be this much larger than what is compressed of all; small ones of zeros are small by far more. */
const [MOST_GROWTH, ALWAYS_BYTES, MOST_BYTES] = [256, 64 << 20, 2 ** 30];

/** The columns of a schema. @throws {ImpossibleError} for a type that is not read, by the column's name. */
export function fieldsOf(schema: FlatTable): ArrowField[] {
  if (schema.byte(0) !== 0) throw new ImpossibleError("its numbers are big-endian");
  return fieldList(schema.tables(1), 0);
}

function fieldList(tables: readonly FlatTable[], depth: number): ArrowField[] {
  if (tables.length > MOST_FIELDS || depth > MOST_DEPTH) throw new ImpossibleError("it has too many columns");
  return tables.map((table) => {
    const name = table.text(0) ?? "";
    const type = TYPES[table.byte(2)];
    if (!type) {
      throw new ImpossibleError(
        `column ${name} has a type that is not read: write it as numbers, utf8 or lists of them`,
      );
    }
    const details = table.table(3);
    return {
      name,
      type,
      bits: type === "int" ? details?.int32(0) ?? 0 : type === "float" ? [16, 32, 64][details?.byte(0) ?? 0] ?? 0 : 0,
      isSigned: type === "int" && details?.byte(1) === 1,
      isDictionary: table.table(4) !== undefined,
      children: fieldList(table.tables(5), depth + 1),
    };
  });
}

/** What a schema says besides its columns. */
export function metadataOf(schema: FlatTable, key: string): string | undefined {
  return schema.tables(2).find((entry) => entry.text(0) === key)?.text(1);
}

/** One column of a batch. */
export interface ArrowColumn {
  field: ArrowField;
  length: number;
  nullCount: number;
  validity: Uint8Array;
  offsets: Int32Array;
  bytes: Uint8Array;
  children: ArrowColumn[];
}

/** The columns of a batch by their names. @throws {ImpossibleError} where counts and lengths do not fit what is there. */
export function columnsOf(fields: readonly ArrowField[], message: ArrowMessage): Map<string, ArrowColumn> {
  const parts = new Parts(message);
  const columns = new Map(fields.map((field) => [field.name, parts.column(field, parts.rows)]));
  return columns;
}

class Parts {
  readonly rows: number;
  readonly #nodes: [number, number][];
  readonly #buffers: [number, number][];
  readonly #codec: number | undefined;
  #node = 0;
  #buffer = 0;
  #grown = 0;

  constructor(readonly message: ArrowMessage) {
    const { header } = message;
    this.rows = header.int64(0);
    this.#nodes = header.pairs(1);
    this.#buffers = header.pairs(2);
    this.#codec = header.table(3)?.byte(0);
    if (this.#codec === 0) {
      throw new ImpossibleError("its columns are compressed by lz4: write it with zstd, or uncompressed");
    }
  }

  column(field: ArrowField, least: number): ArrowColumn {
    const node = this.#nodes[this.#node++];
    if (!node) throw new ImpossibleError("a batch has fewer columns than the schema");
    const [length, nullCount] = node;
    if (!(length >= least && length <= 2 ** 31 && nullCount >= 0 && nullCount <= length)) {
      throw new ImpossibleError(`column ${field.name} has ${length} rows of ${least}`);
    }
    const column: ArrowColumn = {
      field,
      length,
      nullCount,
      validity: EMPTY,
      offsets: NO_OFFSETS,
      bytes: EMPTY,
      children: [],
    };
    if (field.type === "null") return column;
    column.validity = this.#take(nullCount > 0 ? Math.ceil(length / 8) : 0, field);
    if (field.type === "struct") {
      column.children = field.children.map((child) => this.column(child, length));
      return column;
    }
    if (field.type === "fixed" || field.type === "bool") {
      this.#buffer++;
      return column;
    }
    if (field.isDictionary) throw new ImpossibleError(`column ${field.name} is a dictionary: write it as plain values`);
    if (field.type === "int" || field.type === "float") {
      column.bytes = this.#take(length * field.bits / 8, field);
      return column;
    }
    const isLarge = field.type === "largeList" || field.type === "largeUtf8";
    column.offsets = offsetsOf(
      this.#take(length === 0 ? 0 : (length + 1) * (isLarge ? 8 : 4), field),
      length,
      isLarge,
      field,
    );
    const last = column.offsets[length] ?? 0;
    if (field.type === "list" || field.type === "largeList") {
      if (field.children.length !== 1) throw new ImpossibleError(`column ${field.name} is no list of one kind`);
      column.children = [this.column(field.children[0], last)];
    } else column.bytes = this.#take(last, field);
    return column;
  }

  /** The next buffer, decompressed, with at least so many bytes. */
  #take(least: number, { name }: ArrowField): Uint8Array {
    const buffer = this.#buffers[this.#buffer++];
    const { body } = this.message;
    if (!buffer) throw new ImpossibleError(`column ${name} is not all there`);
    const [at, length] = buffer;
    if (!(at >= 0 && length >= 0 && at + length <= body.length)) {
      throw new ImpossibleError(`column ${name} lies beyond its batch`);
    }
    let bytes = body.subarray(at, at + length);
    if (this.#codec !== undefined && length > 0) bytes = this.#decompressed(bytes, name);
    if (bytes.length < least) throw new ImpossibleError(`column ${name} has ${bytes.length} bytes of ${least}`);
    return bytes;
  }

  #decompressed(bytes: Uint8Array, name: string): Uint8Array {
    if (bytes.length < 8) throw new ImpossibleError(`column ${name} is cut off`);
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true));
    const rest = bytes.subarray(8);
    if (length === -1) return rest;
    this.#grown += length;
    const most = Math.min(MOST_BYTES, Math.max(ALWAYS_BYTES, this.message.body.length * MOST_GROWTH));
    if (!(length >= 0 && this.#grown <= most)) {
      throw new ImpossibleError(
        `column ${name} says that it has ${length} bytes, in a batch of ${this.message.body.length}`,
      );
    }
    try {
      // Before damo 0.1's first records had the compressed length in this place: what is there decides.
      return zstdDecompressSync(rest, { maxOutputLength: Math.max(1, most) });
    } catch (error) {
      throw new ImpossibleError(`column ${name}: ${reasonOf(error)}`);
    }
  }
}

const EMPTY = new Uint8Array(0);
const NO_OFFSETS = new Int32Array(1);

/** Ascending, from 0 or above. */
function offsetsOf(bytes: Uint8Array, length: number, isLarge: boolean, { name }: ArrowField): Int32Array {
  if (length === 0) return NO_OFFSETS;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets = new Int32Array(length + 1);
  let before = 0;
  for (let i = 0; i <= length; i++) {
    const offset = isLarge ? Number(view.getBigInt64(8 * i, true)) : view.getInt32(4 * i, true);
    if (!(offset >= before && offset < 2 ** 31)) throw new ImpossibleError(`the lists of column ${name} overlap`);
    offsets[i] = before = offset;
  }
  return offsets;
}

/** Whether the row at `i` has a value. */
export function hasValue({ nullCount, validity }: ArrowColumn, i: number): boolean {
  return nullCount === 0 || (validity[i >> 3] & 1 << (i & 7)) !== 0;
}

const decoder = new TextDecoder();

/** The text in the row at `i`; `null` where there is none. @throws {ImpossibleError} where the column is none of text. */
export function textAt(column: ArrowColumn, i: number): string | null {
  const { field, bytes, offsets } = column;
  if (field.type !== "utf8" && field.type !== "largeUtf8") throw new ImpossibleError(`column ${field.name} is no text`);
  return hasValue(column, i) ? decoder.decode(bytes.subarray(offsets[i], offsets[i + 1])) : null;
}

/** Whether two rows of a column of text have the same bytes, or both none. */
export function isSameText(column: ArrowColumn, i: number, j: number): boolean {
  const { bytes, offsets } = column;
  const length = offsets[i + 1] - offsets[i];
  if (offsets[j + 1] - offsets[j] !== length || hasValue(column, i) !== hasValue(column, j)) return false;
  for (let at = 0; at < length; at++) if (bytes[offsets[i] + at] !== bytes[offsets[j] + at]) return false;
  return true;
}

/** The bytes at a place where typed arrays can lie on them. */
function aligned(bytes: Uint8Array, to: number): Uint8Array {
  return bytes.byteOffset % to === 0 ? bytes : bytes.slice();
}

/** Numbers as doubles; 64-bit ones by halves: three times faster than through BigInt. */
export function doublesOf({ field, bytes, length }: ArrowColumn): Float64Array {
  const { bits, isSigned, type, name } = field;
  if (type === "float" && bits === 64) {
    return new Float64Array(aligned(bytes, 8).buffer, aligned(bytes, 8).byteOffset, length);
  }
  if (type !== "int") throw new ImpossibleError(`column ${name} is no number`);
  const numbers = new Float64Array(length);
  if (bits === 64) {
    const from = aligned(bytes, 4);
    const halves = new Uint32Array(from.buffer, from.byteOffset, length * 2);
    for (let i = 0; i < length; i++) {
      const high = halves[2 * i + 1];
      numbers[i] = halves[2 * i] + (isSigned ? high | 0 : high) * 2 ** 32;
    }
    return numbers;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < length; i++) {
    numbers[i] = bits === 32
      ? isSigned ? view.getInt32(4 * i, true) : view.getUint32(4 * i, true)
      : bits === 16
      ? isSigned ? view.getInt16(2 * i, true) : view.getUint16(2 * i, true)
      : isSigned
      ? view.getInt8(i)
      : view.getUint8(i);
  }
  return numbers;
}

/** Whole numbers from 0 that 32 bits hold. */
export function countsOf(column: ArrowColumn): Uint32Array {
  const { field, bytes, length } = column;
  if (field.type === "int" && field.bits === 32 && !field.isSigned) {
    const from = aligned(bytes, 4);
    return new Uint32Array(from.buffer, from.byteOffset, length);
  }
  return Uint32Array.from(doublesOf(column), (value, i) => {
    if (!hasValue(column, i)) return 0;
    if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
    throw new ImpossibleError(`column ${field.name} holds ${value}`);
  });
}

/** A target's id, exactly. */
export function bigIntAt(column: ArrowColumn, i: number): bigint {
  const { field, bytes } = column;
  if (field.type === "int" && field.bits === 64) {
    return new DataView(bytes.buffer, bytes.byteOffset + 8 * i, 8).getBigUint64(0, true);
  }
  const value = doublesOf(column)[i];
  if (!Number.isInteger(value)) throw new ImpossibleError(`column ${field.name} holds ${value}`);
  return BigInt(value);
}

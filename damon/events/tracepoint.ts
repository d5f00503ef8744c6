/** One field of a tracepoint's record. */
export interface TracepointField {
  /** As the kernel calls it. */
  name: string;
  /** As in C, such as `unsigned long`. */
  type: string;
  /** In the record, bytes. */
  offset: number;
  /** Bytes; of an array, all of it. */
  size: number;
  /** Whether its numbers may be negative. */
  signed: boolean;
  /** Whether it is several numbers, or a text: in the record itself, or, `located`, behind its fields. */
  array: "no" | "inline" | "located";
}

/** A tracepoint as its format file describes it. */
export interface Tracepoint {
  /** Such as `damon_aggregated`. */
  name: string;
  /** The running kernel's number of it. */
  id: number;
  /** In the order of the record, without those that all tracepoints have. */
  fields: readonly TracepointField[];
}

/** What a field holds: a number, numbers, text; `null` where the record was cut before it. */
export type TracepointValue = bigint | readonly bigint[] | string | null;

/**
 * Reads a tracepoint's format file.
 *
 * @throws {SyntaxError} for text that is none.
 * @example
 * ```ts
 * import { parseTracepoint } from "@damo/damo/damon";
 * const { name, fields } = parseTracepoint(`name: damos_esz
 * ID: 7
 * format:
 * \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;
 *
 * \tfield:unsigned long esz;\toffset:8;\tsize:8;\tsigned:0;
 * `);
 * console.log(name, fields[0].name); // damos_esz esz
 * ```
 * @see https://docs.kernel.org/trace/events.html
 */
export function parseTracepoint(text: string): Tracepoint {
  const name = /^name:\s*(\S+)/m.exec(text)?.[1];
  const id = /^ID:\s*(\d+)/m.exec(text)?.[1];
  if (name === undefined || id === undefined) {
    throw new SyntaxError("The format of a tracepoint has no name and ID");
  }
  const lines = text.matchAll(/^\s*field:(.*?);\s*offset:(\d+);\s*size:(\d+);\s*signed:([01]);/gm);
  const fields = [...lines].map(([, declaration, offset, size, signed]) =>
    fieldOf(declaration, Number(offset), Number(size), signed === "1")
  );
  return { name, id: Number(id), fields: fields.filter((field) => !/^common_/.test(field.name)) };
}

/** `unsigned long start`, `char comm[16]`, `__data_loc unsigned char[] probe_hits`. */
function fieldOf(declaration: string, offset: number, size: number, signed: boolean): TracepointField {
  const [, type, name, length] = /^(.*?)\s*([A-Za-z_]\w*)(\[[^\]]*\])?$/.exec(declaration.trim()) ?? [];
  if (name === undefined) {
    throw new SyntaxError(`A field of a tracepoint has no name: ${JSON.stringify(declaration)}`);
  }
  const isLocated = /^__data_loc\b/.test(type);
  return {
    name,
    type: type.replace(/^__data_loc\s+|\[\]/g, "").trim(),
    offset,
    size,
    signed,
    array: isLocated ? "located" : length !== undefined ? "inline" : "no",
  };
}

/**
 * Takes the values out of a record, in the order of its fields.
 *
 * @param record From its beginning; it may be cut.
 */
export function decodeTracepoint({ fields }: Tracepoint, record: DataView): [TracepointField, TracepointValue][] {
  return fields.map((field) => [field, valueOf(field, record)]);
}

function valueOf({ type, offset, size, signed, array }: TracepointField, record: DataView): TracepointValue {
  if (offset + size > record.byteLength) return null;
  if (array === "no") return integerOf(record, offset, size, signed);
  // Where what is behind the fields lies is told in a word: its length above its offset.
  const place = array === "located" ? record.getUint32(offset, true) : size << 16 | offset;
  const [at, bytes] = [place & 0xffff, place >>> 16];
  if (at + bytes > record.byteLength) return null;
  if (/\bchar$/.test(type) && !/unsigned/.test(type)) {
    const text = new Uint8Array(record.buffer, record.byteOffset + at, bytes);
    const end = text.indexOf(0);
    return new TextDecoder().decode(text.subarray(0, end < 0 ? bytes : end));
  }
  const each = elementBytesOf(type);
  return Array.from({ length: Math.floor(bytes / each) }, (_, i) => integerOf(record, at + i * each, each, signed)!);
}

function elementBytesOf(type: string): number {
  if (/char|\b[us]8\b|int8/.test(type)) return 1;
  if (/short|\b(__)?[us]16\b|int16/.test(type)) return 2;
  return /long|64|\*|pointer/.test(type) ? 8 : 4;
}

function integerOf(record: DataView, at: number, bytes: number, signed: boolean): bigint | null {
  switch (bytes) {
    case 8:
      return signed ? record.getBigInt64(at, true) : record.getBigUint64(at, true);
    case 4:
      return BigInt(signed ? record.getInt32(at, true) : record.getUint32(at, true));
    case 2:
      return BigInt(signed ? record.getInt16(at, true) : record.getUint16(at, true));
    case 1:
      return BigInt(signed ? record.getInt8(at) : record.getUint8(at));
    default:
      return null;
  }
}

import { ImpossibleError } from "../bytes/mod.ts";

/** A value as Thrift's compact protocol has it; fields of a struct by their numbers. */
export type ThriftValue = boolean | number | bigint | Uint8Array | ThriftValue[] | ThriftStruct;
/** Fields by number. */
export type ThriftStruct = Map<number, ThriftValue>;

/** Structs in structs. */
const MOST_DEPTH = 16;

/**
 * Reads one struct of Thrift's compact protocol, with every length held against what is there: the library that reads
 * Parquet takes any list's length for true, and makes the list.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export class Thrift {
  #depth = 0;

  /** @param at The first byte to read. */
  constructor(readonly bytes: Uint8Array, public at = 0) {}

  /** The struct that begins here. @throws {ImpossibleError} where it is none. */
  struct(): ThriftStruct {
    if (++this.#depth > MOST_DEPTH) throw new ImpossibleError("its description is nested too deeply");
    const fields: ThriftStruct = new Map();
    let field = 0;
    for (;;) {
      const byte = this.#byte();
      if ((byte & 15) === 0) break;
      field = byte >> 4 ? field + (byte >> 4) : Number(zigzag(this.#varint()));
      fields.set(field, this.#value(byte & 15));
    }
    this.#depth--;
    return fields;
  }

  #value(type: number): ThriftValue {
    switch (type) {
      case 1:
      case 2:
        return type === 1;
      case 3:
        return this.#byte();
      case 4:
      case 5:
        return Number(BigInt.asIntN(32, zigzag(this.#varint())));
      case 6:
        return zigzag(this.#varint());
      case 7:
        this.#skip(8);
        return 0;
      case 8: {
        const length = this.#length(1);
        this.#skip(length);
        return this.bytes.subarray(this.at - length, this.at);
      }
      case 9:
        return this.#list();
      case 12:
        return this.struct();
    }
    throw new ImpossibleError(`its description has a field of an unknown kind at byte ${this.at}`);
  }

  #list(): ThriftValue[] {
    const head = this.#byte();
    const length = head >> 4 === 15 ? this.#length(1) : head >> 4;
    const type = head & 15;
    // Truth values in a list have a byte each.
    return Array.from({ length }, () => type <= 2 ? this.#byte() === 1 : this.#value(type));
  }

  /** A length, of things that have at least so many bytes each. */
  #length(bytes: number): number {
    const length = Number(this.#varint());
    if (length * bytes <= this.bytes.length - this.at) return length;
    throw new ImpossibleError(`its description says ${length} at byte ${this.at}, which is more than there is`);
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new ImpossibleError(`its description has a number without an end at byte ${this.at}`);
  }

  #byte(): number {
    if (this.at >= this.bytes.length) throw new ImpossibleError("its description is cut off");
    return this.bytes[this.at++];
  }

  #skip(count: number): void {
    if (count > this.bytes.length - this.at) throw new ImpossibleError("its description is cut off");
    this.at += count;
  }
}

function zigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}

/** A field as a number; 0 where it is absent. */
export function numberIn(fields: ThriftStruct | undefined, field: number): number {
  const value = fields?.get(field);
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : 0;
}

/** A field as a struct. */
export function structIn(fields: ThriftStruct | undefined, field: number): ThriftStruct | undefined {
  const value = fields?.get(field);
  return value instanceof Map ? value : undefined;
}

import type { Struct } from "./symbols.ts";

/** Memory for one struct that native code reads or fills, its fields by their names. */
export class StructMemory<S extends Struct> {
  /** For the call. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #struct: S;
  readonly #view: DataView;

  /** @param all Memory of several in a row, of which this is the one that begins at `at`, in bytes; its own if left out. */
  constructor(struct: S, all = new Uint8Array(struct.bytes), at = 0) {
    this.bytes = all;
    this.#struct = struct;
    this.#view = new DataView(all.buffer, at, struct.bytes);
  }

  /** A field of 32 bits, without a sign. */
  u32(field: FieldOf<S>): number {
    return this.#view.getUint32(this.#struct[field], true);
  }

  /** A field of 64 bits; exact up to 2^53. */
  u64(field: FieldOf<S>): number {
    return Number(this.exact(field));
  }

  /** A field of 64 bits, all of them. */
  exact(field: FieldOf<S>): bigint {
    return this.#view.getBigUint64(this.#struct[field], true);
  }

  /** Sets fields of 32 bits. */
  setU32(values: { [field in FieldOf<S>]?: number }): void {
    for (const [field, value] of Object.entries(values)) {
      this.#view.setUint32(this.#struct[field], value as number, true);
    }
  }

  /** Sets fields of 64 bits, to whole numbers. */
  setU64(values: { [field in FieldOf<S>]?: number }): void {
    for (const [field, value] of Object.entries(values)) {
      this.#view.setBigUint64(this.#struct[field], BigInt(Math.round(value as number)), true);
    }
  }
}

type FieldOf<S extends Struct> = Exclude<keyof S, "bytes"> & string;

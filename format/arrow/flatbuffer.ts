/**
 * One table of a FlatBuffer, read with every place held against what is there: a place beyond the end is an error, never
 * a wait or an allocation.
 *
 * @see https://flatbuffers.dev/internals/
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;
  readonly #vtableBytes: number;

  private constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#vtable = at - view.getInt32(at, true);
    this.#vtableBytes = view.getUint16(this.#vtable, true);
  }

  /** The table that a FlatBuffer holds. @throws {RangeError} where a place lies beyond its end. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  /** Place of a field; 0 where it is absent. */
  #field(index: number): number {
    const at = 4 + 2 * index;
    if (at + 2 > this.#vtableBytes) return 0;
    const offset = this.#view.getUint16(this.#vtable + at, true);
    return offset === 0 ? 0 : this.#at + offset;
  }

  /** A number of one byte; 0 where it is absent. */
  byte(index: number): number {
    const at = this.#field(index);
    return at === 0 ? 0 : this.#view.getUint8(at);
  }

  /** A number of four bytes; 0 where it is absent. */
  int32(index: number): number {
    const at = this.#field(index);
    return at === 0 ? 0 : this.#view.getInt32(at, true);
  }

  /** A number of eight bytes; 0 where it is absent. */
  int64(index: number): number {
    const at = this.#field(index);
    return at === 0 ? 0 : Number(this.#view.getBigInt64(at, true));
  }

  /** Another table; `undefined` where it is absent. */
  table(index: number): FlatTable | undefined {
    const at = this.#field(index);
    return at === 0 ? undefined : new FlatTable(this.#view, at + this.#view.getUint32(at, true));
  }

  /** Bytes of a text; `undefined` where it is absent. */
  text(index: number): string | undefined {
    const at = this.#field(index);
    if (at === 0) return undefined;
    const from = at + this.#view.getUint32(at, true);
    const length = this.#view.getUint32(from, true);
    this.#check(from + 4, length);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + from + 4, length));
  }

  /** The tables of a list; none where it is absent. */
  tables(index: number): FlatTable[] {
    const { from, length } = this.#list(index, 4);
    return Array.from({ length }, (_, i) => {
      const at = from + 4 * i;
      return new FlatTable(this.#view, at + this.#view.getUint32(at, true));
    });
  }

  /** A list of pairs of numbers of eight bytes each. */
  pairs(index: number): [number, number][] {
    const { from, length } = this.#list(index, 16);
    return Array.from({ length }, (_, i) => [
      Number(this.#view.getBigInt64(from + 16 * i, true)),
      Number(this.#view.getBigInt64(from + 16 * i + 8, true)),
    ]);
  }

  #list(index: number, bytes: number): { from: number; length: number } {
    const at = this.#field(index);
    if (at === 0) return { from: 0, length: 0 };
    const from = at + this.#view.getUint32(at, true);
    const length = this.#view.getUint32(from, true);
    this.#check(from + 4, length * bytes);
    return { from: from + 4, length };
  }

  #check(from: number, bytes: number): void {
    if (from < 0 || from + bytes > this.#view.byteLength) throw new RangeError("a list reaches beyond its end");
  }
}

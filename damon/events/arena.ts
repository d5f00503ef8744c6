import { Regions } from "../model/mod.ts";

const BYTES_PER_REGION = 24;

/**
 * Columns for many small snapshots out of few buffers: making four buffers for each takes longer than all else that is
 * done for a snapshot. What it gave out stays valid; a buffer is freed with the last of its snapshots.
 */
export class Arena {
  #buffer = new ArrayBuffer(0);
  #used = 0;

  /** @param chunkBytes Size of a buffer; larger snapshots get one of their own. */
  constructor(readonly chunkBytes: number = 64 << 10) {}

  /** Columns with room for `length` regions, all zero. */
  alloc(length: number): Regions {
    const bytes = length * BYTES_PER_REGION;
    if (this.#used + bytes > this.#buffer.byteLength) {
      this.#buffer = new ArrayBuffer(Math.max(bytes, this.chunkBytes));
      this.#used = 0;
    }
    const at = this.#used;
    const buffer = this.#buffer;
    this.#used += bytes;
    return new Regions(
      new Float64Array(buffer, at, length),
      new Float64Array(buffer, at + length * 8, length),
      new Uint32Array(buffer, at + length * 16, length),
      new Uint32Array(buffer, at + length * 20, length),
    );
  }
}

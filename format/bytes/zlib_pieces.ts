import { constants, deflateRawSync } from "node:zlib";

/** What makes the bytes of a file of text as it comes. */
export interface BytePieces {
  /** These bytes, after all before. */
  push(bytes: Uint8Array): Uint8Array;
  /** What ends it. */
  end(): Uint8Array;
}

/** Bytes as they are. */
export const PLAIN: BytePieces = { push: (bytes) => bytes, end: () => new Uint8Array(0) };

/**
 * One zlib stream, made of pieces that each end at a byte and refer to nothing before: a file that is cut off after any of
 * them gives all its text up to there.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1950
 */
export class ZlibPieces implements BytePieces {
  #a = 1;
  #b = 0;
  #isBegun = false;

  push(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return bytes;
    this.#sum(bytes);
    const body = deflateRawSync(bytes, { level: 6, finishFlush: constants.Z_SYNC_FLUSH });
    if (this.#isBegun) return body;
    this.#isBegun = true;
    const first = new Uint8Array(body.length + 2);
    // Deflate with a window of 32 KiB, the default level.
    first.set([0x78, 0x9c]);
    first.set(body, 2);
    return first;
  }

  end(): Uint8Array {
    const head = this.#isBegun ? [] : [0x78, 0x9c];
    const [a, b] = [this.#a, this.#b];
    // An empty last block, and the sum.
    return new Uint8Array([...head, 0x03, 0x00, b >> 8, b & 0xff, a >> 8, a & 0xff]);
  }

  /** Adler-32. */
  #sum(bytes: Uint8Array): void {
    let [a, b] = [this.#a, this.#b];
    for (let at = 0; at < bytes.length;) {
      // As many as fit into 32 bits without a remainder in between.
      const to = Math.min(at + 3800, bytes.length);
      for (; at < to; at++) {
        a += bytes[at];
        b += a;
      }
      a %= 65521;
      b %= 65521;
    }
    [this.#a, this.#b] = [a, b];
  }
}

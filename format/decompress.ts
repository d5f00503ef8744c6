import { Buffer } from "node:buffer";
import { createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { ImpossibleError } from "./reason.ts";
import type { Sniffed } from "./sniff.ts";

/** Large pieces: what reads them works on bytes, and begins anew with each. */
const CHUNK = 1 << 20;

/** Bytes of any format that hold nothing: its headers, sums and names. */
const MOST_EMPTY = 64;

/** Whether what begins so is compressed as a whole. */
export function isCompressed(sniffed: Sniffed): sniffed is "zlib" | "gzip" | "zstd" {
  return sniffed === "zlib" || sniffed === "gzip" || sniffed === "zstd";
}

/**
 * Decompresses a stream, piece by piece; it reads no further ahead than one piece.
 *
 * @throws {Error} where it is cut off or broken, after everything that was whole.
 */
export async function* decompress(
  kind: "zlib" | "gzip" | "zstd",
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const options = { chunkSize: CHUNK };
  const inflate = kind === "zlib"
    ? createInflate(options)
    : kind === "gzip"
    ? createGunzip(options)
    : createZstdDecompress(options);
  let failure: unknown;
  let [taken, given] = [0, 0];
  const feed = (async () => {
    for await (const chunk of bytes) {
      taken += chunk.length;
      // A view without copying; the stream takes only what Node.js calls a buffer.
      const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (!await written(inflate, buffer)) return;
    }
    // At the end it may find that something is missing, and would then throw away what has not been taken.
    while (inflate.readableLength > 0 && !inflate.destroyed) await new Promise((resolve) => setTimeout(resolve, 1));
    inflate.end();
  })().catch((error) => {
    failure = error;
    inflate.destroy();
  });
  try {
    for await (const piece of inflate as AsyncIterable<Uint8Array>) {
      given += piece.length;
      yield piece;
    }
    await feed;
    if (failure) throw failure;
    // zstd ends without a word where its first block is not whole.
    if (given === 0 && taken > MOST_EMPTY) throw new ImpossibleError("its compressed data ends too early");
  } finally {
    inflate.destroy();
  }
}

type Inflate = ReturnType<typeof createInflate | typeof createGunzip | typeof createZstdDecompress>;

/** Settles when all of it has been decompressed: with false where the stream has ended by then. */
function written(stream: Inflate, buffer: Buffer): Promise<boolean> {
  if (stream.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = () => resolve(false);
    stream.once("close", end);
    stream.write(buffer, (error) => {
      stream.off("close", end);
      resolve(!error);
    });
  });
}

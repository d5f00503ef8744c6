import { Buffer } from "node:buffer";
import { createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { Sniffed } from "./sniff.ts";

/** Large pieces: what reads them works on bytes, and begins anew with each. */
const CHUNK = 1 << 20;

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
  const feed = (async () => {
    for await (const chunk of bytes) {
      if (inflate.destroyed) return;
      // A view without copying; the stream takes only what Node.js calls a buffer.
      if (!inflate.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))) await drained(inflate);
    }
    inflate.end();
  })().catch((error) => {
    failure = error;
    inflate.destroy();
  });
  try {
    for await (const piece of inflate as AsyncIterable<Uint8Array>) yield piece;
    await feed;
    if (failure) throw failure;
  } finally {
    inflate.destroy();
  }
}

function drained(
  stream: { once(event: string, call: () => void): unknown; off(event: string, call: () => void): void },
) {
  return new Promise<void>((resolve) => {
    const done = () => {
      for (const event of ["drain", "close", "error"]) stream.off(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "error"]) stream.once(event, done);
  });
}

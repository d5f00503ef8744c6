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

/** Compressed bytes that are kept to be looked at once more where they turn out to be damaged. */
const MOST_KEPT = 1 << 20;
/** In steps of so many bytes, but in no more than so many steps. */
const [STEP, MOST_STEPS] = [64, 1024];

/**
 * Decompresses a stream, piece by piece; it reads no further ahead than one piece.
 *
 * @throws {Error} where it is cut off or broken, after everything that was whole.
 */
export async function* decompress(
  kind: "zlib" | "gzip" | "zstd",
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const kept: Uint8Array[] = [];
  let [taken, given] = [0, 0];
  const keeping = async function* () {
    for await (const chunk of bytes) {
      taken += chunk.length;
      if (taken <= MOST_KEPT) kept.push(chunk.slice());
      yield chunk;
    }
  };
  try {
    for await (const piece of inflated(kind, keeping())) {
      given += piece.length;
      yield piece;
    }
  } catch (error) {
    if (taken > MOST_KEPT || kept.length === 0 || !DAMAGED.test(String((error as { code?: string }).code))) throw error;
    // What came before the damage in the same piece went with it: again, in steps so small that little does.
    const seen = { taken: 0 };
    try {
      for await (
        const piece of inflated(kind, inSteps(kept, Math.max(STEP, Math.ceil(taken / MOST_STEPS)), seen), true)
      ) {
        const isKnown = Math.min(given, piece.length);
        given -= isKnown;
        if (piece.length > isKnown) yield piece.subarray(isKnown);
      }
    } catch {
      throw new ImpossibleError(`its compressed data is damaged before byte ${seen.taken}`);
    }
  }
}

const DAMAGED = /^Z_DATA_ERROR$|^ZSTD_error_/;

function* inSteps(chunks: readonly Uint8Array[], length: number, seen: { taken: number }): Generator<Uint8Array> {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += length) {
      const step = chunk.subarray(at, at + length);
      seen.taken += step.length;
      yield step;
    }
  }
}

async function* inflated(
  kind: "zlib" | "gzip" | "zstd",
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  isTakenAtOnce = false,
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
      if (isTakenAtOnce) await emptied(inflate);
    }
    // At the end it may find that something is missing, and would then throw away what has not been taken.
    await emptied(inflate);
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

/** Settles when what was decompressed has been taken. */
async function emptied(stream: Inflate): Promise<void> {
  while (stream.readableLength > 0 && !stream.destroyed) await new Promise((resolve) => setTimeout(resolve, 1));
}

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

import { command, RecordError, said } from "../../damon/mod.ts";

/** Bytes are read in pieces of this size: smaller ones cost more calls, larger ones more memory. */
const CHUNK = 1 << 20;

/** Where a record's bytes come from. */
export interface ByteSource extends AsyncDisposable {
  /** Names it in errors: the path, or `standard input`. */
  readonly name: string;
  /** The path, where it is a file that can be read at any place. */
  readonly path: string | undefined;
  /** Its size, where it is known. */
  readonly size: number | undefined;
  /** Its bytes, once. A piece is valid until the next one is asked for. */
  chunks(): AsyncIterable<Uint8Array>;
  /** The same bytes once more, of a file; absent for a pipe. Not while {@linkcode chunks} is being read. */
  readonly again?: () => AsyncIterable<Uint8Array>;
  /** Whether only its beginning will be read: nothing may take the time that all of it does. */
  readonly isPartly?: boolean;
}

/**
 * Opens a file, or standard input for `-`.
 *
 * @throws {RecordError} where there is no such file, it is a folder, or it cannot be read.
 */
export async function openBytes(path: string): Promise<ByteSource> {
  if (path === "-") return sourceOf("standard input", undefined, undefined, Deno.stdin, () => {});
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new RecordError({
        what: `Cannot open ${path}`,
        why: "there is no such file",
        help: said`make one with: ${command("record", { target: "PID" })}`,
      }, path);
    }
    throw new RecordError(`Cannot open ${path}: ${(error as Error).message}`, path);
  }
  const { isDirectory, isFile, size } = await file.stat();
  if (isDirectory) {
    file.close();
    throw new RecordError(`Cannot read ${path}: it is a folder`, path);
  }
  let isOpen = true;
  return sourceOf(path, isFile ? path : undefined, isFile ? size : undefined, file, () => {
    if (isOpen) file.close();
    isOpen = false;
  });
}

type Reads = { read(into: Uint8Array): Promise<number | null> };

function sourceOf(
  name: string,
  path: string | undefined,
  size: number | undefined,
  from: Reads,
  close: () => void,
): ByteSource {
  return {
    name,
    path,
    size,
    ...(path !== undefined && { again: () => reread(path) }),
    async *chunks() {
      for (;;) {
        // A buffer of its own for each: who reads may keep columns that lie in it.
        const into = new Uint8Array(size === undefined ? CHUNK : Math.min(CHUNK, Math.max(4096, size)));
        const count = await from.read(into);
        if (count === null) return;
        yield into.subarray(0, count);
      }
    },
    [Symbol.asyncDispose]() {
      close();
      return Promise.resolve();
    },
  };
}

async function* reread(path: string): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  for (;;) {
    const into = new Uint8Array(CHUNK);
    const count = await file.read(into);
    if (count === null) return;
    yield into.subarray(0, count);
  }
}

/** A stream of bytes whose beginning can be looked at before it is read. */
export class PeekedBytes {
  /** Bytes that have been taken. */
  count = 0;
  readonly #iterator: AsyncIterator<Uint8Array>;
  #head: Uint8Array = new Uint8Array(0);
  /** What went wrong after the head: said when that has been read. */
  #failure: { error: unknown } | undefined;

  /** Reads nothing yet. */
  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#iterator = chunks[Symbol.asyncIterator]();
  }

  /** The first bytes: at least `count`, or all that there are. @throws where there is none to be had. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#head.length < count) {
      try {
        const { done, value } = await this.#iterator.next();
        if (done) break;
        this.#head = joined(this.#head, value);
      } catch (error) {
        if (this.#head.length === 0) throw error;
        this.#failure = { error };
        break;
      }
    }
    return this.#head;
  }

  /** All bytes, those looked at first. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (this.#head.length > 0) {
      this.count += this.#head.length;
      yield this.#head;
    }
    if (this.#failure) throw this.#failure.error;
    for (;;) {
      const { done, value } = await this.#iterator.next();
      if (done) return;
      this.count += value.length;
      yield value;
    }
  }

  /** Ends the reading. */
  async cancel(): Promise<void> {
    await this.#iterator.return?.();
  }
}

/** Both, one after the other. */
export function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

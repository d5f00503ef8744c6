import { type AddressRange, KernelError, type PageRun } from "../damon/model/mod.ts";
import { openSymbols } from "./library.ts";
import { MEMORY_STRUCTS, MEMORY_SYMBOLS } from "./memory_symbols.ts";

/** Doubles of one `struct damo_memory_run`, which {@linkcode runsOf} takes in their order. */
const FIELDS = MEMORY_STRUCTS.memoryRun.bytes / 8;
const FIRST_RUNS = 1024;

/** Options of {@linkcode MemoryScanner}. */
export interface ScanOptions {
  /** For tests: entry by entry, as on kernels before 6.7. */
  entryByEntry?: boolean | undefined;
  /** Path of libdamo.so, as of the tracer. */
  library?: string | undefined;
}

/** Finds what processes have in memory. Disposing it closes the library, once no look is under way. */
export class MemoryScanner implements Disposable {
  readonly #library: Deno.DynamicLibrary<typeof MEMORY_SYMBOLS>;
  readonly #entryByEntry: boolean;
  #looks = 0;
  #isClosed = false;

  /** @throws {UnsupportedError} without the library. */
  constructor({ entryByEntry = false, library }: ScanOptions = {}) {
    this.#library = openSymbols(library, MEMORY_SYMBOLS);
    this.#entryByEntry = entryByEntry;
  }

  /**
   * What of these mappings is in memory or in swap; it runs off the main thread. Before Linux 6.7 a mapping of more than
   * 8 GiB is one run with nothing in it.
   *
   * @param pagemap Path of `/proc/PID/pagemap`.
   * @param mappings Ascending, not overlapping.
   * @param gapBytes Pages of a mapping no further apart than this are one run.
   * @throws {KernelError} where it cannot be read: the process is gone, or is another user's.
   */
  async scan(pagemap: string, mappings: readonly AddressRange[], gapBytes: number): Promise<PageRun[]> {
    if (this.#isClosed) throw new TypeError("The scanner has been disposed of");
    const name = new TextEncoder().encode(`${pagemap}\0`);
    const bounds = Float64Array.from(mappings.flatMap(({ start, end }) => [start, end]));
    this.#looks++;
    try {
      for (let cap = FIRST_RUNS;;) {
        const found = new Float64Array(cap * FIELDS);
        const count = await this.#library.symbols.damo_memory__scan(
          ...[name, bounds, mappings.length, gapBytes, found, cap, Number(this.#entryByEntry)] as const,
        );
        if (count < 0) throw new KernelError("look at what is in memory", -count, pagemap);
        if (count <= cap) return runsOf(found, count);
        cap = count + (count >> 2);
      }
    } finally {
      this.#looks--;
      this.#closeWhereDone();
    }
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeWhereDone();
  }

  #closeWhereDone(): void {
    if (this.#isClosed && this.#looks === 0) this.#library.close();
  }
}

function runsOf(found: Float64Array, count: number): PageRun[] {
  return Array.from({ length: count }, (_, i) => {
    const [start, end, residentBytes, swapBytes] = found.subarray(FIELDS * i);
    return { start, end, residentBytes, swapBytes };
  });
}

/**
 * Does many writes to files that are there, in order, off the main thread: some of the kernel's take long.
 *
 * @returns how many were done, and why the next was not: its errno, 0 where all were.
 * @throws {UnsupportedError} without the library.
 */
export async function writeFiles(
  writes: readonly { path: string; text: string }[],
  path?: string,
): Promise<{ done: number; errno: number }> {
  const library = openSymbols(path, MEMORY_SYMBOLS);
  const text = new TextEncoder().encode(writes.map(({ path, text }) => `${path}\0${text}\0`).join(""));
  const errno = new Int32Array(1);
  try {
    const done = await library.symbols.damo_files__write(text, writes.length, errno);
    return { done, errno: errno[0] };
  } finally {
    library.close();
  }
}

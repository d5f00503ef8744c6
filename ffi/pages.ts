import { KernelError, UnsupportedError } from "../damon/errors.ts";
import type { AddressRange } from "../damon/kdamond.ts";
import { Regions } from "../damon/regions.ts";
import { openSymbols } from "./library.ts";
import { NativeHandle } from "./native_handle.ts";
import { PAGES_SYMBOLS } from "./pages_symbols.ts";
import { explained } from "./tracer.ts";

/** Options of {@linkcode openPageSampler}. */
export interface PageSamplerOptions {
  /** Path of libdamo.so. Default: `DAMO_LIBRARY`, else `build/libdamo.so` of this checkout. */
  library?: string | undefined;
  /** For tests: finds processes as on kernels before 6.2, by going through all of them. */
  byIterator?: boolean | undefined;
}

/** How a page sampler reads page tables on this machine. */
export interface PageSamplerFacts {
  /** First address of the kernel's direct map. */
  base: bigint;
  /** One past the last physical address that is memory. */
  limit: number;
  /** Levels of page tables, 4 or 5. */
  levels: number;
  /** Processes are found by going through all of them: the kernel has no `bpf_task_from_pid`. */
  byIterator: boolean;
  /**
   * Clearing everything also makes processors forget the translations that they keep. If not (kernels with
   * CONFIG_MEM_SOFT_DIRTY), pages whose translation stays in a processor are seen as idle, as with DAMON.
   */
  canFlush: boolean;
}

/** What a page sampler did since it was opened. Times are CPU time of the sampling thread, ns. */
export interface PageSamplerCounters {
  /** Of everything, clearing and walking included. */
  cpuNs: number;
  clearNs: number;
  walkNs: number;
  /** Processes cleared, times. */
  clears: number;
  /** Pages in memory of those processes, added up. */
  cleared: number;
  /** Runs of the BPF program. */
  walks: number;
  /** Pages looked at, added up. */
  walked: number;
  /** Sampling intervals done. */
  samples: number;
  /** Sampling intervals that had gone by before their turn came. */
  missed: number;
  /** Pages cleared one by one. */
  chilled: number;
}

/**
 * How accessed bits are cleared. `refs`: of all pages of the process, by `/proc/PID/clear_refs`, at a cost of 30 to 100 ns
 * for each of them. `cold`: of the pages to be looked at, by `process_madvise(MADV_COLD)`, at 0.5 to 9 µs for each that
 * was accessed, which also moves them to the kernel's list of inactive pages; what maps files still as a whole.
 */
export type Clearing = "refs" | "cold";

/** A target's share of an aggregation interval: the regions or ranges to look at. */
export interface PagePart {
  /** Of {@linkcode PageSampler.add}. */
  slot: number;
  start: Float64Array;
  end: Float64Array;
}

/** One aggregation interval to do. */
export interface PageInterval {
  /** ns of CLOCK_BOOTTIME; 0 for now. */
  beginNs: number;
  sampleUs: number;
  /** 1 to 65535. */
  samples: number;
  /** `false`: a random page of each region in each sample; `true`: every page of the ranges. */
  exact: boolean;
  /** Pages of each region in each sample, at least 1: `nrAccesses` is their mean. Unless exact. */
  picks: number;
  /** Unless exact, where all are cleared by `refs`. */
  clearing: Clearing;
  parts: readonly PagePart[];
}

/** One aggregation interval that is done. Times are ns of CLOCK_BOOTTIME. */
export interface PageIntervalDone {
  startNs: number;
  endNs: number;
  /** When the next interval is to begin, in the same rhythm. */
  nextNs: number;
  /** Of each part: how often each region was seen accessed (nothing if exact); `undefined` where the process ended. */
  nrAccesses: (Uint32Array | undefined)[];
  /** Looks at pages whose bit could not be cleared, as other processes map them too; counted as not accessed. */
  stuck: number;
}

const EPERM = 1;
const ESRCH = 3;
const ENXIO = 6;
const EXDEV = 18;
const ENOSPC = 28;
const ENOTSUP = 95;
const ECANCELED = 125;

/** Bits of what {@linkcode PageSampler.look} gives; the level where the walk ended follows from bit 12 on. */
export const PageFlag = { present: 1, accessed: 1 << 5, dirty: 1 << 6, huge: 1 << 7 } as const;

/**
 * Opens a page sampler: loads its BPF program, and finds the kernel's direct map.
 *
 * @throws {UnsupportedError} where it is not x86-64, or without the library; with what helps.
 * @throws {KernelError} where the kernel refuses; names the capability that is missing.
 */
export function openPageSampler(options: PageSamplerOptions = {}): PageSampler {
  if (Deno.build.arch !== "x86_64") throw notX86();
  const library = openSymbols(options.library, PAGES_SYMBOLS);
  const pointer = new BigUint64Array(1);
  // Without one of them the verifier finds other words for it.
  const missing = library.symbols.damo_missing_capabilities();
  const result = missing !== 0
    ? -EPERM
    : library.symbols.damo_pages__open(Number(options.byIterator ?? false), pointer);
  if (result === 0) return new PageSampler(library, pointer[0]);
  try {
    throw openingError(library, -result);
  } finally {
    library.close();
  }
}

function notX86(): UnsupportedError {
  return new UnsupportedError(
    `Cannot sample pages as the machine must be x86-64: it is ${Deno.build.arch}; use DAMON: --monitor damon`,
    "x86-64",
  );
}

function openingError(library: Deno.DynamicLibrary<typeof PAGES_SYMBOLS>, errno: number): Error {
  if (errno === ENOTSUP) return notX86();
  if (errno === ENXIO) {
    return new UnsupportedError(
      "Cannot sample pages as the kernel's direct map must be found: it was not; use DAMON: --monitor damon",
      "direct map",
    );
  }
  if (errno === EXDEV) {
    return new UnsupportedError(
      "Cannot sample pages as pids must be those of the whole machine: this is a pid namespace, as in a container; " +
        "run it outside, or in a container with --pid=host",
      "pid namespace",
    );
  }
  return explained(library, "load the page sampler", errno);
}

/**
 * Reads and clears the accessed bits of processes' pages. Sampling runs off the main thread, one call at a time.
 *
 * `await using` it: disposing ends a pending call and waits for it.
 */
export class PageSampler implements AsyncDisposable {
  readonly facts: PageSamplerFacts;
  readonly #library: Deno.DynamicLibrary<typeof PAGES_SYMBOLS>;
  readonly #handle: NativeHandle;
  readonly #counters = new BigUint64Array(10);

  /** For {@linkcode openPageSampler}. */
  constructor(library: Deno.DynamicLibrary<typeof PAGES_SYMBOLS>, address: bigint) {
    this.#library = library;
    this.#handle = new NativeHandle(address, "page sampler", {
      stop: (pointer) => library.symbols.damo_pages__stop(pointer),
      close: (pointer) => {
        library.symbols.damo_pages__close(pointer);
        library.close();
      },
    });
    const facts = new BigUint64Array(4);
    library.symbols.damo_pages__facts(this.#handle.pointer, facts);
    const [levels, byIterator, canFlush] = new Uint32Array(facts.buffer, 16);
    this.facts = {
      base: facts[0],
      limit: Number(facts[1]),
      levels,
      byIterator: byIterator !== 0,
      canFlush: canFlush !== 0,
    };
  }

  /**
   * Takes a process in; returns its slot.
   *
   * @throws {Deno.errors.NotFound} where there is no such process.
   * @throws {KernelError} where its bits may not be cleared.
   * @throws {RangeError} for more than 1024.
   */
  add(pid: number): number {
    const result = this.#library.symbols.damo_pages__add(this.#open(), pid);
    if (result >= 0) return result;
    if (result === -ESRCH) throw new Deno.errors.NotFound(`Cannot sample process ${pid}: there is no such process`);
    if (result === -ENOSPC) throw new RangeError("Cannot sample one more process as a sampler takes 1024");
    throw new KernelError(
      `sample process ${pid}`,
      -result,
      undefined,
      "run it as root or as the owner of the process, on a kernel with CONFIG_PROC_PAGE_MONITOR=y",
    );
  }

  /** Tells where a process has private anonymous memory, ascending: only there `cold` clears page by page. */
  setAnonymous(slot: number, ranges: readonly AddressRange[]): void {
    const start = Float64Array.from(ranges, (range) => range.start);
    const end = Float64Array.from(ranges, (range) => range.end);
    const result = this.#library.symbols.damo_pages__anonymous(this.#open(), slot, start, end, start.length);
    if (result < 0) throw new KernelError("take in anonymous ranges", -result);
  }

  /** Forgets the process of a slot. */
  remove(slot: number): void {
    this.#library.symbols.damo_pages__remove(this.#open(), slot);
  }

  /** Clears the accessed bits of all pages of a process; `false` where it has ended. */
  clear(slot: number): boolean {
    const result = this.#library.symbols.damo_pages__clear(this.#open(), slot);
    if (result < 0 && result !== -ESRCH) throw new KernelError("clear accessed bits", -result);
    return result >= 0;
  }

  /** The {@linkcode PageFlag}s of single pages now; `undefined` where the process has ended. */
  look(slot: number, addresses: Float64Array): Uint32Array | undefined {
    const entries = new Uint32Array(addresses.length);
    const { damo_pages__look } = this.#library.symbols;
    const result = damo_pages__look(this.#open(), slot, addresses, addresses.length, entries);
    if (result === -ESRCH) return undefined;
    if (result < 0) throw new KernelError("read page tables", -result);
    return entries;
  }

  /** Samples for one aggregation interval; `undefined` if {@linkcode stop}ped before its end. */
  async sample(wanted: PageInterval): Promise<PageIntervalDone | undefined> {
    const { beginNs, sampleUs, samples, exact, picks, clearing, parts } = wanted;
    if (!(Number.isSafeInteger(samples) && samples >= 1 && samples <= 65535)) {
      throw new RangeError(`Cannot sample as samples must be 1 to 65535: it is ${samples}`);
    }
    const interval = new BigUint64Array(7);
    const intervalWords = new Uint32Array(interval.buffer);
    interval[0] = BigInt(beginNs);
    interval[1] = BigInt(Math.round(sampleUs * 1e3));
    intervalWords.set([samples, parts.length], 4);
    intervalWords.set([Number(exact), picks], 11);
    const words = new Uint32Array(4 * parts.length);
    parts.forEach(({ slot, start }, i) => words.set([slot, start.length, 0, Number(clearing === "cold")], 4 * i));
    const [start, end] = [joined(parts.map((part) => part.start)), joined(parts.map((part) => part.end))];
    const nrAccesses = new Uint32Array(exact ? 1 : Math.max(1, start.length));
    const { damo_pages__sample } = this.#library.symbols;
    const result = await this.#handle.track(damo_pages__sample(this.#open(), interval, words, start, end, nrAccesses));
    if (result === -ECANCELED) return undefined;
    if (result < 0) throw new KernelError("sample pages", -result);
    let at = 0;
    return {
      startNs: Number(interval[3]),
      endNs: Number(interval[4]),
      nextNs: Number(interval[0]),
      stuck: intervalWords[13],
      nrAccesses: parts.map((part, i) => {
        const counts = nrAccesses.subarray(at, at + (exact ? 0 : part.start.length));
        at += counts.length;
        return words[4 * i + 2] === 0 ? counts : undefined;
      }),
    };
  }

  /**
   * Ends an exact aggregation interval of `samples`: the runs of pages in `ranges` that were accessed equally often, or
   * about equally often if there would be more than `most` of them.
   *
   * @param ranges Ascending, not overlapping, at most `most`; `age` is that of pages never seen.
   */
  async aggregate(
    slot: number,
    ranges: readonly (AddressRange & { age: number })[],
    samples: number,
    most: number,
  ): Promise<Regions> {
    if (ranges.length === 0) return Regions.alloc(0);
    const from = Float64Array.from(ranges, ({ start }) => start);
    const to = Float64Array.from(ranges, ({ end }) => end);
    const ages = Uint32Array.from(ranges, ({ age }) => age);
    const { start, end, nrAccesses, age } = Regions.alloc(most);
    const { damo_pages__aggregate: call } = this.#library.symbols;
    const length = await this.#handle.track(
      call(this.#open(), slot, from, to, ages, from.length, samples, start, end, nrAccesses, age, most),
    );
    if (length < 0) throw new KernelError("aggregate pages", -length);
    return new Regions(
      start.slice(0, length),
      end.slice(0, length),
      nrAccesses.slice(0, length),
      age.slice(0, length),
    );
  }

  counters(): PageSamplerCounters {
    this.#library.symbols.damo_pages__counters(this.#open(), this.#counters);
    const [cpuNs, clearNs, walkNs, clears, cleared, walks, walked, samples, missed, chilled] = Array.from(
      this.#counters,
      Number,
    );
    return { cpuNs, clearNs, walkNs, clears, cleared, walks, walked, samples, missed, chilled };
  }

  /** Ends {@linkcode sample} at once, now and later; for good. */
  stop(): void {
    this.#handle.stop();
  }

  /** Now: ns of CLOCK_BOOTTIME. */
  clockNs(): number {
    return Number(this.#library.symbols.damo_clock_boottime_ns());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle[Symbol.asyncDispose]();
  }

  #open(): Deno.PointerObject {
    const { pointer, isBusy } = this.#handle;
    if (isBusy) throw new TypeError("Cannot use the page sampler as one call at a time is possible");
    return pointer;
  }
}

function joined(columns: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const all = new Float64Array(Math.max(1, columns.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}

import { KernelError } from "../damon/errors.ts";
import { openSymbols } from "./library.ts";
import { NativeHandle } from "./native_handle.ts";
import { PROFILER_SYMBOLS, SAMPLE } from "./profiler_symbols.ts";
import { StructMemory } from "./struct_memory.ts";
import { STRUCTS } from "./symbols.ts";
import { explained, type TracerCounters } from "./tracer.ts";

/** One look at what a processor ran. */
export interface ProfileSample {
  /** CLOCK_BOOTTIME, ns. */
  timeNs: number;
  /** The process. */
  pid: number;
  /** Its thread. */
  tid: number;
  /** Addresses of code in the kernel, the innermost first, 8 at most; empty where the process itself ran. */
  kernel: readonly bigint[];
  /** Addresses of code in the process, the innermost first, 24 at most; those after a return address point behind the call. */
  user: readonly number[];
}

/** Options of {@linkcode openProfiler}. */
export interface ProfilerOptions {
  /** How often each processor is looked at, a second, 1 to 10,000. */
  hz: number;
  /** Whether all processes are sampled, not only those that are watched. */
  everyone?: boolean | undefined;
  /** Room for samples between kernel and reader, bytes. Default 1 MiB, some 3,500 samples. */
  ringBytes?: number | undefined;
  /** Path of libdamo.so, as of the tracer. */
  library?: string | undefined;
}

/** Samples that one batch takes at most. */
const BATCH_SAMPLES = 512;
const ENOSPC = 28;

/**
 * Begins to look, so often a second, at what each processor runs. Nothing waits for it: its samples are to be drained now
 * and then.
 *
 * @throws {UnsupportedError} without the library.
 * @throws {KernelError} where the kernel refuses; names the capability that is missing.
 * @throws {RangeError} for a rate out of bounds.
 */
export function openProfiler({ hz, everyone = false, ringBytes = 1 << 20, library: path }: ProfilerOptions): Profiler {
  if (!Number.isInteger(hz) || hz < 1 || hz > 10_000) {
    throw new RangeError(`Cannot profile so often a second, as 1 to 10000 are needed: ${hz}`);
  }
  const library = openSymbols(path, PROFILER_SYMBOLS);
  const pointer = new BigUint64Array(1);
  const result = library.symbols.damo_profiler__open(ringBytes, Number(everyone), pointer);
  if (result < 0) {
    const error = explained(library, "load the profiler", -result, ringBytes);
    library.close();
    throw error;
  }
  const profiler = new Profiler(library, pointer[0]);
  const attached = library.symbols.damo_profiler__attach(Deno.UnsafePointer.create(pointer[0]), hz);
  if (attached >= 0) return profiler;
  const error = explained(library, "attach the profiler", -attached);
  void profiler[Symbol.asyncDispose]();
  throw error;
}

/** Samples what processes run. The kernel detaches it with this process, however that ends. `await using` it. */
export class Profiler implements AsyncDisposable {
  readonly #library: Deno.DynamicLibrary<typeof PROFILER_SYMBOLS>;
  readonly #handle: NativeHandle;
  readonly #bytes = new Uint8Array(BATCH_SAMPLES * SAMPLE.bytes);
  readonly #counters = new StructMemory(STRUCTS.counters);

  /** Use {@linkcode openProfiler}. */
  constructor(library: Deno.DynamicLibrary<typeof PROFILER_SYMBOLS>, address: bigint) {
    this.#library = library;
    this.#handle = new NativeHandle(address, "profiler", {
      stop: () => {},
      close: (pointer) => {
        library.symbols.damo_session__close(pointer);
        library.close();
      },
    });
  }

  /**
   * Samples this process, too.
   *
   * @returns Whether there is room for it: 64 can be watched.
   */
  watch(pid: number): boolean {
    const result = this.#library.symbols.damo_session__watch(this.#handle.pointer, pid);
    if (result === -ENOSPC) return false;
    if (result < 0) throw new KernelError(`profile process ${pid}`, -result);
    return true;
  }

  /** All samples that are there, in the order in which they came. */
  drain(): ProfileSample[] {
    const samples: ProfileSample[] = [];
    const bytes = this.#bytes;
    for (;;) {
      const length = this.#library.symbols.damo_session__drain(this.#handle.pointer, bytes, bytes.byteLength);
      for (let i = 0; i < length; i++) {
        samples.push(decodeSample(bytes.subarray(i * SAMPLE.bytes, (i + 1) * SAMPLE.bytes)));
      }
      if (length < BATCH_SAMPLES) return samples;
    }
  }

  /** Counts since it was opened. */
  counters(): TracerCounters {
    const counters = this.#counters;
    this.#library.symbols.damo_session__counters(this.#handle.pointer, counters.bytes);
    return { sent: counters.u64("sent"), received: counters.u64("received"), dropped: counters.u64("dropped") };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle[Symbol.asyncDispose]();
  }
}

/** Reads one `struct damo_sample`. */
export function decodeSample(bytes: Uint8Array): ProfileSample {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SAMPLE.bytes);
  const u64 = (at: number) => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  const user = Array.from({ length: view.getUint32(SAMPLE.nrUser, true) }, (_, i) => u64(SAMPLE.user + 8 * i));
  const kernel = Array.from(
    { length: view.getUint32(SAMPLE.nrKernel, true) },
    (_, i) => view.getBigUint64(SAMPLE.kernel + 8 * i, true),
  );
  return {
    timeNs: u64(SAMPLE.timeNs),
    pid: view.getUint32(SAMPLE.pid, true),
    tid: view.getUint32(SAMPLE.tid, true),
    kernel,
    user,
  };
}

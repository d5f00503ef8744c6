import { explained } from "./explained.ts";
import { PROFILER_SYMBOLS, SAMPLE } from "./profiler_symbols.ts";
import { type OpenedSession, openSession, Session } from "./session.ts";

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

const WORDS = { name: "profiler", loads: "the profiler", one: "process", many: "processes" };

/** Samples that one batch takes at most. */
const BATCH_SAMPLES = 512;

/**
 * Begins to look, so often a second, at what each processor runs. Nothing waits for it: its samples are to be drained now
 * and then.
 *
 * @throws {UnsupportedError} without the library.
 * @throws {KernelError} where the kernel refuses; names the capability that is missing.
 * @throws {RangeError} for a rate, or a size of the ring, out of bounds.
 */
export function openProfiler({ hz, everyone = false, ringBytes = 1 << 20, library }: ProfilerOptions): Profiler {
  if (!Number.isInteger(hz) || hz < 1 || hz > 10_000) {
    throw new RangeError(`hz is ${hz}; it must be 1 to 10000`);
  }
  const opened = openSession(
    PROFILER_SYMBOLS,
    WORDS,
    { ringBytes, library },
    (library, address) => library.symbols.damo_profiler__open(ringBytes, Number(everyone), address),
  );
  const profiler = new Profiler(opened);
  const { damo_profiler__attach } = opened.library.symbols;
  const attached = damo_profiler__attach(Deno.UnsafePointer.create(opened.address), hz);
  if (attached >= 0) return profiler;
  const error = explained(opened.library, "attach the profiler", -attached);
  void profiler[Symbol.asyncDispose]();
  throw error;
}

/** Samples what the processes that it watches run, or all. */
export class Profiler extends Session<typeof PROFILER_SYMBOLS> {
  readonly #bytes = new Uint8Array(BATCH_SAMPLES * SAMPLE.bytes);

  /** Use {@linkcode openProfiler}. */
  constructor(opened: OpenedSession<typeof PROFILER_SYMBOLS>) {
    super(opened, WORDS);
  }

  /**
   * Samples this process, too.
   *
   * @returns Whether there is room for it: 64 can be watched.
   */
  override watch(pid: number): boolean {
    return this.tryToWatch(pid);
  }

  /** All samples that are there, in the order in which they came. */
  drain(): ProfileSample[] {
    const samples: ProfileSample[] = [];
    const bytes = this.#bytes;
    for (;;) {
      const length = this.take(bytes);
      for (let i = 0; i < length; i++) {
        samples.push(decodeSample(bytes.subarray(i * SAMPLE.bytes, (i + 1) * SAMPLE.bytes)));
      }
      if (length < BATCH_SAMPLES) return samples;
    }
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

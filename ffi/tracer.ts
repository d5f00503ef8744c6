import { describeErrno, KernelError, UnsupportedError, VerifierError } from "../damon/errors.ts";
import { EVENT_WORDS, type EventBatch } from "../damon/event.ts";
import { formatBytes } from "../damon/units.ts";
import { detect, withoutBtf } from "./detect.ts";
import { type Library, openLibrary } from "./library.ts";
import { NativeHandle } from "./native_handle.ts";
import { StructMemory } from "./struct_memory.ts";
import { CAPABILITIES, namesOf, STRUCTS, TRACEPOINTS } from "./symbols.ts";

/** Options of {@linkcode openTracer}. */
export interface TracerOptions {
  /** Room for events between kernel and reader, bytes, 16 KiB to 1 GiB; rounded up to a power of two. Default 4 MiB. */
  ringBytes?: number | undefined;
  /** Path of libdamo.so. Default: `DAMO_LIBRARY`, else `build/libdamo.so` of this checkout. */
  library?: string | undefined;
  /** For tests and benchmarks: makes {@linkcode Tracer.emitTest} work, and does without DAMON. */
  test?: boolean | undefined;
}

/** What a tracer counted since it was opened. `sent = received + dropped`, once all is drained. */
export interface TracerCounters {
  /** Events that the kernel side tried to send. */
  sent: number;
  /** Events that were drained. */
  received: number;
  /** Events for which the ring had no room; and what came in it without being one, which a kernel and a library that fit never send. */
  dropped: number;
}

/**
 * Listens to DAMON's tracepoints, for the kdamonds that it watches. It changes nothing of DAMON, and the kernel
 * detaches it with the process, however that ends.
 *
 * `await using` it: disposing waits for a pending {@linkcode wait}, which it ends.
 */
export interface Tracer extends AsyncDisposable {
  /** Whether this kernel's regions have an age. */
  readonly hasAge: boolean;
  /**
   * Lets the events of this kernel thread through; all others stay out.
   *
   * @throws {RangeError} where 64 are watched already.
   */
  watch(kdamondPid: number): void;
  /** Ends {@linkcode watch}, as for a kernel thread that has ended: another one can be watched in its place. Its counts stay. */
  unwatch(kdamondPid: number): void;
  /** Attaches to the tracepoints that this kernel has, and returns their names. Once; watch before it. */
  attach(): string[];
  /** Waits for events, off the main thread; one at a time. `"stopped"` for ever after {@linkcode stop}. */
  wait(timeoutMs: number): Promise<"ready" | "timeout" | "stopped">;
  /** Events out of the ring, valid until the next call; to be called until there are none. */
  drain(): EventBatch;
  /** Counts over all kdamonds that were ever watched. */
  counters(): TracerCounters;
  /** Ends the waiting at once; draining goes on working. */
  stop(): void;
  /** Now, by the clock of the events: ns of CLOCK_BOOTTIME. */
  clockNs(): number;
  /**
   * For tests: the kernel side sends `count` events in the name of a watched pid, in snapshots of `nrRegions`, off the
   * main thread.
   *
   * @throws {KernelError} unless opened with `test`.
   */
  emitTest(kdamondPid: number, nrRegions: number, count: number): Promise<void>;
  /**
   * For tests: runs one of the kernel side's programs in this thread, which so takes a kdamond's place, with the
   * parameters of its tracepoint.
   *
   * @throws {KernelError} unless opened with `test` on a kernel that has DAMON.
   */
  runTest(program: string, parameters: readonly number[]): void;
}

const EPERM = 1;
const EINVAL = 22;
const E2BIG = 7;
const EINTR = 4;
const EAGAIN = 11;
const ENOMEM = 12;
const ENFILE = 23;
const EMFILE = 24;
const ENOSPC = 28;
const ECANCELED = 125;

/** With these the kernel gave up for want of something; libbpf shows what the verifier had said until then all the same. */
const NO_VERDICT = new Set([EINTR, EAGAIN, ENOMEM, ENFILE, EMFILE]);

/** Events that one batch takes at most: 288 KiB, which a processor's cache still holds. */
const BATCH_EVENTS = 4096;

/**
 * Opens a tracer: loads its programs into the kernel, and attaches nothing yet.
 *
 * @throws {UnsupportedError} without the library, BTF or DAMON; with what helps.
 * @throws {KernelError} where the kernel refuses; names the capability that is missing.
 * @throws {VerifierError} where the kernel's verifier refuses a program.
 * @throws {RangeError} for a size of the ring out of bounds.
 */
export function openTracer(options: TracerOptions = {}): Tracer {
  const { ringBytes = 4 << 20, test = false } = options;
  if (!Number.isSafeInteger(ringBytes) || ringBytes < 16 << 10 || ringBytes > 1 << 30) {
    throw new RangeError(`Cannot use ringBytes as 16384 to 1073741824 are needed: it is ${ringBytes}`);
  }
  const library = openLibrary(options.library);
  try {
    // Its errors say more than the same that opening would return.
    const hasAge = test || detect(library).hasAge;
    const pointer = new BigUint64Array(1);
    const result = library.symbols.damo_tracer__open(ringBytes, Number(test), pointer);
    if (result < 0) throw explained(library, "load the tracer", -result, ringBytes);
    return new LibraryTracer(library, pointer[0], hasAge);
  } catch (error) {
    library.close();
    throw error;
  }
}

class LibraryTracer implements Tracer {
  readonly #library: Library;
  readonly #handle: NativeHandle;
  readonly #words = new Uint32Array(BATCH_EVENTS * EVENT_WORDS);
  readonly #counters = new StructMemory(STRUCTS.counters);

  constructor(library: Library, address: bigint, readonly hasAge: boolean) {
    this.#library = library;
    this.#handle = new NativeHandle(address, "tracer", {
      stop: (pointer) => library.symbols.damo_session__stop(pointer),
      close: (pointer) => {
        library.symbols.damo_session__close(pointer);
        library.close();
      },
    });
  }

  watch(kdamondPid: number): void {
    const result = this.#library.symbols.damo_session__watch(this.#handle.pointer, kdamondPid);
    if (result === -ENOSPC) throw new RangeError("64 kdamonds are watched, which is the most; watch fewer");
    if (result < 0) throw new KernelError(`watch kdamond ${kdamondPid}`, -result);
  }

  unwatch(kdamondPid: number): void {
    const result = this.#library.symbols.damo_session__unwatch(this.#handle.pointer, kdamondPid);
    if (result < 0) throw new KernelError(`unwatch kdamond ${kdamondPid}`, -result);
  }

  attach(): string[] {
    const result = this.#library.symbols.damo_tracer__attach(this.#handle.pointer);
    if (result < 0) throw explained(this.#library, "attach to damon_aggregated", -result);
    return namesOf(result, TRACEPOINTS);
  }

  async wait(timeoutMs: number): Promise<"ready" | "timeout" | "stopped"> {
    const result = await this.#handle.track(this.#library.symbols.damo_session__wait(this.#handle.pointer, timeoutMs));
    if (result === -ECANCELED) return "stopped";
    if (result < 0) throw new KernelError("wait for events", -result);
    return result > 0 ? "ready" : "timeout";
  }

  drain(): EventBatch {
    const words = this.#words;
    const length = this.#library.symbols.damo_session__drain(this.#handle.pointer, words, words.byteLength);
    return { length, words };
  }

  counters(): TracerCounters {
    const counters = this.#counters;
    this.#library.symbols.damo_session__counters(this.#handle.pointer, counters.bytes);
    return { sent: counters.u64("sent"), received: counters.u64("received"), dropped: counters.u64("dropped") };
  }

  stop(): void {
    this.#handle.stop();
  }

  clockNs(): number {
    // For its error where it has been disposed of.
    void this.#handle.pointer;
    return Number(this.#library.symbols.damo_clock_boottime_ns());
  }

  async emitTest(kdamondPid: number, nrRegions: number, count: number): Promise<void> {
    const { damo_tracer__emit_test } = this.#library.symbols;
    const result = await this.#handle.track(
      damo_tracer__emit_test(this.#handle.pointer, kdamondPid, nrRegions, BigInt(count)),
    );
    if (result < 0) throw new KernelError("emit events for a test", -result);
  }

  runTest(program: string, parameters: readonly number[]): void {
    const name = new TextEncoder().encode(`${program}\0`);
    const args = BigUint64Array.from(parameters, BigInt);
    const result = this.#library.symbols.damo_tracer__run_test(this.#handle.pointer, name, args, args.length);
    if (result < 0) throw new KernelError(`run ${program} for a test`, -result);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle[Symbol.asyncDispose]();
  }
}

/** What an error is explained with. */
type Explaining = {
  symbols: Pick<Library["symbols"], "damo_last_log" | "damo_missing_capabilities">;
};

/** An errno of loading or attaching, as an error that says what can be done. `ringBytes` is what loading allocates. */
export function explained(library: Explaining, operation: string, errno: number, ringBytes?: number): Error {
  const log = logOf(library);
  if (errno === EPERM) {
    const missing = namesOf(library.symbols.damo_missing_capabilities(), CAPABILITIES);
    const hint = missing.length > 0
      ? `run it as root or with ${missing.join(" and ")}`
      : "the kernel may be locked down: confidentiality mode forbids what tracing needs";
    return new KernelError(operation, errno, undefined, hint);
  }
  const verdict = NO_VERDICT.has(errno) ? undefined : verdictOf(log);
  if (verdict !== undefined) {
    const reason = errno === EINVAL || errno === E2BIG ? "" : ` (${describeErrno(errno)})`;
    return new VerifierError(`Cannot ${operation} as the kernel's verifier refuses it${reason}: ${verdict}`, log);
  }
  if (errno === ENOMEM && ringBytes !== undefined) {
    const what = `its ring buffer takes ${formatBytes(ringBytes)} of the kernel's memory at once`;
    return new KernelError(operation, errno, undefined, `${what}: ask for less, as in --ring 4M, or free some`);
  }
  if (/failed to find valid kernel BTF/.test(log)) return withoutBtf(operation);
  if (errno === 38 || errno === 95) {
    return new UnsupportedError(
      `Cannot ${operation} as the kernel must have BPF; boot one with CONFIG_BPF_SYSCALL=y`,
      "bpf",
    );
  }
  return new KernelError(operation, errno, undefined, log === "" ? undefined : `libbpf says: ${lastLineOf(log)}`);
}

function logOf(library: Explaining): string {
  const bytes = new Uint8Array(64 << 10);
  const length = library.symbols.damo_last_log(bytes, bytes.length);
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** What the verifier said last but for its statistics; `undefined` where it was not asked. */
export function verdictOf(log: string): string | undefined {
  const said = /BEGIN PROG LOAD LOG --\n([^]*?)(?:-- END PROG LOAD LOG|$)/.exec(log)?.[1];
  const lines = said?.trim().split("\n").filter((line) => !/^(processed \d|verification time|stack depth)/.test(line));
  return lines?.at(-1) || undefined;
}

function lastLineOf(log: string): string {
  return log.trimEnd().split("\n").at(-1) ?? "";
}

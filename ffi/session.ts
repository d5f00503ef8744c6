import { KernelError } from "../damon/model/mod.ts";
import { explained } from "./explained.ts";
import { type Library, openSymbols } from "./library.ts";
import { NativeHandle } from "./native_handle.ts";
import { StructMemory } from "./struct_memory.ts";
import { STRUCTS, type SYMBOLS } from "./symbols.ts";

/** What a session counted since it was opened. `sent = received + dropped`, once all is drained. */
export interface SessionCounters {
  /** Events that the kernel side tried to send. */
  sent: number;
  /** Events that were drained. */
  received: number;
  /** Events for which the ring had no room; and what came in it without being one, which a kernel and a library that fit never send. */
  dropped: number;
}

/** What the sentences of a session's errors say. */
export interface SessionWords {
  /** The session. */
  name: string;
  /** What is loaded. */
  loads: string;
  /** One of those that it watches, and several. */
  one: string;
  many: string;
}

const ENOSPC = 28;
const ECANCELED = 125;

/** How a session's symbols are: those of bpf/damo.h and its own. */
type SessionInterface = Deno.ForeignLibraryInterface & typeof SYMBOLS;

/** A session in native code, and the library that it is of. */
export interface OpenedSession<T extends SessionInterface> {
  library: Deno.DynamicLibrary<T>;
  address: bigint;
}

/**
 * Opens the library, and in it a session: its programs are loaded, and attached to nothing yet.
 *
 * @param open Does so, and puts its address into the array; returns its errno, negative.
 * @throws {UnsupportedError} without the library.
 * @throws {KernelError} where the kernel refuses; names the capability that is missing.
 * @throws {VerifierError} where the kernel's verifier refuses a program.
 * @throws {RangeError} for a ring of less than 16 KiB or more than 1 GiB.
 */
export function openSession<T extends SessionInterface>(
  symbols: T,
  words: SessionWords,
  { ringBytes, library: path }: { ringBytes: number; library: string | undefined },
  open: (library: Deno.DynamicLibrary<T>, address: BigUint64Array<ArrayBuffer>) => number,
): OpenedSession<T> {
  if (!Number.isSafeInteger(ringBytes) || ringBytes < 16 << 10 || ringBytes > 1 << 30) {
    throw new RangeError(`ringBytes is ${ringBytes}; it must be 16384 to 1073741824`);
  }
  const library = openSymbols(path, symbols);
  try {
    const address = new BigUint64Array(1);
    const result = open(library, address);
    if (result < 0) throw explained(library as Library, `load ${words.loads}`, -result, ringBytes);
    return { library, address: address[0] };
  } catch (error) {
    library.close();
    throw error;
  }
}

/**
 * What a tracer, a listener and a profiler are alike in: programs in the kernel that send events of those that are watched. The
 * kernel detaches them with the process, however that ends.
 *
 * `await using` it: disposing waits for a pending {@linkcode wait}, which it ends.
 */
export abstract class Session<T extends SessionInterface> implements AsyncDisposable {
  protected readonly library: Deno.DynamicLibrary<T>;
  protected readonly handle: NativeHandle;
  readonly #symbols: Library["symbols"];
  readonly #words: SessionWords;
  readonly #counters = new StructMemory(STRUCTS.counters);

  constructor({ library, address }: OpenedSession<T>, words: SessionWords) {
    const symbols = (library as Library).symbols;
    this.library = library;
    this.#symbols = symbols;
    this.#words = words;
    this.handle = new NativeHandle(address, words.name, {
      stop: (pointer) => symbols.damo_session__stop(pointer),
      close: (pointer) => {
        symbols.damo_session__close(pointer);
        library.close();
      },
    });
  }

  /**
   * Lets the events of this one through; all others stay out.
   *
   * @throws {RangeError} where 64 are watched already.
   */
  watch(pid: number): void {
    if (!this.tryToWatch(pid)) {
      throw new RangeError(`64 ${this.#words.many} are watched, which is the most; watch fewer`);
    }
  }

  /** Ends {@linkcode watch}, as for one that has ended: another one can be watched in its place. Its counts stay. */
  unwatch(pid: number): void {
    const result = this.#symbols.damo_session__unwatch(this.handle.pointer, pid);
    if (result < 0) throw new KernelError(`unwatch ${this.#words.one} ${pid}`, -result);
  }

  /** Waits for events, off the main thread; one at a time. `"stopped"` for ever after {@linkcode stop}. */
  async wait(timeoutMs: number): Promise<"ready" | "timeout" | "stopped"> {
    const result = await this.handle.track(this.#symbols.damo_session__wait(this.handle.pointer, timeoutMs));
    if (result === -ECANCELED) return "stopped";
    if (result < 0) throw new KernelError("wait for events", -result);
    return result > 0 ? "ready" : "timeout";
  }

  /** Counts over all that were ever watched. */
  counters(): SessionCounters {
    const counters = this.#counters;
    this.#symbols.damo_session__counters(this.handle.pointer, counters.bytes);
    return { sent: counters.u64("sent"), received: counters.u64("received"), dropped: counters.u64("dropped") };
  }

  /** Ends the waiting at once; draining goes on working. */
  stop(): void {
    this.handle.stop();
  }

  /** Now, by the clock of the events: ns of CLOCK_BOOTTIME. */
  clockNs(): number {
    // For its error where it has been disposed of.
    void this.handle.pointer;
    return Number(this.#symbols.damo_clock_boottime_ns());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.handle[Symbol.asyncDispose]();
  }

  /** {@linkcode watch}; whether there was room. */
  protected tryToWatch(pid: number): boolean {
    const result = this.#symbols.damo_session__watch(this.handle.pointer, pid);
    if (result < 0 && result !== -ENOSPC) throw new KernelError(`watch ${this.#words.one} ${pid}`, -result);
    return result !== -ENOSPC;
  }

  /** Takes whole events out of the ring, as many as fit; returns how many. */
  protected take(to: Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): number {
    return this.#symbols.damo_session__drain(this.handle.pointer, to, to.byteLength);
  }
}

import { KernelError } from "../damon/errors.ts";
import { openSymbols } from "./library.ts";
import { HEARD, LISTENER_SYMBOLS } from "./listener_symbols.ts";
import { StructMemory } from "./struct_memory.ts";
import { STRUCTS } from "./symbols.ts";
import { explained, type TracerCounters } from "./tracer.ts";

/** Bytes of a tracepoint's record that are sent. */
export const RECORD_BYTES = HEARD.bytes - HEARD.record;

/** One event as it came; valid until the next is asked for. */
export interface Heard {
  /** Number that its tracepoint was attached with. */
  tracepoint: number;
  /** Thread in which it happened. */
  pid: number;
  /** Name of that thread. */
  comm: string;
  /** Processor on which it happened. */
  cpu: number;
  /** CLOCK_BOOTTIME, ns. */
  timeNs: number;
  /** Events that found no room in the ring before it. */
  dropped: number;
  /** The tracepoint's record, without what is common to all; longer ones are cut. */
  record: DataView;
}

/** Options of {@linkcode openListener}. */
export interface ListenerOptions {
  /** Room for events between kernel and reader, bytes, 16 KiB to 1 GiB. Default 4 MiB. */
  ringBytes?: number | undefined;
  /** Path of libdamo.so, as of the tracer. */
  library?: string | undefined;
  /** Whether all threads are listened to, not only those that are watched. */
  everyone?: boolean | undefined;
}

/** Events that one batch takes at most. */
const BATCH_EVENTS = 1024;
const ECANCELED = 125;

/**
 * Loads what listens to tracepoints, whatever their records hold, and attaches it to nothing yet.
 *
 * @throws {UnsupportedError} without the library.
 * @throws {KernelError} where the kernel refuses; names the capability that is missing.
 * @throws {RangeError} for a size of the ring out of bounds.
 */
export function openListener(options: ListenerOptions = {}): Listener {
  const { ringBytes = 4 << 20, everyone = false } = options;
  if (!Number.isSafeInteger(ringBytes) || ringBytes < 16 << 10 || ringBytes > 1 << 30) {
    throw new RangeError(`Cannot use ringBytes as 16384 to 1073741824 are needed: it is ${ringBytes}`);
  }
  const library = openSymbols(options.library, LISTENER_SYMBOLS);
  const pointer = new BigUint64Array(1);
  const result = library.symbols.damo_listener__open(ringBytes, Number(everyone), pointer);
  if (result < 0) {
    const error = explained(library, "load what listens to tracepoints", -result, ringBytes);
    library.close();
    throw error;
  }
  return new Listener(library, Deno.UnsafePointer.create(pointer[0])!);
}

/** Listens to tracepoints. The kernel detaches it with the process, however that ends. `await using` it. */
export class Listener implements AsyncDisposable {
  readonly #library: Deno.DynamicLibrary<typeof LISTENER_SYMBOLS>;
  #pointer: Deno.PointerValue;
  #waiting: Promise<unknown> = Promise.resolve();
  readonly #bytes = new Uint8Array(BATCH_EVENTS * HEARD.bytes);
  readonly #counters = new StructMemory(STRUCTS.counters);
  #closed: Promise<void> | undefined;

  /** Use {@linkcode openListener}. */
  constructor(library: Deno.DynamicLibrary<typeof LISTENER_SYMBOLS>, pointer: Deno.PointerObject) {
    this.#library = library;
    this.#pointer = pointer;
  }

  /** Attaches to a tracepoint by its id; what happens there comes with `number`. */
  attach(id: number, number: number, name: string): void {
    const result = this.#library.symbols.damo_listener__attach(this.#open(), id, number);
    if (result < 0) throw explained(this.#library, `attach to ${name}`, -result);
  }

  /** Lets the events of this thread through. */
  watch(pid: number): void {
    const result = this.#library.symbols.damo_session__watch(this.#open(), pid);
    if (result < 0) throw new KernelError(`watch thread ${pid}`, -result);
  }

  /** Waits for events, off the main thread; one at a time. `"stopped"` for ever after {@linkcode stop}. */
  async wait(timeoutMs: number): Promise<"ready" | "timeout" | "stopped"> {
    const waiting = this.#library.symbols.damo_session__wait(this.#open(), timeoutMs);
    this.#waiting = waiting;
    const result = await waiting;
    if (result === -ECANCELED) return "stopped";
    if (result < 0) throw new KernelError("wait for events", -result);
    return result > 0 ? "ready" : "timeout";
  }

  /** Events out of the ring, as many as fit into a batch; to be called until there are none. */
  drain(): Heard[] {
    const bytes = this.#bytes;
    const length = this.#library.symbols.damo_session__drain(this.#open(), bytes, bytes.byteLength);
    return Array.from({ length }, (_, i) => decodeHeard(bytes.subarray(i * HEARD.bytes, (i + 1) * HEARD.bytes)));
  }

  /** Counts since it was opened. */
  counters(): TracerCounters {
    const counters = this.#counters;
    this.#library.symbols.damo_session__counters(this.#open(), counters.bytes);
    return { sent: counters.u64("sent"), received: counters.u64("received"), dropped: counters.u64("dropped") };
  }

  /** Ends the waiting at once; draining goes on working. */
  stop(): void {
    if (this.#pointer) this.#library.symbols.damo_session__stop(this.#pointer);
  }

  /** Now, by the clock of the events: ns of CLOCK_BOOTTIME. */
  clockNs(): number {
    this.#open();
    return Number(this.#library.symbols.damo_clock_boottime_ns());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.stop();
    const pointer = this.#pointer;
    this.#pointer = null;
    await this.#waiting;
    this.#library.symbols.damo_session__close(pointer);
    this.#library.close();
  }

  #open(): Deno.PointerObject {
    if (!this.#pointer) throw new TypeError("Cannot use the listener as it must be open: it has been disposed of");
    return this.#pointer;
  }
}

/** Reads one `struct damo_heard`. */
export function decodeHeard(bytes: Uint8Array): Heard {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEARD.bytes);
  const u64 = (at: number) => view.getUint32(at, LITTLE) + view.getUint32(at + 4, LITTLE) * 2 ** 32;
  const comm = bytes.subarray(HEARD.comm, HEARD.comm + 16);
  const end = comm.indexOf(0);
  return {
    tracepoint: view.getUint32(HEARD.tracepoint, LITTLE),
    pid: view.getUint32(HEARD.pid, LITTLE),
    comm: new TextDecoder().decode(comm.subarray(0, end < 0 ? 16 : end)),
    cpu: view.getUint32(HEARD.cpu, LITTLE),
    timeNs: u64(HEARD.timeNs),
    dropped: u64(HEARD.dropped),
    record: new DataView(bytes.buffer, bytes.byteOffset + HEARD.record, RECORD_BYTES),
  };
}

/** All machines that Deno runs on are. */
const LITTLE = true;

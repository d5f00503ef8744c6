import { explained } from "./explained.ts";
import { HEARD, LISTENER_SYMBOLS } from "./listener_symbols.ts";
import { type OpenedSession, openSession, Session } from "./session.ts";

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

const WORDS = { name: "listener", loads: "what listens to tracepoints", one: "thread", many: "threads" };

/** Events that one batch takes at most. */
const BATCH_EVENTS = 1024;

/**
 * Loads what listens to tracepoints, whatever their records hold, and attaches it to nothing yet.
 *
 * @throws {UnsupportedError} without the library.
 * @throws {KernelError} where the kernel refuses; names the capability that is missing.
 * @throws {RangeError} for a size of the ring out of bounds.
 */
export function openListener({ ringBytes = 4 << 20, everyone = false, library }: ListenerOptions = {}): Listener {
  return new Listener(openSession(
    LISTENER_SYMBOLS,
    WORDS,
    { ringBytes, library },
    (library, address) => library.symbols.damo_listener__open(ringBytes, Number(everyone), address),
  ));
}

/** Listens to tracepoints in the threads that it watches, or in all. */
export class Listener extends Session<typeof LISTENER_SYMBOLS> {
  readonly #bytes = new Uint8Array(BATCH_EVENTS * HEARD.bytes);

  /** Use {@linkcode openListener}. */
  constructor(opened: OpenedSession<typeof LISTENER_SYMBOLS>) {
    super(opened, WORDS);
  }

  /** Attaches to a tracepoint by its id; what happens there comes with `number`. */
  attach(id: number, number: number, name: string): void {
    const result = this.library.symbols.damo_listener__attach(this.handle.pointer, id, number);
    if (result < 0) throw explained(this.library, `attach to ${name}`, -result);
  }

  /** Events out of the ring, as many as fit into a batch; to be called until there are none. */
  drain(): Heard[] {
    const bytes = this.#bytes;
    const length = this.take(bytes);
    return Array.from({ length }, (_, i) => decodeHeard(bytes.subarray(i * HEARD.bytes, (i + 1) * HEARD.bytes)));
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

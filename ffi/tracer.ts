import { KernelError } from "../damon/model/mod.ts";
import { EVENT_WORDS, type EventBatch } from "../damon/events/mod.ts";
import { detect } from "./detect.ts";
import { explained } from "./explained.ts";
import { type OpenedSession, openSession, Session } from "./session.ts";
import { namesOf, TRACEPOINTS } from "./symbols.ts";
import { TRACER_SYMBOLS } from "./tracer_symbols.ts";

/** Options of {@linkcode openTracer}. */
export interface TracerOptions {
  /** Room for events between kernel and reader, bytes, 16 KiB to 1 GiB; rounded up to a power of two. Default 4 MiB. */
  ringBytes?: number | undefined;
  /** Path of libdamo.so. Default: `DAMO_LIBRARY`, else `build/libdamo.so` of this checkout. */
  library?: string | undefined;
  /** For tests and benchmarks: makes {@linkcode Tracer.emitTest} work, and does without DAMON. */
  test?: boolean | undefined;
}

/**
 * Listens to DAMON's tracepoints, for the kdamonds that it watches, by the pids of their kernel threads. It changes nothing of DAMON.
 */
export interface Tracer extends Pick<Session<typeof TRACER_SYMBOLS>, keyof Session<typeof TRACER_SYMBOLS>> {
  /** Whether this kernel's regions have an age. */
  readonly hasAge: boolean;
  /** Attaches to the tracepoints that this kernel has, and returns their names. Once; watch before it. */
  attach(): string[];
  /** Events out of the ring, valid until the next call; to be called until there are none. */
  drain(): EventBatch;
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

const WORDS = { name: "tracer", loads: "the tracer", one: "kdamond", many: "kdamonds" };

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
export function openTracer({ ringBytes = 4 << 20, test = false, library }: TracerOptions = {}): Tracer {
  let hasAge = true;
  const opened = openSession(TRACER_SYMBOLS, WORDS, { ringBytes, library }, (library, address) => {
    // Its errors say more than the same that opening would return.
    if (!test) ({ hasAge } = detect(library));
    return library.symbols.damo_tracer__open(ringBytes, Number(test), address);
  });
  return new LibraryTracer(opened, hasAge);
}

class LibraryTracer extends Session<typeof TRACER_SYMBOLS> implements Tracer {
  readonly #words = new Uint32Array(BATCH_EVENTS * EVENT_WORDS);

  constructor(opened: OpenedSession<typeof TRACER_SYMBOLS>, readonly hasAge: boolean) {
    super(opened, WORDS);
  }

  attach(): string[] {
    const result = this.library.symbols.damo_tracer__attach(this.handle.pointer);
    if (result < 0) throw explained(this.library, "attach to damon_aggregated", -result);
    return namesOf(result, TRACEPOINTS);
  }

  drain(): EventBatch {
    return { length: this.take(this.#words), words: this.#words };
  }

  async emitTest(kdamondPid: number, nrRegions: number, count: number): Promise<void> {
    const { damo_tracer__emit_test } = this.library.symbols;
    const result = await this.handle.track(
      damo_tracer__emit_test(this.handle.pointer, kdamondPid, nrRegions, BigInt(count)),
    );
    if (result < 0) throw new KernelError("emit events for a test", -result);
  }

  runTest(program: string, parameters: readonly number[]): void {
    const name = new TextEncoder().encode(`${program}\0`);
    const args = BigUint64Array.from(parameters, BigInt);
    const result = this.library.symbols.damo_tracer__run_test(this.handle.pointer, name, args, args.length);
    if (result < 0) throw new KernelError(`run ${program} for a test`, -result);
  }
}

/** An end that takes longer than this is said, ms. */
const WORD_MS = 150;
/** A timer takes 31 bits of ms, 24 days, and fires at once for more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Turns Ctrl-C, SIGTERM, SIGHUP and a timeout into one abort, with the reason it came first. */
export class StopSignals implements Disposable {
  /** What ended it: a signal's name, `timeout`, or what {@linkcode stop} was told. */
  reason: string | undefined;
  /** The signal, where it was one. */
  signalName: Deno.Signal | undefined;
  readonly #controller = new AbortController();
  readonly #again = new AbortController();
  readonly #byHand = new AbortController();
  readonly #listeners: [Deno.Signal, () => void][];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #priority: Priority | undefined;
  #word: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) => [name, () => {
      if (this.reason !== undefined) this.#again.abort();
      this.#byHand.abort();
      if (this.reason === undefined) this.signalName = name;
      this.#word ??= setTimeout(() => console.error(`damo: ${name}: ending; what was started is ended first`), WORD_MS);
      this.stop(name);
    }]);
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
    loadPriority().then((priority) => this.#priority = priority, () => {});
  }

  /** Stops by itself after this time, however long. */
  stopAfter(seconds: number): void {
    const untilMs = performance.now() + seconds * 1000;
    const wait = () => {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) return this.stop("timeout");
      this.#timer = setTimeout(wait, Math.min(leftMs, LONGEST_TIMER_MS));
    };
    wait();
  }

  /** Aborts when it stops. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts at a signal that comes after it was stopped: whoever sends it does not want to wait. */
  get again(): AbortSignal {
    return this.#again.signal;
  }

  /** Aborts at the first signal that comes, also after it was stopped: somebody waits for the end. */
  get byHand(): AbortSignal {
    return this.#byHand.signal;
  }

  /** Stops; the first reason stays, of {@linkcode signal} too. */
  stop(reason: string): void {
    this.reason ??= reason;
    this.#priority?.raise();
    this.#controller.abort(this.reason);
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
    clearTimeout(this.#timer);
    clearTimeout(this.#word);
    this.#priority?.restore();
  }
}

/** Ours among all that wants to run: an end takes little time, which a busy machine would give piece by piece. */
interface Priority {
  raise(): void;
  restore(): void;
}

/** Loaded when it is needed: most commands end before anybody stops them. */
async function loadPriority(): Promise<Priority> {
  const { getPriority, setPriority, constants: { priority: { PRIORITY_HIGHEST } } } = await import("node:os");
  const before = getPriority();
  const set = (to: number) => {
    try {
      setPriority(to);
    } catch { /* Only root, or CAP_SYS_NICE, may raise it. */ }
  };
  return { raise: () => set(PRIORITY_HIGHEST), restore: () => set(before) };
}

/** Turns Ctrl-C, SIGTERM, SIGHUP and a timeout into one abort, with the reason it came first. */
export class StopSignals implements Disposable {
  /** What ended it: a signal's name, `timeout`, or what {@linkcode stop} was told. */
  reason: string | undefined;
  /** The signal, where it was one. */
  signalName: Deno.Signal | undefined;
  readonly #controller = new AbortController();
  readonly #listeners: [Deno.Signal, () => void][];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) => [name, () => {
      if (this.reason === undefined) this.signalName = name;
      this.stop(name);
    }]);
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  /** Stops by itself after this time. */
  stopAfter(seconds: number): void {
    this.#timer = setTimeout(() => this.stop("timeout"), seconds * 1000);
  }

  /** Aborts when it stops. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops; the first reason stays. */
  stop(reason: string): void {
    this.reason ??= reason;
    this.#controller.abort();
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
    clearTimeout(this.#timer);
  }
}

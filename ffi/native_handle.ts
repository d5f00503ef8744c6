/** What native code keeps for one object, which must outlive every call that is in it. */
export class NativeHandle implements AsyncDisposable {
  readonly #what: string;
  readonly #stop: (pointer: Deno.PointerObject) => void;
  readonly #close: (pointer: Deno.PointerObject) => void;
  readonly #pending = new Set<Promise<unknown>>();
  #pointer: Deno.PointerObject | null;
  #closed: Promise<void> | undefined;

  /**
   * @param address Where it is.
   * @param what Its name in the sentence that says that it has been disposed of.
   * @param calls `stop` ends calls that wait; `close` frees it.
   */
  constructor(
    address: bigint,
    what: string,
    calls: { stop: (pointer: Deno.PointerObject) => void; close: (pointer: Deno.PointerObject) => void },
  ) {
    this.#pointer = Deno.UnsafePointer.create(address);
    this.#what = what;
    this.#stop = calls.stop;
    this.#close = calls.close;
  }

  /** For a call. @throws {TypeError} where it has been disposed of. */
  get pointer(): Deno.PointerObject {
    if (!this.#pointer) {
      throw new TypeError(`The ${this.#what} is closed: it has been disposed of`);
    }
    return this.#pointer;
  }

  /** Whether a call off the main thread is under way. */
  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  /** Waits for such a call, as disposing does from now on. */
  async track<T>(call: Promise<T>): Promise<T> {
    this.#pending.add(call);
    try {
      return await call;
    } finally {
      this.#pending.delete(call);
    }
  }

  /** Ends the calls that wait; nothing where it has been disposed of. */
  stop(): void {
    if (this.#pointer) this.#stop(this.#pointer);
  }

  /** Ends the calls that wait, and frees it once they are over. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#closed ??= this.#dispose();
  }

  async #dispose(): Promise<void> {
    const { pointer } = this;
    this.stop();
    this.#pointer = null;
    await Promise.allSettled(this.#pending);
    this.#close(pointer);
  }
}

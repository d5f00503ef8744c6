/** Most bytes that wait for who reads; above it the recording waits too, and the kernel counts what it drops meanwhile. */
const MOST_BYTES = 64 * 2 ** 20;
/** How long a reader is given to take the rest once nobody wants to wait any longer, ms. */
const LAST_MS = 100;

/**
 * Bytes on their way into a pipe. Its reader may be slow or stand still: a write that waits for it would keep Ctrl-C and the timeout
 * waiting too, so bytes are queued and written beside what else goes on.
 */
export class PipedOutput {
  readonly #to: { write(bytes: Uint8Array): Promise<number> };
  readonly #queue: Uint8Array[] = [];
  #bytes = 0;
  #failure: unknown;
  #writing: Promise<void> | undefined;

  constructor(to: { write(bytes: Uint8Array): Promise<number> } = Deno.stdout) {
    this.#to = to;
  }

  /** Bytes that the pipe has not taken yet. */
  get waiting(): number {
    return this.#bytes;
  }

  /** Queues a copy of these. @throws what writing the ones before met. */
  writeSync(bytes: Uint8Array): number {
    if (this.#failure !== undefined) throw this.#failure;
    if (bytes.length === 0) return 0;
    this.#queue.push(bytes.slice());
    this.#bytes += bytes.length;
    this.#writing ??= this.#write();
    return bytes.length;
  }

  /** Resolves once no more than is bearable waits, or when `signal` aborts. @throws what writing met. */
  async ready(signal: AbortSignal): Promise<void> {
    while (this.#bytes > MOST_BYTES && !signal.aborted && this.#failure === undefined) {
      await Promise.race([this.#writing, aborted(signal), after(LAST_MS)]);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves once all is taken, or shortly after `signal` aborts. @returns Bytes that were not taken. @throws what writing met. */
  async end(signal: AbortSignal): Promise<number> {
    await Promise.race([this.#writing, aborted(signal).then(() => after(LAST_MS))]);
    if (this.#failure !== undefined) throw this.#failure;
    return this.#bytes;
  }

  async #write(): Promise<void> {
    try {
      for (let bytes = this.#queue[0]; bytes !== undefined; bytes = this.#queue[0]) {
        const taken = await this.#to.write(bytes);
        this.#bytes -= taken;
        if (taken < bytes.length) this.#queue[0] = bytes.subarray(taken);
        else this.#queue.shift();
      }
    } catch (error) {
      this.#failure = error;
    }
    this.#writing = undefined;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => signal.addEventListener("abort", () => done(), { once: true }));
}

function after(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

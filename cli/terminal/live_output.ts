/** How long a reader that has stopped reading is waited for once it is to end, ms. */
const PATIENCE_MS = 1000;

/**
 * Writes lines for someone who reads along. A reader that stands still stops the writing, not the whole program: once the
 * signal has come each write waits for a moment only.
 */
export class LiveOutput {
  /** Whether the reader stood still for too long: nothing is written any more. */
  isGivenUp = false;

  constructor(readonly stream: { write(bytes: Uint8Array): Promise<number> }, readonly signal: AbortSignal) {}

  /**
   * Writes all of it, or as much as is read in time.
   *
   * @throws {Deno.errors.BrokenPipe} where nobody reads any more.
   */
  async write(text: string): Promise<void> {
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0 && !this.isGivenUp) bytes = bytes.subarray(await this.#some(bytes));
  }

  async #some(bytes: Uint8Array): Promise<number> {
    let patience: ReturnType<typeof setTimeout> | undefined;
    let begin = () => {};
    const tooLong = new Promise<undefined>((resolve) => {
      begin = () => patience = setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
    if (this.signal.aborted) begin();
    else this.signal.addEventListener("abort", begin);
    try {
      const written = this.stream.write(bytes);
      // Where it is given up, nobody waits for how it ends.
      written.catch(() => {});
      const count = await Promise.race([written, tooLong]);
      if (count === undefined) this.isGivenUp = true;
      return count ?? 0;
    } finally {
      this.signal.removeEventListener("abort", begin);
      clearTimeout(patience);
    }
  }
}

import { formatBytes } from "../../damon/model/mod.ts";
import type { OpenRecord } from "../../format/mod.ts";

/** Says on a terminal how far the reading of records is, if it takes over a second. */
export class ReadProgress implements Disposable {
  readonly #isShown = Deno.stderr.isTerminal();
  readonly #startMs = performance.now();
  #nextMs = this.#startMs + 1000;
  #hasDrawn = false;

  constructor(readonly records: readonly Pick<OpenRecord, "fileBytes" | "bytesRead">[]) {}

  /** To be called often: it looks at the clock and does no more, mostly. */
  tick(): void {
    if (!this.#isShown) return;
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + 200;
    this.#hasDrawn = true;
    const sum = (pick: (record: this["records"][number]) => number) =>
      this.records.reduce((all, record) => all + pick(record), 0);
    const [read, size] = [sum(({ bytesRead }) => bytesRead), sum(({ fileBytes }) => fileBytes ?? NaN)];
    const share = size > 0
      ? `${Math.floor(Math.min(1, read / size) * 100)} % of ${formatBytes(size)}`
      : formatBytes(read);
    put(`\r\x1b[K${share} read, ${Math.round((nowMs - this.#startMs) / 1000)} s`);
  }

  [Symbol.dispose](): void {
    if (this.#hasDrawn) put("\r\x1b[K");
  }
}

function put(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

import { formatBytes, formatNr, type RecordItem, type Snapshot } from "../../damon/mod.ts";
import type { Session } from "../../live/mod.ts";

const DRAW_MS = 200;

/** One line on the terminal that says how the recording goes; nothing in a pipe. */
export class StatusLine implements Disposable {
  readonly #startedMs = performance.now();
  readonly #session: Pick<Session, "output" | "counts">;
  #timer: ReturnType<typeof setInterval> | undefined;
  #latest: Snapshot | undefined;

  constructor(isWanted: boolean, session: Pick<Session, "output" | "counts">) {
    this.#session = session;
    if (isWanted && Deno.stderr.isTerminal()) this.#timer = setInterval(() => this.#draw(), DRAW_MS);
  }

  /** Takes note of what is recorded. */
  see(item: RecordItem): void {
    if (item.kind === "snapshot") this.#latest = item.snapshot;
  }

  /** Draws the line anew. */
  #draw(): void {
    const { dropped } = this.#session.counts();
    const output = this.#session.output!;
    const parts = [
      clock((performance.now() - this.#startedMs) / 1000),
      `${formatNr(output.snapshots)} snapshots`,
      `${formatNr(this.#latest?.regions.length ?? 0)} regions`,
      `working set ${formatBytes(workingSetOf(this.#latest))}`,
      `${formatNr(dropped)} dropped`,
      formatBytes(output.bytes),
      "Ctrl-C ends",
    ];
    const { columns } = consoleSize();
    put(`\r\x1b[K${parts.join(" | ").slice(0, columns - 1)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    put("\r\x1b[K");
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

/** Bytes of the regions that were seen accessed at all. */
function workingSetOf(snapshot: Snapshot | undefined): number {
  if (!snapshot) return 0;
  const { start, end, nrAccesses, length } = snapshot.regions;
  let bytes = 0;
  for (let i = 0; i < length; i++) if (nrAccesses[i] > 0) bytes += end[i] - start[i];
  return bytes;
}

function clock(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  return `${minutes}:${String(rest).padStart(2, "0")}`;
}

function consoleSize(): { columns: number } {
  try {
    return Deno.consoleSize();
  } catch {
    return { columns: 80 };
  }
}

function put(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch { /* the terminal is gone: the record goes on without it */ }
}

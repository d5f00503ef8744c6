import { formatBytes, formatNr, type Snapshot } from "../damon/mod.ts";
import type { MonitorCounts } from "../kernel/monitor.ts";
import type { RecordOutput } from "./record_output.ts";

/** One line on the terminal that says how the recording goes; nothing in a pipe. */
export class StatusLine {
  readonly #startedMs = performance.now();
  readonly #isShown: boolean;
  #latest: Snapshot | undefined;

  constructor(isWanted: boolean, readonly writer: RecordOutput, readonly counts: () => MonitorCounts) {
    this.#isShown = isWanted && Deno.stderr.isTerminal();
  }

  /** Takes note of a snapshot. */
  see(snapshot: Snapshot): void {
    this.#latest = snapshot;
  }

  /** Draws the line anew. */
  draw(): void {
    this.writer.flush(false);
    if (!this.#isShown) return;
    const { dropped } = this.counts();
    const parts = [
      clock((performance.now() - this.#startedMs) / 1000),
      `${formatNr(this.writer.snapshots)} snapshots`,
      `${formatNr(this.#latest?.regions.length ?? 0)} regions`,
      `working set ${formatBytes(workingSetOf(this.#latest))}`,
      `${formatNr(dropped)} dropped`,
      formatBytes(this.writer.bytes),
      "Ctrl-C ends",
    ];
    const { columns } = consoleSize();
    put(`\r\x1b[K${parts.join(" | ").slice(0, columns - 1)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#isShown) put("\r\x1b[K");
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
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

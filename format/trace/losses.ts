import { formatNr } from "../../damon/mod.ts";

const decoder = new TextDecoder();

/** Lines that tell that events were lost, by the words that count them. Where the count is missing, one at least was. */
const LOSSES: readonly RegExp[] = [
  // The kernel's trace, perf trace: `CPU:1 [LOST 3 EVENTS]`, `LOST 3 events!`.
  /\bLOST (?:(\d+) )?EVENTS\b/i,
  // trace-cmd report: `CPU:1 [3 EVENTS DROPPED]`.
  /\[(?:(\d+) )?EVENTS DROPPED\]/i,
  // perf script --show-lost-events, and perf report -D.
  /PERF_RECORD_LOST(?:_SAMPLES)?\b[: ]+(?:id:\d+: )?lost[: =](\d+)/,
  /PERF_RECORD_LOST/,
];

/** What the kernel's per_cpu/cpuN/stats and trace-cmd say of a whole buffer. */
const IN_BUFFER = /^(?:commit overrun|dropped events): (\d+)/;

/** What the text of a trace itself says of events that were lost. */
export class TraceLosses {
  /** Events lost, as far as they are counted. */
  count = 0;
  /** Whether some line says that events were lost and not how many: they are counted as one. */
  #isLeast = false;
  /** Chunks of them that perf lost, whose events nobody counts. */
  #chunks = 0;
  /** Of all of them, as perf says it: `12.50%`. */
  #share: string | undefined;
  /** Those that the buffer had no room for any more, before the first one that is there. */
  #overrun = 0;

  /** Takes a line that is no event of DAMON; whether it tells of a loss between the lines around it. */
  push(bytes: Uint8Array, from: number, to: number): boolean {
    if (!mayTell(bytes, from, to)) return false;
    const line = decoder.decode(bytes.subarray(from, to));
    if (this.#sum(line)) return false;
    const chunks = /\blost (\d+) chunks/.exec(line);
    if (chunks) {
      this.#chunks += Number(chunks[1]);
      return true;
    }
    for (const loss of LOSSES) {
      const found = loss.exec(line);
      if (!found) continue;
      this.#isLeast ||= found[1] === undefined;
      this.count += Number(found[1] ?? 1);
      return true;
    }
    return false;
  }

  /** Takes what sums up the whole text or buffer, before or behind the events: whether it did. */
  #sum(line: string): boolean {
    const entries = /^#\s*entries-in-buffer\/entries-written:\s*(\d+)\/(\d+)/.exec(line);
    const overrun = /^overrun: (\d+)/.exec(line);
    const inBuffer = IN_BUFFER.exec(line);
    const share = /\bProcessed \d+ samples and lost (\d+(?:\.\d+)?%)/.exec(line);
    if (entries) this.#overrun += Math.max(0, Number(entries[2]) - Number(entries[1]));
    if (overrun) this.#overrun += Number(overrun[1]);
    if (inBuffer) this.count += Number(inBuffer[1]);
    if (share) this.#share = share[1];
    return Boolean(entries ?? overrun ?? inBuffer ?? share);
  }

  /** A sentence without its end; `undefined` where nothing was lost. */
  toText(): string | undefined {
    const were = (count: number, one: string, more: string) =>
      count === 1 ? `1 ${one} was` : `${formatNr(count)} ${more} were`;
    const parts = [
      ...(this.count > 0 ? [`${this.#isLeast ? "at least " : ""}${were(this.count, "event", "events")} lost`] : []),
      ...(this.#chunks > 0 ? [`${were(this.#chunks, "chunk of events", "chunks of events")} lost`] : []),
      ...(this.#share ? [`${this.#share} of its events were lost`] : []),
      ...(this.#overrun > 0
        ? [`${were(this.#overrun, "event before its first", "events before its first")} overwritten`]
        : []),
    ];
    return parts.length > 0 ? `its text says that ${parts.join(", ")}` : undefined;
  }
}

/** Whether `LOST`, `DROPPED`, `overrun` or the count of entries may be in it: most lines are looked at no further. */
function mayTell(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at + 3 < to; at++) {
    const [byte, next, third] = [bytes[at] & 0xdf, bytes[at + 1] & 0xdf, bytes[at + 2] & 0xdf];
    if (byte === 0x4c && next === 0x4f && third === 0x53) return true;
    if (byte === 0x44 && next === 0x52 && third === 0x4f) return true;
    if (byte === 0x52 && next === 0x52 && third === 0x55) return true;
    if (bytes[at] === 0x69 && bytes[at + 1] === 0x6e && bytes[at + 2] === 0x2d && bytes[at + 3] === 0x62) return true;
  }
  return false;
}

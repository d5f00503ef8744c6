import { formatNr } from "../damon/mod.ts";

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

/** What the text of a trace itself says of events that were lost. */
export class TraceLosses {
  /** Events lost, as far as they are counted. */
  count = 0;
  /** Chunks of them that perf lost, whose events nobody counts. */
  #chunks = 0;
  /** Those that the buffer had no room for any more, before the first one that is there. */
  #overrun = 0;

  /** Takes a line that is no event of DAMON; whether it tells of a loss between the lines around it. */
  push(bytes: Uint8Array, from: number, to: number): boolean {
    if (!mayTell(bytes, from, to)) return false;
    const line = decoder.decode(bytes.subarray(from, to));
    const entries = /^#\s*entries-in-buffer\/entries-written:\s*(\d+)\/(\d+)/.exec(line);
    if (entries) {
      this.#overrun += Math.max(0, Number(entries[2]) - Number(entries[1]));
      return false;
    }
    const chunks = /\blost (\d+) chunks/.exec(line);
    if (chunks) {
      this.#chunks += Number(chunks[1]);
      return true;
    }
    for (const loss of LOSSES) {
      const found = loss.exec(line);
      if (!found) continue;
      this.count += Number(found[1] ?? 1);
      return true;
    }
    return false;
  }

  /** A sentence without its end; `undefined` where nothing was lost. */
  toText(): string | undefined {
    const parts = [
      ...(this.count > 0 ? [`${formatNr(this.count)} events were lost`] : []),
      ...(this.#chunks > 0 ? [`${formatNr(this.#chunks)} chunks of events were lost`] : []),
      ...(this.#overrun > 0 ? [`${formatNr(this.#overrun)} events before its first were overwritten`] : []),
    ];
    return parts.length > 0 ? `its text says that ${parts.join(", ")}` : undefined;
  }
}

/** Whether `LOST`, `lost`, `DROPPED` or the count of entries may be in it: most lines are looked at no further. */
function mayTell(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at + 3 < to; at++) {
    const byte = bytes[at] & 0xdf;
    if (byte === 0x4c && (bytes[at + 1] & 0xdf) === 0x4f && (bytes[at + 2] & 0xdf) === 0x53) return true;
    if (byte === 0x44 && bytes[at + 1] === 0x52 && bytes[at + 2] === 0x4f) return true;
    if (bytes[at] === 0x69 && bytes[at + 1] === 0x6e && bytes[at + 2] === 0x2d && bytes[at + 3] === 0x62) return true;
  }
  return false;
}

import type { TraceLine } from "./line.ts";

const HASH = 0x23;
/** Lines that are looked at. */
const MOST_LINES = 10_000;
const decoder = new TextDecoder();

/** How lines read that stand for events and say nothing of them, and what prints them. */
const EMPTY: readonly [RegExp, string][] = [
  [
    /^\s*\d+ \d+ \d+ type: \d+/,
    "its lines are of the kernel's options/raw, which prints no fields of events: print it again without (echo noraw > trace_options)",
  ],
  [
    /type: \d+\s*$/,
    "its lines are of the kernel's options/hex or options/bin, which print no fields of events: print it again without " +
    "(echo nohex nobin > trace_options)",
  ],
];

/** Why a text of a trace has no events that can be read, by what it has in their place. */
export class TraceMissing {
  #lines = 0;
  #hasBare = false;
  #hasFields = false;
  #first: string | undefined;
  /** A line that names the event and is none. */
  #named: string | undefined;

  /** Takes an event of DAMON. */
  event(line: TraceLine): void {
    if (this.#hasFields) return;
    if (line.number("end") > 0) this.#hasFields = true;
    else this.#hasBare ||= line.event === "damon_aggregated" || line.event === "damos_before_apply";
  }

  /** Takes a line that is no event. */
  other(bytes: Uint8Array, from: number, to: number): void {
    if (from === to || bytes[from] === HASH || this.#lines++ > MOST_LINES) return;
    const line = decoder.decode(bytes.subarray(from, Math.min(to, from + 300)));
    this.#first ??= line;
    if (line.includes("damon_aggregated")) this.#named ??= line;
  }

  /** The reason; `undefined` where there is no such one. */
  reason(): string | undefined {
    if (this.#hasBare && !this.#hasFields) {
      return "its events have no fields: print them too, as perf script -F +trace does";
    }
    const first = this.#first ?? "";
    const empty = EMPTY.find(([line]) => line.test(first))?.[1];
    if (empty !== undefined || this.#named === undefined) return empty;
    return "its lines name damon_aggregated and tell no single event, as a summary does: print the events, as perf script or " +
      "trace-cmd report does where it is not told to sum up";
  }
}

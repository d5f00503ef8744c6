import { ImpossibleError } from "../bytes/mod.ts";
import type { TraceLine } from "./line.ts";

/** Events that are looked at to tell what their times are. */
const ENOUGH = 64;

/**
 * Tells what the times of a trace are: times of a clock; differences from event to event, as `perf script --deltatime`
 * prints them, which are added up; or ticks of a clock whose length nobody says, which are refused.
 */
export class TraceClock {
  /** Whether times are differences; `undefined` while that is not known. */
  isDifference: boolean | undefined;
  #first = NaN;
  #last = NaN;
  /** Kdamond, target, count and begin of the region that was looked at last. */
  #region = "";
  #events = 0;
  #back = 0;
  #sumNs = 0;

  /** Looks at one event, before any is taken. @throws {ImpossibleError} where it has no time, or one in ticks. */
  look({ head, targetText, numbers }: TraceLine): void {
    if (!head.hasTime) {
      throw new ImpossibleError(
        "its events have no times: print them with the time, as perf script -F +time or with the kernel's " +
          "options/context-info does",
      );
    }
    if (head.isTicks) {
      throw new ImpossibleError(
        "its times are ticks of a clock (counter, x86-tsc, or raw), and nothing says how long one is: " +
          "trace by another clock, as trace-cmd record -C mono or echo mono > trace_clock do",
      );
    }
    const { timeNs } = head;
    if (Number.isNaN(this.#first)) this.#first = timeNs;
    if (timeNs < this.#last) this.#back++;
    // By a clock, a kdamond tells of a region again after an interval, and not at the same time.
    const region = `${head.pid}/${targetText}/${numbers[1]}/${numbers[2]}`;
    if (this.#first === 0 && timeNs === this.#last && region === this.#region) this.#back++;
    this.#last = timeNs;
    this.#region = region;
    if (++this.#events >= ENOUGH) this.settle();
  }

  /** Decides by what was looked at. */
  settle(): void {
    // A clock that begins at 0 goes on; differences begin at 0, and go back after each longer one.
    this.isDifference ??= this.#back > 0 && (this.#first === 0 || this.#back * 8 > this.#events);
  }

  /** The time of an event, ns. */
  timeOf(timeNs: number): number {
    if (!this.isDifference) return timeNs;
    return this.#sumNs += timeNs;
  }
}

const decoder = new TextDecoder();

/** The time in a line of any event, ns: where times are differences, those of all events count. 0 where there is none. */
export function differenceIn(bytes: Uint8Array, from: number, to: number): number {
  const found = /(?:^|\s)(\d+\.\d{6,9}):\s/.exec(decoder.decode(bytes.subarray(from, to)));
  return found ? Math.round(Number(found[1]) * 1e9) : 0;
}

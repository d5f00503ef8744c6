import type { Snapshot } from "../../damon/mod.ts";
import { ImpossibleError } from "../bytes/mod.ts";

/** Snapshots that are looked at before the first one is given. */
const ENOUGH = 8;
/** Times between snapshots that differ by more than this share of the longer one are not of one interval. */
const UNEVEN = 0.25;

/**
 * Looks whether the snapshots of a text without pids are of one kdamond. One kdamond's come at even times and begin at the same
 * address; an interval that is tuned, or events that are lost, change that now and then, and a second kdamond all the time.
 */
export class MixedKdamonds {
  readonly #held: Snapshot[] = [];
  readonly #targets = new Map<string, Target>();
  #snapshots = 0;

  /**
   * Takes what is whole, and gives what may go on: the first ones wait for each other.
   *
   * @throws {ImpossibleError} where they are of several.
   */
  push(snapshots: Snapshot[]): Snapshot[] {
    for (const snapshot of snapshots) this.#look(snapshot);
    this.#snapshots += snapshots.length;
    this.#held.push(...snapshots);
    return this.#snapshots >= ENOUGH ? this.#held.splice(0) : [];
  }

  /** What waits still. */
  finish(): Snapshot[] {
    return this.#held.splice(0);
  }

  #look({ kdamond, targetId, endNs, regions, scheme }: Snapshot): void {
    if (scheme !== undefined || regions.length === 0) return;
    const key = `${kdamond}/${targetId}`;
    let target = this.#targets.get(key);
    if (!target) this.#targets.set(key, target = new Target());
    target.push(endNs, regions.start[0]);
    if (!target.isMixed) return;
    const times = target.lastNs.map((ns) => Math.round(ns / 1e6)).join(", ");
    throw new ImpossibleError(
      `it has no pids, and its snapshots seem to be of several kdamonds (the last ones came after ${times} ms): ` +
        "print the pids too, as perf script -F +tid does",
    );
  }
}

class Target {
  /** The last three times between snapshots. */
  readonly lastNs: number[] = [];
  #endNs = NaN;
  /** Where the last two begin. */
  #starts = [NaN, NaN];
  #pairs = 0;
  #uneven = 0;
  #alternating = 0;

  push(endNs: number, start: number): void {
    const [before = NaN] = this.lastNs.slice(-1);
    const ns = endNs - this.#endNs;
    this.#endNs = endNs;
    if (ns > 0) this.lastNs.push(ns);
    if (this.lastNs.length > 3) this.lastNs.shift();
    const [last2, last] = this.#starts;
    this.#starts = [last, start];
    if (!(ns > 0) || Number.isNaN(before)) return;
    this.#pairs++;
    if (Math.abs(ns - before) > UNEVEN * Math.max(ns, before)) this.#uneven++;
    if (start === last2 && start !== last) this.#alternating++;
  }

  get isMixed(): boolean {
    return this.#pairs >= 5 && 3 * Math.max(this.#uneven, this.#alternating) >= 2 * this.#pairs;
  }
}

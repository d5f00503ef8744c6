import {
  AGE_UNKNOWN,
  byPid,
  formatNs,
  type Mappings,
  maxNrAccessesOf,
  type MemoryUsage,
  type Residency,
  type Snapshot,
} from "../../damon/mod.ts";
import { type Fold, GrowingTime, type RecordedTarget, type RecordStart, ResidentMemory } from "../record/mod.ts";

/** Lower bounds of the classes of access rate, share of samples; the first class is what was not accessed. */
const RATES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Upper bounds of the classes of idle time that have one, ns. */
export const IDLE_NS: readonly number[] = [1e9, 5e9, 30e9, 120e9, 600e9];

/** Names of the classes of access rate, in order. */
export const RATE_CLASSES: readonly string[] = [
  "not accessed",
  ...RATES.map((rate, i) => `${i === 0 ? ">0" : Math.round(rate * 100)} – ${Math.round((rate + 0.1) * 100)} %`),
];

/** Names of the classes of idle time, in order. */
export const IDLE_CLASSES: readonly string[] = [
  "accessed",
  ...IDLE_NS.map((ns, i) => `${i === 0 ? "0" : formatNs(IDLE_NS[i - 1])} – ${formatNs(ns)}`),
  `${formatNs(IDLE_NS[IDLE_NS.length - 1])} or more`,
  "unknown",
];

/** How much memory that was there was of which class of access rate and of idle time, in bins of time. */
export class MemoryClassesFold implements Fold {
  /** The bins. */
  readonly time: GrowingTime;
  /** Time for which there were snapshots of any target in each bin, ns. */
  readonly ns: Float64Array;
  /** bytes × ns of each class of access rate, in each bin. */
  readonly rates: readonly Float64Array[];
  /** bytes × ns of each class of idle time, in each bin. */
  readonly idle: readonly Float64Array[];
  readonly #rates = new Float64Array(RATE_CLASSES.length);
  readonly #idle = new Float64Array(IDLE_CLASSES.length);
  readonly #resident = new ResidentMemory();
  #coveredNs = -Infinity;

  /** `bins` is the most bins there are: an even number. */
  constructor(bins: number) {
    this.time = new GrowingTime(bins);
    this.ns = this.time.newRow();
    this.rates = RATE_CLASSES.map(() => this.time.newRow());
    this.idle = IDLE_CLASSES.map(() => this.time.newRow());
  }

  /** Takes what the addresses of a process are from now on. */
  mappings(mappings: Mappings): void {
    this.#resident.mappings(mappings);
  }

  /** Takes which memory of a process was there. */
  residency(residency: Residency): void {
    this.#resident.residency(residency);
  }

  /** Takes how large a process was. */
  usage(usage: MemoryUsage): void {
    this.#resident.usage(usage);
  }

  /** Takes the next snapshot. */
  snapshot(snapshot: Snapshot, target: RecordedTarget, { header }: RecordStart): void {
    const { length, nrAccesses, age } = snapshot.regions;
    const max = maxNrAccessesOf(snapshot);
    const aggrNs = snapshot.aggrUs * 1e3;
    const operations = byPid(header.kdamonds, snapshot.kdamond)?.contexts[0]?.operations;
    const resident = this.#resident.of(snapshot, target.pid, operations);
    for (let i = 0; i < length; i++) {
      const used = resident.usedBytes[i];
      const rest = resident.bytes[i] - used;
      if (used > 0) {
        // A share that is a bound belongs to the class below it: all samples are in the last one.
        this.#rates[Math.min(RATES.length, Math.max(1, Math.ceil(nrAccesses[i] / max * 10 - 1e-9)))] += used;
        this.#idle[0] += used;
      }
      this.#rates[0] += rest;
      // How long the rest of a region that was accessed in part has been idle: at least in this interval.
      const intervals = nrAccesses[i] > 0 ? 0 : age[i];
      if (intervals === AGE_UNKNOWN) this.#idle[IDLE_CLASSES.length - 1] += rest;
      else {
        const ns = (intervals + 1) * aggrNs;
        let at = 0;
        while (at < IDLE_NS.length && ns >= IDLE_NS[at]) at++;
        this.#idle[at + 1] += rest;
      }
    }
    this.time.spread(snapshot.startNs, snapshot.endNs, (bin, ns) => {
      this.#rates.forEach((bytes, at) => this.rates[at][bin] += bytes * ns);
      this.#idle.forEach((bytes, at) => this.idle[at][bin] += bytes * ns);
    });
    this.#rates.fill(0);
    this.#idle.fill(0);
    // Memory of several targets adds up, the time that it was so does not.
    const from = Math.max(snapshot.startNs, this.#coveredNs);
    if (from < snapshot.endNs) this.time.spread(from, snapshot.endNs, (bin, ns) => this.ns[bin] += ns);
    this.#coveredNs = Math.max(this.#coveredNs, snapshot.endNs);
  }
}

import { AGE_UNKNOWN, Regions, type Snapshot } from "../../damon/mod.ts";
import { guessIntervals } from "../header/mod.ts";
import { ImpossibleError } from "../bytes/mod.ts";
import type { TraceLine } from "./line.ts";

/** The snapshot of a kdamond, or of one of its schemes, that is being put together. */
interface Open {
  targetId: bigint;
  targetText: string;
  timeNs: number;
  /** Of the region that came last. */
  lastNs: number;
  /** A region that comes so long after the one before it is of another snapshot. */
  apartNs: number;
  nrRegions: number;
  have: number;
  start: Float64Array;
  end: Float64Array;
  nrAccesses: Uint32Array;
  age: Uint32Array;
}

/** Share of an aggregation interval that lies between regions of two snapshots, and never between two of one. */
const SAME_SNAPSHOT = 0.8;

/** What is known of one target of a kdamond. */
interface Target {
  lastEndNs: number;
  /** The first snapshot, until it is known how long it took. */
  first: Snapshot | undefined;
  sampleUs: number;
  aggrUs: number;
  /** Whether events were lost since its last snapshot: the next one did not last from there. */
  hasGap: boolean;
}

/** The intervals that a trace was made with, where something says. */
export type KnownIntervals = { sampleUs: number; aggrUs: number } | undefined;

/**
 * Puts snapshots together from the lines of a trace. A snapshot is `nr_regions` lines of one target in ascending order;
 * where fewer came it is left out, and counted. It ends at the time of its first line, and began where the one before it
 * ended; the first one of a target is taken to be as long as the second.
 */
export class TraceSnapshots {
  /** Snapshots of which some lines are missing. */
  torn = 0;
  /** Lines of regions. */
  events = 0;
  readonly #known: KnownIntervals;
  readonly #open = new Map<number, Open>();
  readonly #applied = new Map<string, { open: Open; scheme: number; kdamond: number }>();
  readonly #targets = new Map<string, Target>();
  /** Sampling intervals that the kernel tuned, by kdamond. */
  readonly #tunedUs = new Map<number, number>();
  #hasAggregated = false;

  constructor(known: KnownIntervals) {
    this.#known = known;
  }

  /** Takes one line; the snapshots that are whole by it go to `into`. */
  push(line: TraceLine, into: Snapshot[]): void {
    switch (line.event) {
      case "damon_aggregated":
      case "damon_region_aggregated":
      case "damon_aggregated_v2":
        if (isWhole(line)) this.#aggregated(line, into);
        return;
      case "damos_before_apply":
        if (isWhole(line) && !this.#hasAggregated) this.#beforeApply(line, into);
        return;
      case "damon_monitor_intervals_tune":
        if (line.number("sample_us") > 0) this.#tunedUs.set(line.pid, line.number("sample_us"));
    }
  }

  /** Events were lost here: whatever is being put together is not whole. */
  lose(): void {
    for (const open of this.#open.values()) {
      if (open.have > 0) this.torn++;
      open.have = 0;
    }
    for (const target of this.#targets.values()) target.hasGap = true;
  }

  /** Gives what was held back. */
  finish(into: Snapshot[]): void {
    for (const open of this.#open.values()) {
      // The last one of a trace is cut off where tracing stopped.
      if (open.have > 0) this.torn++;
      open.have = 0;
    }
    for (const { open, scheme, kdamond } of this.#applied.values()) this.#close(kdamond, open, into, scheme);
    for (const target of this.#targets.values()) {
      if (target.first) {
        if (target.aggrUs === 0) Object.assign(target, guessIntervals(NaN));
        into.push(lasting(target.first, NaN, target));
      }
      target.first = undefined;
    }
  }

  #aggregated(line: TraceLine, into: Snapshot[]): void {
    const { pid } = line;
    if (line.number("nr_accesses") < 0) {
      this.#endOfOnly(line, into);
      return;
    }
    this.events++;
    this.#hasAggregated = true;
    const [nrRegions, start, end] = [line.number("nr_regions"), line.number("start"), line.number("end")];
    // damon_region_aggregated comes beside damon_aggregated, for the same region.
    if (line.event !== "damon_aggregated" && this.#isRepeated(pid, start)) return;
    let open = this.#open.get(pid);
    if (!open) this.#open.set(pid, open = emptyOpen());
    if (open.have > 0) {
      const isNext = line.number("target_id") === Number(open.targetId) && nrRegions === open.nrRegions &&
        start >= open.end[open.have - 1] && line.timeNs - open.lastNs < open.apartNs;
      if (!isNext) {
        this.torn++;
        open.have = 0;
        for (const [key, target] of this.#targets) if (key.startsWith(`${pid}/`)) target.hasGap = true;
      }
    }
    if (open.have === 0) {
      begin(open, line, nrRegions);
      open.apartNs = this.#apartNs(pid, open);
    }
    open.lastNs = line.timeNs;
    put(open, start, end, line.number("nr_accesses"), ageOf(line));
    if (open.have === nrRegions) this.#close(pid, open, into);
  }

  /**
   * Where a region comes about an interval after the one before it, the rest of a snapshot and the begin of the next one were lost, and
   * what is left looks like one: the kernel writes the regions of a snapshot one right after the other.
   */
  #apartNs(pid: number, { targetId }: Open): number {
    const target = this.#targets.get(`${pid}/${targetId}/`);
    if (target === undefined || target.aggrUs === 0) return Infinity;
    return SAME_SNAPSHOT * this.#tuned(pid, target).aggrUs * 1e3;
  }

  #isRepeated(pid: number, start: number): boolean {
    const open = this.#open.get(pid);
    return open !== undefined && open.have > 0 && open.start[open.have - 1] === start;
  }

  #beforeApply(line: TraceLine, into: Snapshot[]): void {
    const { pid } = line;
    this.events++;
    const [scheme, start] = [line.number("scheme_idx"), line.number("start")];
    const key = `${pid}/${scheme}/${line.number("target_idx")}`;
    let one = this.#applied.get(key);
    if (!one) this.#applied.set(key, one = { open: emptyOpen(), scheme, kdamond: pid });
    const { open } = one;
    // A scheme skips what does not match: its pass ends where addresses begin anew.
    if (open.have > 0 && start < open.end[open.have - 1]) this.#close(pid, open, into, scheme);
    if (open.have === 0) begin(open, line, line.number("nr_regions"));
    put(open, start, line.number("end"), line.number("nr_accesses"), ageOf(line));
    if (open.have === open.nrRegions) this.#close(pid, open, into, scheme);
  }

  #close(kdamond: number, open: Open, into: Snapshot[], scheme?: number): void {
    const { have, timeNs: endNs, targetId } = open;
    open.have = 0;
    if (have === 0) return;
    const key = `${kdamond}/${targetId}/${scheme ?? ""}`;
    let target = this.#targets.get(key);
    if (!target) {
      this.#targets.set(
        key,
        target = { lastEndNs: NaN, first: undefined, hasGap: false, ...(this.#known ?? { sampleUs: 0, aggrUs: 0 }) },
      );
    }
    if (target.aggrUs === 0 && endNs > target.lastEndNs && !target.hasGap) {
      Object.assign(target, guessIntervals(endNs - target.lastEndNs));
    }
    const { sampleUs, aggrUs } = this.#tuned(kdamond, target);
    const snapshot: Snapshot = {
      kdamond,
      targetId,
      startNs: target.hasGap && aggrUs > 0 ? Math.max(target.lastEndNs, endNs - aggrUs * 1e3) : target.lastEndNs,
      endNs,
      sampleUs,
      aggrUs,
      regions: new Regions(
        open.start.slice(0, have),
        open.end.slice(0, have),
        open.nrAccesses.slice(0, have),
        open.age.slice(0, have),
      ),
      ...(scheme !== undefined && { scheme: { index: scheme } }),
    };
    target.hasGap = false;
    if (Number.isNaN(target.lastEndNs)) {
      target.first = snapshot;
      target.lastEndNs = endNs;
      return;
    }
    if (target.first?.endNs === endNs) {
      target.first = undefined;
      throw new ImpossibleError(
        `two snapshots in it have the same time (${
          endNs / 1e9
        } s): its clock is too coarse, or counts something else than ` +
          "seconds (counter, uptime); trace by another one, as trace-cmd record -C mono or echo mono > trace_clock do",
      );
    }
    if (target.first) {
      into.push(lasting(target.first, endNs - target.first.endNs, target));
      target.first = undefined;
    }
    // Two that came at once: as long as it can be told.
    into.push(endNs > target.lastEndNs ? snapshot : { ...snapshot, startNs: endNs - aggrUs * 1e3 });
    // One that came late is left out by who checks the record: the next one did not last from the one before it.
    target.hasGap = endNs < target.lastEndNs;
    target.lastEndNs = Math.max(endNs, target.lastEndNs);
  }

  /** A snapshot that no kernel sees: the Python damo ends a record of one snapshot so, to say how long that took. */
  #endOfOnly({ pid, timeNs }: TraceLine, into: Snapshot[]): void {
    for (const { open, scheme, kdamond } of this.#applied.values()) {
      if (kdamond === pid) this.#close(kdamond, open, into, scheme);
    }
    for (const [key, target] of this.#targets) {
      if (!target.first || !key.startsWith(`${pid}/`)) continue;
      const ns = timeNs - target.first.endNs;
      if (target.aggrUs === 0) Object.assign(target, guessIntervals(ns));
      target.first = lasting(target.first, ns, target);
    }
  }

  #tuned(kdamond: number, { sampleUs, aggrUs }: Target): { sampleUs: number; aggrUs: number } {
    const tuned = this.#tunedUs.get(kdamond);
    return tuned === undefined
      ? { sampleUs, aggrUs }
      : { sampleUs: tuned, aggrUs: tuned * (sampleUs > 0 ? aggrUs / sampleUs : 20) };
  }
}

/** The first snapshot of a target, once it is known how long one takes; alone it takes DAMON's default. */
function lasting(first: Snapshot, ns: number, { sampleUs, aggrUs }: Target): Snapshot {
  return {
    ...first,
    startNs: Number.isNaN(first.startNs) ? first.endNs - (ns > 0 ? ns : aggrUs * 1e3) : first.startNs,
    sampleUs: first.sampleUs || sampleUs,
    aggrUs: first.aggrUs || aggrUs,
  };
}

function emptyOpen(): Open {
  return {
    targetId: 0n,
    targetText: "",
    timeNs: 0,
    lastNs: 0,
    apartNs: Infinity,
    nrRegions: 0,
    have: 0,
    start: new Float64Array(64),
    end: new Float64Array(64),
    nrAccesses: new Uint32Array(64),
    age: new Uint32Array(64),
  };
}

/** Whether all that a region needs is there; who names fields leaves out those that are 0. */
function isWhole(line: TraceLine): boolean {
  return line.number("end") > 0 || line.number("nr_accesses") < 0;
}

function ageOf(line: TraceLine): number {
  const age = line.number("age");
  return Number.isNaN(age) ? AGE_UNKNOWN : age;
}

function begin(open: Open, line: TraceLine, nrRegions: number): void {
  const text = line.targetText;
  if (text !== open.targetText) {
    open.targetText = text;
    open.targetId = BigInt.asUintN(64, BigInt(text));
  }
  open.timeNs = line.timeNs;
  open.nrRegions = nrRegions;
}

function put(open: Open, start: number, end: number, nrAccesses: number, age: number): void {
  if (open.have === open.start.length) grow(open);
  const at = open.have++;
  open.start[at] = start;
  open.end[at] = end;
  open.nrAccesses[at] = nrAccesses;
  open.age[at] = age;
}

function grow(open: Open): void {
  const length = open.start.length * 2;
  const [start, end] = [new Float64Array(length), new Float64Array(length)];
  const [nrAccesses, age] = [new Uint32Array(length), new Uint32Array(length)];
  start.set(open.start);
  end.set(open.end);
  nrAccesses.set(open.nrAccesses);
  age.set(open.age);
  Object.assign(open, { start, end, nrAccesses, age });
}

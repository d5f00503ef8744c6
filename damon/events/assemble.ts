import { Arena } from "./arena.ts";
import { EVENT, EVENT_WORDS, type EventBatch, EventKind } from "./event.ts";
import { type Intervals, Regions, type Snapshot } from "../model/mod.ts";
import {
  bigintAt,
  decodeSchemeApplied,
  decodeSchemeQuota,
  type IntervalsTuned,
  type SchemeApplied,
  type SchemeQuota,
  u64At,
} from "./scheme_event.ts";

/** What comes out of an {@linkcode Assembler}, in the order of the events. */
export type AssembledItem =
  | { kind: "snapshot"; snapshot: Snapshot }
  | { kind: "intervals"; intervals: IntervalsTuned }
  | { kind: "applied"; applied: SchemeApplied }
  | { kind: "quota"; quota: SchemeQuota };

/** What an {@linkcode Assembler} must be told. */
export interface AssemblerOptions {
  /** The intervals that a kdamond was configured with. */
  intervalsOf: (kdamond: number) => Pick<Intervals, "sampleUs" | "aggrUs"> | undefined;
  /** Bytes that one unit of a kdamond's addresses stands for; 1 where absent. */
  addrUnitOf?: (kdamond: number) => number;
  /** How many probes of attributes a kdamond has, at most {@linkcode MOST_PROBES} of them are looked at; 0 where absent. */
  nrProbesOf?: (kdamond: number) => number;
}

/** An event has room for the hits of so many probes; the kernel has no more either. */
export const MOST_PROBES = 4;

/** The last whole snapshot of a target. */
interface Last {
  endNs: number;
  /** Events of its kdamond that were lost by then. */
  lost: number;
}

/** The snapshot of a kdamond that is being put together; a kdamond sends one after the other. */
interface Stream {
  readonly kdamond: number;
  sampleUs: number;
  /** Samples in an aggregation: it stays as it is when DAMON tunes the intervals. */
  samples: number;
  aggrUs: number;
  readonly addrUnit: number;
  readonly nrProbes: number;
  readonly last: Map<bigint, Last>;
  /** The `seq` of the next event if none is lost. */
  next: number;
  lost: number;
  /** `seq` of the first event of the open snapshot; -1 where none is open. */
  first: number;
  /** Some of its events were lost: it will not be delivered, and has been counted. */
  isTorn: boolean;
  have: number;
  targetId: bigint;
  timeNs: number;
  tunedUs: number;
  regions: Regions;
  /** Empty where there are no probes. */
  probeHits: Uint32Array;
}

const NO_REGIONS = Regions.alloc(0);
const NO_HITS = new Uint32Array();

/**
 * Puts snapshots together from events, under any loss: a snapshot is delivered if, and only if, each of its events has
 * come. It knows by the `seq` that the kernel side takes before it looks for room in the ring, and by each event's
 * position in its snapshot.
 *
 * A snapshot's `endNs` is the time of its first event. Its `startNs` is the `endNs` of the snapshot of the same target
 * before it; where there is none, or events were lost in between, one aggregation interval before `endNs`.
 *
 * @example
 * ```ts
 * import { Assembler } from "./assemble.ts";
 * const assembler = new Assembler({ intervalsOf: () => ({ sampleUs: 5_000, aggrUs: 100_000 }) });
 * for (const item of assembler.push({ length: 0, words: new Uint32Array() })) item.kind;
 * ```
 */
export class Assembler {
  /** Snapshots of which some events came and some were lost; they are left out. */
  torn = 0;
  /** Events known to be lost, by the gaps between those that came. */
  lost = 0;
  readonly #intervalsOf: AssemblerOptions["intervalsOf"];
  readonly #addrUnitOf: AssemblerOptions["addrUnitOf"];
  readonly #nrProbesOf: AssemblerOptions["nrProbesOf"];
  readonly #streams = new Map<number, Stream>();
  readonly #arena = new Arena();

  /** Knows no kdamond yet: they come with their events. */
  constructor(options: AssemblerOptions) {
    this.#intervalsOf = options.intervalsOf;
    this.#addrUnitOf = options.addrUnitOf;
    this.#nrProbesOf = options.nrProbesOf;
  }

  /** Takes note that somebody changed a kdamond's intervals: snapshots that end from now on were made with them. */
  retune(kdamond: number, { sampleUs, aggrUs }: Pick<Intervals, "sampleUs" | "aggrUs">): void {
    const stream = this.#streams.get(kdamond);
    if (stream) Object.assign(stream, { sampleUs, aggrUs, samples: Math.max(1, Math.floor(aggrUs / sampleUs)) });
  }

  /**
   * Takes a batch, wherever it was cut, and returns what has become whole by it. Nothing in the result refers to the
   * batch.
   *
   * @throws {RangeError} for events of a kdamond whose intervals are not known.
   */
  push(batch: EventBatch): AssembledItem[] {
    const items: AssembledItem[] = [];
    const { words } = batch;
    const end = batch.length * EVENT_WORDS;
    let stream: Stream | undefined;
    for (let at = 0; at < end;) {
      const kdamond = words[at + EVENT.kdamond];
      if (stream?.kdamond !== kdamond) stream = this.#streamOf(kdamond);
      const gap = this.#follow(stream, words, at);
      if (words[at + EVENT.kind] !== EventKind.aggregated) {
        if (gap > 0) this.#tear(stream);
        const item = this.#decodeOther(stream, words, at);
        if (item) items.push(item);
        at += EVENT_WORDS;
        continue;
      }
      this.#locate(stream, words, at, gap);
      if (stream.isTorn) {
        at += EVENT_WORDS;
        continue;
      }
      at = fill(stream, words, at, end);
      if (stream.have === stream.regions.length) items.push({ kind: "snapshot", snapshot: close(stream) });
    }
    return items;
  }

  /** Counts the open snapshots as torn: to be called when no more events will come. */
  finish(): void {
    for (const stream of this.#streams.values()) this.#tear(stream);
  }

  #streamOf(kdamond: number): Stream {
    let stream = this.#streams.get(kdamond);
    if (stream) return stream;
    const intervals = this.#intervalsOf(kdamond);
    if (!intervals) throw new RangeError(`An event of an unknown kdamond: its pid is ${kdamond}`);
    const { sampleUs, aggrUs } = intervals;
    stream = {
      kdamond,
      sampleUs,
      aggrUs,
      samples: Math.max(1, Math.floor(aggrUs / sampleUs)),
      addrUnit: this.#addrUnitOf?.(kdamond) ?? 1,
      nrProbes: Math.min(MOST_PROBES, this.#nrProbesOf?.(kdamond) ?? 0),
      last: new Map(),
      next: 0,
      lost: 0,
      first: -1,
      isTorn: false,
      have: 0,
      targetId: 0n,
      timeNs: 0,
      tunedUs: 0,
      regions: NO_REGIONS,
      probeHits: NO_HITS,
    };
    this.#streams.set(kdamond, stream);
    return stream;
  }

  /** Takes the event's `seq`; returns how many events before it were lost. */
  #follow(stream: Stream, words: Uint32Array, at: number): number {
    const seq = u64At(words, at + EVENT.seq);
    const gap = seq - stream.next;
    stream.next = seq + 1;
    if (gap > 0) {
      stream.lost += gap;
      this.lost += gap;
    }
    return gap;
  }

  /** Makes the snapshot of the event at `at` the open one. */
  #locate(stream: Stream, words: Uint32Array, at: number, gap: number): void {
    const position = words[at + EVENT.position];
    const first = stream.next - 1 - position;
    if (gap > 0) this.#tear(stream);
    if (first === stream.first) return;
    // One that was left open without a loss began before it was watched: it is no loss of ours.
    stream.first = first;
    stream.have = 0;
    stream.isTorn = position > 0;
    if (stream.isTorn) {
      this.torn++;
      return;
    }
    stream.targetId = bigintAt(words, at + EVENT.targetId);
    stream.timeNs = u64At(words, at + EVENT.timeNs);
    stream.tunedUs = words[at + EVENT.sampleUs];
    stream.regions = this.#arena.alloc(words[at + EVENT.nrRegions]);
    if (stream.nrProbes > 0) stream.probeHits = new Uint32Array(stream.regions.length * stream.nrProbes);
  }

  #tear(stream: Stream): void {
    if (stream.first < 0 || stream.isTorn) return;
    stream.isTorn = true;
    this.torn++;
  }

  #decodeOther(stream: Stream, words: Uint32Array, at: number): AssembledItem | undefined {
    switch (words[at + EVENT.kind]) {
      case EventKind.intervalsTuned: {
        const { kdamond, samples } = stream;
        const sampleUs = words[at + EVENT.sampleUs];
        const timeNs = u64At(words, at + EVENT.timeNs);
        return { kind: "intervals", intervals: { kdamond, timeNs, sampleUs, aggrUs: sampleUs * samples } };
      }
      case EventKind.schemeApplied:
        return { kind: "applied", applied: decodeSchemeApplied(words, at) };
      case EventKind.schemeQuota:
        return { kind: "quota", quota: decodeSchemeQuota(words, at) };
    }
    return undefined;
  }
}

/** Takes the event at `at`, and those that follow it in the same snapshot; returns the word after them. The hot loop. */
function fill(stream: Stream, words: Uint32Array, at: number, end: number): number {
  const { kdamond, regions: { start, end: ends, nrAccesses, age } } = stream;
  const length = start.length;
  let have = stream.have;
  let low = words[at + EVENT.seq];
  const high = words[at + EVENT.seq + 1];
  const begin = at;
  do {
    start[have] = words[at + EVENT.start] + words[at + EVENT.start + 1] * 0x1_0000_0000;
    ends[have] = words[at + EVENT.end] + words[at + EVENT.end + 1] * 0x1_0000_0000;
    nrAccesses[have] = words[at + EVENT.nrAccesses];
    age[have] = words[at + EVENT.age];
    have++;
    low++;
    at += EVENT_WORDS;
    // What is not the very next event of this snapshot, or only might not be, takes the long way.
  } while (
    at < end && have < length && words[at + EVENT.seq] === low && words[at + EVENT.seq + 1] === high &&
    words[at + EVENT.kdamond] === kdamond && words[at + EVENT.kind] === EventKind.aggregated &&
    words[at + EVENT.position] === have
  );
  if (stream.nrProbes > 0) fillHits(stream, words, begin, at);
  stream.have = have;
  stream.next += (at - begin) / EVENT_WORDS - 1;
  return at;
}

/** Takes the hits of the same events. */
function fillHits({ nrProbes, probeHits, have }: Stream, words: Uint32Array, from: number, to: number): void {
  let i = have * nrProbes;
  for (let at = from; at < to; at += EVENT_WORDS) {
    for (let probe = 0; probe < nrProbes; probe++) probeHits[i++] = words[at + EVENT.detail] >>> probe * 8 & 0xff;
  }
}

/** The whole snapshot; no one is open after it. */
function close(stream: Stream): Snapshot {
  const { kdamond, targetId, timeNs: endNs, tunedUs, regions, probeHits, last, lost, addrUnit } = stream;
  if (addrUnit !== 1) {
    for (let i = 0; i < regions.length; i++) {
      regions.start[i] *= addrUnit;
      regions.end[i] *= addrUnit;
    }
  }
  const sampleUs = tunedUs || stream.sampleUs;
  const aggrUs = tunedUs ? tunedUs * stream.samples : stream.aggrUs;
  const before = last.get(targetId);
  const isAdjacent = before !== undefined && before.lost === lost && before.endNs < endNs;
  const startNs = isAdjacent ? before.endNs : endNs - aggrUs * 1000;
  last.set(targetId, { endNs, lost });
  stream.first = -1;
  stream.have = 0;
  stream.regions = NO_REGIONS;
  stream.probeHits = NO_HITS;
  const hits = stream.nrProbes > 0 ? { probeHits } : {};
  return { kdamond, targetId, startNs, endNs, sampleUs, aggrUs, regions, ...hits };
}

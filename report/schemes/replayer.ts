import {
  type AddressRange,
  AGE_UNKNOWN,
  type Context,
  maxNrAccessesOf,
  type Scheme,
  type Snapshot,
  type TargetKey,
} from "../../damon/mod.ts";
import { UncertainRefaults } from "../fidelity/mod.ts";
import {
  bytesOf,
  type GrowingTime,
  intersect,
  type NamedRange,
  type RecordedTarget,
  residentBytesIn,
  type ResidentPiece,
  subtract,
  unite,
} from "../record/mod.ts";
import { type MappingKinds, SchemeFilters } from "./filters.ts";
import { patternIn, type RecordPattern } from "./pattern.ts";
import { MOST_PRIORITY, priorityOf } from "./priority.ts";
import { QuotaState } from "./quota.ts";

/** What a scheme would have done to all that has one name. */
export interface MappingReplay {
  /** Whose it is. */
  target: RecordedTarget;
  /** Its name; empty where the record does not say. */
  name: string;
  /** As {@linkcode SchemeReplay.triedBytes}. */
  triedBytes: number;
  /** As {@linkcode SchemeReplay.distinctBytes}. */
  distinctBytes: number;
}

/** What one scheme would have done in the time of a record. */
export interface SchemeReplay {
  /** The scheme. */
  scheme: Scheme;
  /** Its index in its context. */
  index: number;
  /** Snapshots in which it would have looked. */
  looks: number;
  /** Of them those in which something matched. */
  hits: number;
  /** Bytes that fit its pattern in these snapshots, added up: as if nothing were done to them. */
  matchedBytes: number;
  /** Regions that it would have tried, as the kernel counts them. */
  triedRegions: number;
  /** Bytes of them: ages start anew where it acted, and a quota bounds it. Added up, what is tried again counts again. */
  triedBytes: number;
  /** Of the tried bytes those that pass the filters of pages. */
  passedBytes: number;
  /** Of the tried bytes those of which a record cannot tell whether they pass. */
  unknownBytes: number;
  /** The same of what was in memory, as far as the record tells, with each page counted once until it is accessed again. */
  distinctBytes: number;
  /**
   * Bytes that were accessed again after it acted on them: what it would have cost. A region counts whole that was hit in any
   * sample, unless a hot part of it that explains the hits shows soon after, or a hot region lies beside it and it was hit in few.
   */
  returnedBytes: number;
  /** The most bytes at once on which it had acted and that were not accessed since. */
  mostHeldBytes: number;
  /** The same at the record's end. */
  heldBytes: number;
  /** The most that was tried in one snapshot. */
  mostTriedBytes: number;
  /** Times that its quota was used up. */
  exceeds: number;
  /** The largest first. */
  mappings: MappingReplay[];
  /** Bytes tried in each bin of time. */
  triedOverTime: number[];
  /** Mean of the bytes held in each bin; `undefined` where nothing was monitored. */
  heldOverTime: (number | undefined)[];
  /** What the figures leave out, or take as known that is not. A sentence each, without its full stop. */
  notes: string[];
}

/** A region, or what is left of it, with its age as it would be had the schemes acted. */
export interface ReplayPiece extends AddressRange {
  /** The region that it is of. */
  region: AddressRange;
  /** As the record has it. */
  nrAccesses: number;
  /** As the record has it. */
  recordedAge: number;
  /** In aggregation intervals. */
  age: number;
}

/** The name of addresses that DAMON watches and where nothing is mapped, in a record that says what is. */
export const NOT_MAPPED = "not mapped";

/** Where a scheme is in time, for one target. */
interface Pace {
  nextUs: number;
  looks: number;
}

/** What one scheme would do, snapshot by snapshot. */
export class SchemeReplayer {
  /** On what it has acted that was not accessed since, by target. */
  readonly held = new Map<TargetKey, AddressRange[]>();
  /** Whether the record lacks the ages that it asks for. */
  isAgeUnknown = false;
  readonly #sums = {
    ...{ looks: 0, hits: 0, matchedBytes: 0, triedRegions: 0, triedBytes: 0, passedBytes: 0, unknownBytes: 0 },
    ...{ distinctBytes: 0, returnedBytes: 0, mostHeldBytes: 0, mostTriedBytes: 0 },
  };
  readonly #heldBytesOf = new Map<TargetKey, number>();
  readonly #filters: SchemeFilters;
  readonly #quotas = new Map<number, QuotaState>();
  readonly #patterns = new Map<string, RecordPattern>();
  readonly #paces = new Map<TargetKey, Pace>();
  readonly #mappings = new Map<string, MappingReplay>();
  readonly #doubts = new Map<TargetKey, UncertainRefaults>();
  readonly #time: GrowingTime;
  readonly #tried: Float64Array;
  readonly #heldNs: Float64Array;
  #pattern!: RecordPattern;
  #quota!: QuotaState;

  constructor(
    readonly scheme: Scheme,
    readonly index: number,
    readonly context: Context,
    kinds: MappingKinds,
    time: GrowingTime,
  ) {
    this.#filters = new SchemeFilters(scheme, context.operations, kinds);
    this.#time = time;
    this.#tried = time.newRow();
    this.#heldNs = time.newRow();
  }

  /** As {@linkcode SchemeReplay.hits}, so far. */
  get hits(): number {
    return this.#sums.hits;
  }

  /** What was accessed since is no longer as the scheme left it, and what is not monitored any more is gone. */
  giveBack(
    key: TargetKey,
    snapshot: Snapshot,
    pieces: readonly ReplayPiece[],
    resident: readonly ResidentPiece[],
  ): void {
    const held = this.held.get(key);
    if (!held) return;
    const most = maxNrAccessesOf(snapshot);
    const doubts = this.#doubts.get(key) ?? new UncertainRefaults();
    this.#doubts.set(key, doubts);
    const idle = pieces.filter(({ nrAccesses }) => nrAccesses === 0);
    const kept = subtract(doubts.settle(pieces, most), held);
    for (const piece of pieces) {
      if (piece.nrAccesses === 0) continue;
      const returned = intersect(held, [piece]);
      this.#sums.returnedBytes += residentBytesIn(returned, resident);
      if (piece.nrAccesses < most) doubts.add(piece.region, piece.nrAccesses, returned);
    }
    this.#sums.returnedBytes -= residentBytesIn(kept, resident);
    this.held.set(key, unite(intersect(held, idle), kept));
  }

  /** Whether its time has come with this snapshot of the target; `nowUs` is the time as DAMON counts it, in samples. */
  isDue(key: TargetKey, { sampleUs, aggrUs }: Snapshot, nowUs: number): boolean {
    const { applyIntervalUs = 0, maxNrSnapshots = 0 } = this.scheme;
    const applyUs = Math.max(aggrUs, applyIntervalUs);
    const pace = this.#paces.get(key) ?? { nextUs: nowUs - aggrUs + applyUs, looks: 0 };
    this.#paces.set(key, pace);
    if (maxNrSnapshots > 0 && pace.looks >= maxNrSnapshots) return false;
    const end = nowUs + sampleUs / 2;
    if (end < pace.nextUs) return false;
    pace.nextUs = Math.max(pace.nextUs + applyUs, end);
    pace.looks++;
    return true;
  }

  /** Before it looks: how much matches, and where its quota is. */
  begin(key: TargetKey, snapshot: Snapshot, pieces: readonly ReplayPiece[]): void {
    this.#sums.looks++;
    const quota = this.#quotas.get(snapshot.kdamond) ?? new QuotaState(this.scheme);
    this.#quotas.set(snapshot.kdamond, this.#quota = quota);
    const pattern = this.#pattern = this.#patternFor(snapshot);
    const histogram = new Float64Array(MOST_PRIORITY + 1);
    for (const piece of pieces) {
      const bytes = piece.end - piece.start;
      if (fits(pattern, piece, piece.recordedAge)) this.#sums.matchedBytes += bytes;
      if (fits(pattern, piece, piece.age)) histogram[this.#priorityOf(piece, snapshot)] += bytes;
      if (piece.recordedAge === AGE_UNKNOWN && pattern.hasAge) this.isAgeUnknown = true;
    }
    quota.look(key, snapshot.endNs, histogram);
  }

  /** What it tries of a piece: all of it, parts, or nothing. `isLast` says that no piece of the target follows. */
  tries(
    piece: ReplayPiece,
    key: TargetKey,
    snapshot: Snapshot,
    target: RecordedTarget,
    isLast: boolean,
  ): AddressRange[] {
    const quota = this.#quota;
    const start = quota.startIn(key, piece.start, piece.end, isLast);
    if (start === undefined || !fits(this.#pattern, piece, piece.age)) return [];
    if (!quota.admits(this.#priorityOf(piece, snapshot))) return [];
    const tried: AddressRange[] = [];
    const rest = { start, end: piece.end };
    for (const part of this.#filters.judge(rest, target.index, target.pid, piece.nrAccesses > 0)) {
      const bytes = quota.allows(part.end - part.start);
      if (bytes === 0) break;
      quota.charge(bytes, key, part.start + bytes);
      tried.push({ start: part.start, end: part.start + bytes });
      if (part.verdict === "passed") this.#sums.passedBytes += bytes;
      else if (part.verdict === "unknown") this.#sums.unknownBytes += bytes;
    }
    if (tried.length > 0) this.#sums.triedRegions++;
    return tried;
  }

  /** After each snapshot, with what it tried in it. */
  count(
    key: TargetKey,
    { startNs, endNs }: Snapshot,
    target: RecordedTarget,
    mapped: readonly NamedRange[] | undefined,
    tried: readonly AddressRange[],
    resident: readonly ResidentPiece[],
  ): void {
    const sums = this.#sums;
    const before = this.held.get(key) ?? [];
    const fresh = subtract(mapped ? intersect(tried, mapped) : tried, before);
    this.held.set(key, unite(before, fresh));
    const bytes = bytesOf(tried);
    if (bytes > 0) sums.hits++;
    sums.triedBytes += bytes;
    sums.distinctBytes += residentBytesIn(fresh, resident);
    sums.mostTriedBytes = Math.max(sums.mostTriedBytes, bytes);
    const heldBytes = residentBytesIn(this.held.get(key)!, resident);
    this.#heldBytesOf.set(key, heldBytes);
    sums.mostHeldBytes = Math.max(sums.mostHeldBytes, this.#heldBytes());
    this.#time.spread(startNs, endNs, (bin, ns) => {
      this.#heldNs[bin] += heldBytes * ns;
      this.#tried[bin] += bytes * ns / (endNs - startNs);
    });
    this.#countNames(target, mapped, tried, "triedBytes", bytesOf);
    this.#countNames(target, mapped, fresh, "distinctBytes", (ranges) => residentBytesIn(ranges, resident));
  }

  /** What it came to; `ns` is the time in each bin for which there were snapshots, `notes` what is to be said. */
  result(bins: number, ns: Float64Array, notes: string[]): SchemeReplay {
    const held = this.#heldNs;
    return {
      scheme: this.scheme,
      index: this.index,
      ...this.#sums,
      exceeds: [...this.#quotas.values()].reduce((sum, { exceeds }) => sum + exceeds, 0),
      heldBytes: this.#heldBytes(),
      mappings: [...this.#mappings.values()].sort((a, b) => b.distinctBytes - a.distinctBytes),
      triedOverTime: [...this.#tried.subarray(0, bins)],
      heldOverTime: Array.from({ length: bins }, (_, bin) => ns[bin] > 0 ? held[bin] / ns[bin] : undefined),
      notes,
    };
  }

  /** Bytes of which a record cannot tell whether they pass. */
  get unknownBytes(): number {
    return this.#sums.unknownBytes;
  }

  /** Whether its quota went for the most part to addresses where nothing is mapped. */
  get wastesQuota(): boolean {
    const uses = [...this.#mappings.values()].filter(({ name }) => name === NOT_MAPPED);
    const gaps = uses.reduce((sum, { triedBytes }) => sum + triedBytes, 0);
    return [...this.#quotas.values()].some(({ exceeds }) => exceeds > 0) && gaps > this.#sums.triedBytes / 2;
  }

  #heldBytes(): number {
    return [...this.#heldBytesOf.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  #patternFor(snapshot: Snapshot): RecordPattern {
    const key = `${snapshot.sampleUs}/${snapshot.aggrUs}`;
    const pattern = this.#patterns.get(key) ?? patternIn(this.scheme.accessPattern, this.context.intervals, snapshot);
    this.#patterns.set(key, pattern);
    return pattern;
  }

  #priorityOf({ nrAccesses, age }: ReplayPiece, snapshot: Snapshot): number {
    const most = maxNrAccessesOf(snapshot);
    const ageSeconds = age === AGE_UNKNOWN ? 0 : Math.floor(age * snapshot.aggrUs / 1e6);
    return priorityOf(this.scheme, { nrAccesses: Math.min(nrAccesses, most), most, ageSeconds });
  }

  #countNames(
    target: RecordedTarget,
    mapped: readonly NamedRange[] | undefined,
    ranges: readonly AddressRange[],
    field: "triedBytes" | "distinctBytes",
    sizeOf: (ranges: readonly AddressRange[]) => number,
  ): void {
    const add = (name: string, parts: readonly AddressRange[]) => {
      const bytes = sizeOf(parts);
      if (bytes === 0) return;
      const key = `${target.kdamond}/${target.targetId}/${name}`;
      const use = this.#mappings.get(key) ?? { target, name, triedBytes: 0, distinctBytes: 0 };
      this.#mappings.set(key, use);
      use[field] += bytes;
    };
    if (!mapped) return add("", ranges);
    const named = new Map<string, AddressRange[]>();
    let first = 0;
    for (const { start, end } of ranges) {
      while (first < mapped.length && mapped[first].end <= start) first++;
      for (let i = first; i < mapped.length && mapped[i].start < end; i++) {
        const { name } = mapped[i];
        const part = { start: Math.max(start, mapped[i].start), end: Math.min(end, mapped[i].end) };
        named.get(name)?.push(part) ?? named.set(name, [part]);
      }
    }
    for (const [name, parts] of named) add(name, parts);
    add(NOT_MAPPED, subtract(ranges, mapped));
  }
}

function fits({ szBytes, nrAccesses, age, hasAge }: RecordPattern, piece: ReplayPiece, itsAge: number): boolean {
  const { region, nrAccesses: rate } = piece;
  const regionBytes = region.end - region.start;
  if (!(szBytes.min <= regionBytes && regionBytes <= szBytes.max)) return false;
  if (!(nrAccesses.min <= rate && rate <= nrAccesses.max)) return false;
  return !hasAge || (itsAge !== AGE_UNKNOWN && age.min <= itsAge && itsAge <= age.max);
}

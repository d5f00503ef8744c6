import {
  type AddressRange,
  AGE_UNKNOWN,
  byPid,
  type Context,
  keyOf,
  type Mappings,
  type MemoryUsage,
  type Residency,
  type Snapshot,
  type TargetKey,
} from "../../damon/mod.ts";
import {
  type Fold,
  foldRecord,
  GrowingTime,
  intersect,
  MappingNames,
  type OpenRecord,
  RangeValues,
  type RecordedTarget,
  type RecordStart,
  type RecordSurvey,
  residentBytesIn,
  ResidentMemory,
  residentNotes,
  type Selection,
  unite,
} from "../record/mod.ts";
import { MappingKinds } from "./filters.ts";
import { type ReplayPiece, type SchemeReplay, SchemeReplayer } from "./replayer.ts";
import { replayNotes } from "./replay_notes.ts";

/** Bins of time of a {@linkcode SchemeReplay}. */
const TIME_BINS = 240;

/** What the schemes of a context would have done in the time of a record. */
export interface SchemesReplayReport {
  /** What it was taken from. */
  survey: RecordSurvey;
  /** The schemes' context. */
  context: Context;
  /** The most bytes that were monitored and in memory at once, as far as the record tells what was. */
  residentBytes: number;
  /** What is to be said of that, a sentence each. */
  residentNotes: string[];
  /** Bins over time: the first begins at `startNs` of the record. */
  time: { startNs: number; binNs: number; count: number };
  /** In the order of the context. */
  schemes: SchemeReplay[];
}

/** What a scheme would have tried in one snapshot. */
export interface ReplayHit {
  /** Index of the scheme. */
  scheme: number;
  /** Whose memory it is. */
  target: RecordedTarget;
  /** The snapshot that it saw. */
  snapshot: Snapshot;
  /** What it tried now, ascending. */
  tried: readonly AddressRange[];
  /** On what it has acted that was not accessed since, what it tried now among it. */
  held: readonly AddressRange[];
}

/**
 * Replays schemes on a record: what they would have done, without touching a kernel.
 *
 * @param onHit Called for each scheme and snapshot in which it looked, or holds something.
 * @throws {RangeError} where nothing is selected of a record that has snapshots.
 */
export async function replaySchemes(
  open: OpenRecord,
  context: Context,
  selection: Selection = {},
  onHit?: (hit: ReplayHit) => void,
): Promise<SchemesReplayReport> {
  const fold = new SchemesReplayFold(context, onHit);
  return fold.report(await foldRecord(open, [fold], selection));
}

interface TargetState {
  /** After which aggregation schemes last acted. */
  acted: RangeValues;
  /** Aggregations that went by, those that the record has lost included. */
  aggregations: number;
  /** The time that they took as DAMON counts it, which is in samples. */
  nowUs: number;
  lastNs: number;
  bytes: number;
}

/** Replays the schemes of a context on a record, snapshot by snapshot. */
export class SchemesReplayFold implements Fold {
  readonly #context: Context;
  readonly #onHit: ((hit: ReplayHit) => void) | undefined;
  readonly #time = new GrowingTime(TIME_BINS);
  readonly #ns = this.#time.newRow();
  readonly #kinds = new MappingKinds();
  readonly #names = new Map<number, MappingNames>();
  readonly #targets = new Map<TargetKey, TargetState>();
  readonly #schemes: SchemeReplayer[];
  readonly #resident = new ResidentMemory();
  readonly #residentNotes = new Set<string>();
  #residentBytes = 0;

  /** `onHit` is called for each scheme and snapshot in which it tried, or holds, something. */
  constructor(context: Context, onHit?: (hit: ReplayHit) => void) {
    this.#context = context;
    this.#onHit = onHit;
    this.#schemes = (context.schemes ?? []).map((scheme, index) =>
      new SchemeReplayer(scheme, index, context, this.#kinds, this.#time)
    );
  }

  /** Takes what the addresses of a process are from now on. */
  mappings(mappings: Mappings): void {
    this.#kinds.see(mappings);
    let names = this.#names.get(mappings.pid);
    if (!names) this.#names.set(mappings.pid, names = new MappingNames());
    names.overlay(mappings.mappings);
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
  snapshot(snapshot: Snapshot, target: RecordedTarget, { header }: Pick<RecordStart, "header">): void {
    const key = keyOf(snapshot);
    let state = this.#targets.get(key);
    if (!state) {
      state = { acted: new RangeValues(), aggregations: 0, nowUs: 0, lastNs: snapshot.startNs, bytes: 0 };
      this.#targets.set(key, state);
    }
    const { startNs, endNs } = snapshot;
    this.#time.spread(startNs, endNs, (bin, ns) => this.#ns[bin] += ns);
    const steps = Math.max(1, Math.round((endNs - state.lastNs) / (endNs - startNs)));
    state.aggregations += steps;
    state.nowUs += steps * snapshot.aggrUs;
    state.lastNs = endNs;
    const pieces = this.#piecesOf(snapshot, state);
    const names = target.pid === undefined ? undefined : this.#names.get(target.pid);
    const mapped = names?.within(0, Infinity);
    const operations = byPid(header.kdamonds, snapshot.kdamond)?.contexts[0]?.operations;
    const resident = this.#resident.pieces(snapshot, target.pid, operations);
    residentNotes(this.#resident.basisOf(snapshot, target.pid, operations)).forEach((it) =>
      this.#residentNotes.add(it)
    );
    state.bytes = residentBytesIn(pieces, resident);
    const bytes = [...this.#targets.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    this.#residentBytes = Math.max(this.#residentBytes, bytes);
    for (const scheme of this.#schemes) scheme.giveBack(key, snapshot, pieces, resident);
    const due = this.#schemes.filter((scheme) => scheme.isDue(key, snapshot, state.nowUs));
    for (const scheme of due) scheme.begin(key, snapshot, pieces);
    const tried = tryAll(due, key, snapshot, target, pieces);
    for (const scheme of this.#schemes) {
      const ranges = tried.get(scheme) ?? [];
      scheme.count(key, snapshot, target, mapped, ranges, resident);
      const held = scheme.held.get(key) ?? [];
      if (held.length > 0) this.#onHit?.({ scheme: scheme.index, target, snapshot, tried: ranges, held });
    }
    const acted = [...tried].filter(([{ scheme }]) => scheme.action !== "stat").map(([, ranges]) => ranges);
    if (acted.length > 0) state.acted.put(acted.reduce(unite), state.aggregations);
  }

  /** What was found. */
  report(survey: RecordSurvey): SchemesReplayReport {
    const { startNs, binNs, used } = this.#time;
    const schemes = this.#schemes.map((replayer) =>
      replayer.result(used, this.#ns, replayNotes(replayer.scheme, this.#context, survey, replayer))
    );
    const time = { startNs: startNs - survey.originNs, binNs, count: used };
    return {
      ...{ survey, context: this.#context, time, schemes },
      ...{ residentBytes: this.#residentBytes, residentNotes: [...this.#residentNotes] },
    };
  }

  /** The regions, cut where schemes acted at different times, and to what the context watches. */
  #piecesOf({ regions }: Snapshot, { acted, aggregations }: TargetState): ReplayPiece[] {
    const { operations, targets } = this.#context;
    // Those of vaddr are only where it begins.
    const watched = operations === "vaddr" ? [] : targets.flatMap((target) => target.regions);
    const pieces: ReplayPiece[] = [];
    for (let i = 0; i < regions.length; i++) {
      const [recordedAge, nrAccesses] = [regions.age[i], regions.nrAccesses[i]];
      const region = { start: regions.start[i], end: regions.end[i] };
      for (const range of watched.length > 0 ? intersect([region], watched) : [region]) {
        for (const { start, end, value } of acted.within(range.start, range.end)) {
          const since = value === undefined ? Infinity : aggregations - value;
          const age = recordedAge === AGE_UNKNOWN ? recordedAge : Math.min(recordedAge, since);
          pieces.push({ start, end, region, nrAccesses, recordedAge, age });
        }
      }
    }
    return pieces;
  }
}

/** The kernel's order: region by region, and for each of them scheme by scheme. */
function tryAll(
  due: readonly SchemeReplayer[],
  key: TargetKey,
  snapshot: Snapshot,
  target: RecordedTarget,
  pieces: readonly ReplayPiece[],
): Map<SchemeReplayer, AddressRange[]> {
  const tried = new Map<SchemeReplayer, AddressRange[]>(due.map((scheme) => [scheme, []]));
  pieces.forEach((piece, i) => {
    for (const replayer of due) {
      const ranges = replayer.tries(piece, key, snapshot, target, i === pieces.length - 1);
      if (ranges.length === 0) continue;
      for (const range of ranges) tried.get(replayer)!.push(range);
      if (replayer.scheme.action !== "stat") piece.age = 0;
    }
  });
  return tried;
}

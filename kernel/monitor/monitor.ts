import {
  AppliedBatches,
  Assembler,
  type FollowingCounts,
  type Intervals,
  type PagesCounts,
  type RecordedKdamond,
  type RecordedProcess,
  type RecordItem,
  type Snapshot,
  type TargetPids,
} from "../../damon/mod.ts";
import type { Tracer } from "../../ffi/mod.ts";
import { type FollowedRanges, type SchemeStatus, stopAll } from "../control/mod.ts";
import { FollowedTargets, type RetargetedKdamond } from "./followed_targets.ts";
import { isAlive, isThreadAlive, MemoryWatches, processOf, type Roots, startTicksOf } from "../machine/mod.ts";
import { SchemeWatch } from "./scheme_watch.ts";
import type { WatchedNotes } from "./watched_notes.ts";

/** What a monitor counted so far. */
export interface MonitorCounts {
  /** Events sent by the kernel side: `received + dropped`. */
  events: number;
  /** Events that arrived. */
  received: number;
  /** Events for which the ring buffer had no room. */
  dropped: number;
  /** Snapshots of which at least one event, but not all, was lost; they are left out. */
  torn: number;
  /** Of the page sampler, which has no events: there `events` and `received` count regions. */
  pages?: PagesCounts;
  /** Of DAMON, where children are followed: the pids by target id. */
  targets?: TargetPids[];
  /** The children that were followed. */
  processes?: RecordedProcess[];
  /** Of DAMON, where its ranges follow what the targets have in memory. */
  following?: FollowingCounts[];
}

/** A source of snapshots that runs now, with what a record needs to know about it. */
export interface Monitor {
  readonly kdamonds: RecordedKdamond[];
  /**
   * Snapshots and changed mappings as they come, until `signal` aborts, the targets have ended, or the kdamonds have
   * stopped. It can be taken once.
   */
  items(signal: AbortSignal): AsyncIterable<RecordItem>;
  counts(): MonitorCounts;
  /** Why {@linkcode items} ended by itself: `target exited`, `kdamond stopped`; `undefined` while it has not. */
  readonly ended: string | undefined;
}

/** How often targets and mappings are looked at, ms; also the longest time that a wait takes. */
const POLL_MS = 250;

/**
 * How often schemes, and the memory that they are about, are looked at, ms. Before Linux 6.14 the kernel answers with the
 * next aggregation, and keeps who asks waiting until then: with long ones it is asked less often.
 */
const SCHEMES_MS = 1000;
const SCHEMES_AGGREGATIONS = 10;

/** Share of one CPU that looking for children may take: where there are hundreds, it is done less often. */
const LOOK_SHARE = 0.05;

/** Batches taken before others get their turn: where events come faster than they are written, signals still count. */
const MOST_BATCHES = 16;

/** What {@linkcode DamonMonitor} needs to know about each kdamond. */
export interface WatchedKdamond {
  recorded: RecordedKdamond;
  /** Whether it still runs. */
  isOn(): boolean;
  /** Its intervals as its files show them now; absent where nothing tells. */
  intervals?(): Pick<Intervals, "sampleUs" | "aggrUs"> | undefined;
  /** Its schemes with what they have done by now; absent where nothing tells. */
  schemes?(): Promise<readonly SchemeStatus[] | undefined>;
  /** Where what its targets fork is to be its target as well, or its ranges follow what they have in memory. */
  follow?: { kdamond: RetargetedKdamond; replaces: boolean; children?: boolean; ranges?: FollowedRanges | undefined };
  /** By which thread each target is watched; absent where those are the processes of the targets. */
  threads?: readonly (number | undefined)[];
  /** Turns it off where it is ours: the last events are drained after that. */
  stop(): Promise<void>;
}

/** A kdamond that takes in what its targets fork. */
interface Followed {
  recorded: RecordedKdamond;
  kdamond: RetargetedKdamond;
  targets: FollowedTargets;
  children: boolean;
  ranges?: FollowedRanges | undefined;
}

/** What a monitor looks at beside DAMON. */
export interface Looks {
  memory?: MemoryWatches;
  notes?: WatchedNotes | undefined;
}

type PlacedItem = Extract<RecordItem, { kind: "snapshot" | "applied" }>;

/**
 * Turns the events of kdamonds into snapshots: the one consumer of a tracer. It disturbs no kdamond: it turns off those
 * that `stop` turns off, and only listens to the others.
 */
export class DamonMonitor implements Monitor {
  ended: string | undefined;
  readonly kdamonds: RecordedKdamond[];
  readonly #assembler: Assembler;
  /** By the pid of the kernel thread. */
  readonly #intervals: Map<number, Pick<Intervals, "sampleUs" | "aggrUs">>;
  readonly #memory: MemoryWatches;
  readonly #notes: WatchedNotes | undefined;
  readonly #schemes: SchemeWatch;
  readonly #applied = new AppliedBatches();
  readonly #unitOf: (kdamond: number) => number;
  readonly #followed: Followed[];
  readonly #children: RecordedProcess[] = [];
  readonly #startTicks: Map<number, number | undefined>;
  /** Where the kernel is told nothing anew and watches nothing else: without these threads it sees no memory. */
  readonly #fixedThreads: number[];

  /**
   * @param watched Already watched by the tracer, which is attached.
   * @param looks `memory` looks at the memory of the targets, and is disposed of by who made it; by default it looks only at
   * mappings. `notes` are told to somebody.
   */
  constructor(
    readonly roots: Roots,
    readonly tracer: Tracer,
    readonly watched: WatchedKdamond[],
    looks: Looks = {},
  ) {
    this.kdamonds = watched.map(({ recorded }) => recorded);
    const contexts = new Map(this.kdamonds.map(({ pid, contexts }) => [pid, contexts[0]]));
    this.#intervals = new Map([...contexts].map(([pid, { intervals }]) => [pid, intervals]));
    this.#unitOf = (pid) => contexts.get(pid)?.addrUnitBytes ?? 1;
    this.#assembler = new Assembler({
      intervalsOf: (pid: number) => this.#intervals.get(pid),
      addrUnitOf: this.#unitOf,
      nrProbesOf: (pid) => contexts.get(pid)?.probes?.length ?? 0,
    });
    this.#schemes = new SchemeWatch(roots, watched);
    const clockNs = () => tracer.clockNs();
    this.#followed = watched.flatMap(({ recorded, follow }) =>
      !follow ? [] : [{
        recorded,
        kdamond: follow.kdamond,
        children: follow.children !== false,
        ranges: follow.ranges,
        targets: new FollowedTargets(roots, recorded, follow.kdamond, { ...follow, clockNs }),
      }]
    );
    const pids = new Set(this.kdamonds.flatMap(pidsOf));
    const isFixed = watched.every(({ follow, recorded }) => !follow && pidsOf(recorded).length > 0);
    this.#fixedThreads = isFixed
      ? watched.flatMap(({ threads, recorded }) => (threads ?? pidsOf(recorded)).flatMap((tid) => tid ?? []))
      : [];
    this.#notes = looks.notes;
    this.#memory = looks.memory ?? new MemoryWatches(roots, clockNs);
    // A target may be gone before the first item is asked for.
    for (const pid of pids) this.#memory.of(pid);
    this.#startTicks = new Map([...pids].map((pid) => [pid, startTicksOf(roots, pid)]));
  }

  async *items(signal: AbortSignal): AsyncGenerator<RecordItem> {
    const stop = () => this.tracer.stop();
    signal.addEventListener("abort", stop);
    try {
      yield* this.#memory.takeItems();
      let [nextPollMs, nextFollowMs, nextSchemesMs] = [0, 0, 0];
      while (!signal.aborted && this.ended === undefined) {
        if (performance.now() >= nextPollMs) {
          nextPollMs = performance.now() + POLL_MS;
          await this.#memory.look();
          if (this.#followed.length > 0 && performance.now() >= nextFollowMs) {
            for (const each of this.#followed) await this.#follow(each);
            const lookMs = this.#followed.reduce((sum, { targets }) => sum + targets.lookMs, 0);
            nextFollowMs = performance.now() + lookMs / LOOK_SHARE;
          }
          yield* this.#memory.takeItems();
          this.ended = this.#reasonToEnd();
          if (this.ended !== undefined) break;
        }
        if (this.#schemes.hasSchemes && performance.now() >= nextSchemesMs) {
          nextSchemesMs = performance.now() + Math.max(SCHEMES_MS, SCHEMES_AGGREGATIONS * this.#aggrMs());
          this.#schemes.look(this.tracer.clockNs());
        }
        yield* this.#schemes.take();
        await this.tracer.wait(POLL_MS);
        this.#followTuning();
        yield* this.#drain(MOST_BATCHES);
      }
      // What they came to in the end.
      if (this.#schemes.hasSchemes) yield* await this.#schemes.last(this.tracer.clockNs());
    } finally {
      signal.removeEventListener("abort", stop);
      await stopAll(this.watched);
    }
    yield* this.#drain();
    yield* this.#appliedItems();
    this.#assembler.finish();
  }

  counts(): MonitorCounts {
    const { sent, received, dropped } = this.tracer.counters();
    const following = this.#followed.flatMap(({ recorded, ranges }) =>
      ranges ? { kdamond: recorded.pid, ...ranges.counts() } : []
    );
    const targets = this.#followed.filter(({ children }) => children).map((
      { recorded, targets: { pids, restarts } },
    ): TargetPids => ({
      kdamond: recorded.pid,
      pids: [...pids],
      ...(restarts > 0 && { restarts }),
    }));
    const lost = { events: sent, received, dropped, torn: this.#assembler.torn };
    return {
      ...lost,
      ...(following.length > 0 && { following }),
      ...(targets.length > 0 && { targets, processes: [...this.#children] }),
    };
  }

  /** The longest aggregation interval. */
  #aggrMs(): number {
    return Math.max(0, ...[...this.#intervals.values()].map(({ aggrUs }) => aggrUs / 1000));
  }

  *#drain(most = Infinity): Generator<RecordItem> {
    for (let taken = 0; taken < most; taken++) {
      const batch = this.tracer.drain();
      if (batch.length === 0) return;
      for (const item of this.#assembler.push(batch)) {
        if (item.kind === "applied") {
          for (const applied of this.#applied.push(item.applied, this.#unitOf(item.applied.kdamond))) {
            yield* this.#placed({ kind: "applied", applied });
          }
        } else if (item.kind === "snapshot") {
          yield* this.#appliedItems(item.snapshot.kdamond);
          yield* this.#placed(item);
        }
      }
    }
  }

  *#appliedItems(kdamond?: number): Generator<RecordItem> {
    for (const applied of this.#applied.take(kdamond)) yield* this.#placed({ kind: "applied", applied });
  }

  /** Whose it is in the record, where the kernel's targets change. */
  *#placed(item: PlacedItem): Generator<RecordItem> {
    const what = item.kind === "snapshot" ? item.snapshot : item.applied;
    if (item.kind === "snapshot" && this.#notes) this.#note(item.snapshot);
    const followed = this.#followed.find(({ targets }) => targets.has(what.kdamond));
    if (!followed || what.targetId === undefined) return yield item;
    const id = followed.targets.idOf(what.kdamond, what.targetId, what.regions, what.endNs);
    if (id === undefined) return;
    const whose = { kdamond: followed.recorded.pid, targetId: BigInt(id) };
    yield item.kind === "snapshot"
      ? { kind: "snapshot", snapshot: { ...item.snapshot, ...whose } }
      : { kind: "applied", applied: { ...item.applied, ...whose } };
  }

  #note(snapshot: Snapshot): void {
    const context = this.kdamonds.find(({ pid }) => pid === snapshot.kdamond)?.contexts[0];
    const pid = context?.targets[Number(snapshot.targetId)]?.pid;
    if (context && pid !== undefined) this.#notes!.see(snapshot, context, pid);
  }

  /** Takes in what the targets have forked. */
  async #follow({ recorded, kdamond, targets }: Followed): Promise<void> {
    const before = kdamond.pid;
    const begun = await targets.look();
    if (kdamond.pid !== before) {
      // The kernel turned it off, and it is on again: its thread is another one. Of the one before nothing more comes.
      this.tracer.unwatch(before);
      this.tracer.watch(kdamond.pid);
      this.#intervals.set(kdamond.pid, this.#intervals.get(before) ?? recorded.contexts[0].intervals);
    }
    if (begun.length === 0) return;
    const living = new Set(targets.living());
    const others = this.#followed.filter((other) => other.targets !== targets).flatMap(({ targets }) => targets.pids);
    for (const pid of targets.pids) if (!living.has(pid) && !others.includes(pid)) this.#memory.leave(pid);
    for (const pid of targets.pids) if (!living.has(pid)) this.#startTicks.delete(pid);
    for (const pid of begun) {
      this.#children.push(processOf(this.roots, pid));
      this.#memory.of(pid);
      this.#startTicks.set(pid, startTicksOf(this.roots, pid));
    }
  }

  /** `damo tune`, or whoever a kdamond belongs to, may have changed its intervals; no event says so. */
  #followTuning(): void {
    for (const { recorded: { pid: first, contexts }, intervals, follow } of this.watched) {
      const pid = follow?.kdamond.pid ?? first;
      // Those that the kernel tunes itself come with its events.
      const now = contexts[0].intervals.goal ? undefined : intervals?.();
      const before = this.#intervals.get(pid);
      if (!now || !before || (now.sampleUs === before.sampleUs && now.aggrUs === before.aggrUs)) continue;
      this.#intervals.set(pid, now);
      this.#assembler.retune(pid, now);
    }
  }

  #reasonToEnd(): string | undefined {
    const ticks = this.#startTicks;
    // A pid that another process has got by now is not our target any more.
    const isGone = (pid: number) => !isAlive(this.roots, pid) || startTicksOf(this.roots, pid) !== ticks.get(pid);
    if (ticks.size > 0 && [...ticks.keys()].every(isGone)) return "target exited";
    if (this.#fixedThreads.length > 0 && !this.#fixedThreads.some((tid) => isThreadAlive(this.roots, tid))) {
      return "the target's main thread ended";
    }
    if (this.#followed.some(({ targets }) => targets.isUnsure)) return undefined;
    return this.watched.every((kdamond) => !kdamond.isOn()) ? "kdamond stopped" : undefined;
  }
}

/** The pids of a kdamond's targets; none with `paddr`. */
export function pidsOf({ contexts }: RecordedKdamond): number[] {
  return contexts.flatMap(({ targets }) => targets.flatMap(({ pid }) => pid ?? []));
}

import { formatNr, RecordError, type RecordHeader, type RecordItem, type Snapshot } from "../../damon/mod.ts";
import { foreignHeader, type FormatReader } from "../header/mod.ts";
import { mergeSideFiles, type SideFiles } from "../python_damo/mod.ts";
import { ImpossibleError, linesOf, reasonOf } from "../bytes/mod.ts";
import { differenceIn, TraceClock } from "./clock.ts";
import { TraceLine } from "./line.ts";
import { TraceLosses } from "./losses.ts";
import { MixedKdamonds } from "./mixed.ts";
import { TraceMissing } from "./missing.ts";
import { TraceComments } from "./comments.ts";
import { TraceSnapshots } from "./snapshots.ts";

const NEWLINE = 10;

/**
 * Decodes a trace in text: what perf script, trace-cmd report, perf trace or the kernel's own `trace` file prints of DAMON's
 * tracepoints, on any kernel: with or without `age`, `damos_before_apply` where nothing else is there, tuned intervals.
 * Other lines are passed over.
 *
 * @param name Names the source in errors.
 * @param side What stands in the files beside it.
 * @throws {RecordError} where there is no whole snapshot in it.
 */
export async function decodeTrace(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  side: SideFiles = {},
): Promise<FormatReader> {
  const walk = new TraceWalk(bytes, side, name);
  const snapshots = walk.snapshots();
  const first = await snapshots.next();
  if (walk.failure !== undefined && first.done && !walk.isCut) {
    throw new RecordError(`Cannot read ${name}: ${walk.failure}`, name);
  }
  if (first.done && walk.comments.header === undefined) {
    const why = walk.events > 0
      ? "no snapshot in it is whole" +
        (walk.hasNoPids
          ? ", and without pids the events of several kdamonds cannot be told apart: print the pids too, as perf script -F +tid does"
          : "")
      : walk.missing.reason() ?? "it has no damon_aggregated or damos_before_apply event";
    const cut = walk.isCut ? `; ${walk.failure}` : "";
    throw new RecordError(`Cannot read ${name}: it is text of a trace, but ${why}${cut}`, name);
  }
  return new TraceReader(walk, first.done ? undefined : first.value, snapshots, side);
}

class TraceReader implements FormatReader {
  readonly header: RecordHeader;
  constructor(
    readonly walk: TraceWalk,
    readonly first: Snapshot | undefined,
    readonly rest: AsyncGenerator<Snapshot>,
    readonly side: SideFiles,
  ) {
    const kdamonds = side.kdamonds && { kdamonds: side.kdamonds };
    this.header = walk.comments.header ?? foreignHeader({ tool: "", first, ...kdamonds });
    if (!walk.comments.header) this.header.processes = side.processes ?? [];
  }

  get incomplete(): string | undefined {
    const { failure, torn, losses } = this.walk;
    const all = [
      failure,
      losses.toText(),
      torn > 0 ? tornText(torn) : undefined,
    ].filter((one) => one !== undefined);
    return all.length > 0 ? all.join("; ") : undefined;
  }

  get remarks(): readonly string[] {
    const { clock, hasNoPids } = this.walk;
    return [
      ...(clock.isDifference ? ["Times in the text are differences from event to event: they were added up"] : []),
      ...(hasNoPids
        ? [
          "The text has no pids: kdamonds are told apart by the names of their threads at most. Print it with them, " +
          "as perf script -F +tid does",
        ]
        : []),
    ];
  }

  /** Where nothing says the intervals they are guessed by the time between snapshots. */
  get isGuessed(): boolean {
    return this.header.kdamonds.length === 0;
  }

  place(): string {
    return `the lines before line ${this.walk.number}`;
  }

  async *items(): AsyncIterable<RecordItem> {
    const { first, rest } = this;
    const snapshots = (async function* () {
      if (!first) return;
      yield first;
      yield* rest;
    })();
    // Comments of our own say all that stands in the files beside it, which are for the Python damo.
    const side = this.walk.comments.header ? {} : this.side;
    for await (const item of mergeSideFiles(side, this.header.clock, snapshots)) {
      yield* this.walk.comments.take();
      yield item;
    }
    yield* this.walk.comments.take();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rest.return(undefined);
  }
}

function tornText(torn: number): string {
  return torn === 1
    ? "events of 1 snapshot are missing in it; that is left out"
    : `events of ${formatNr(torn)} snapshots are missing in it; those are left out`;
}

const isEndMark = (line: TraceLine) => line.number("start") === 0 && line.number("end") === 0;

class TraceWalk {
  readonly comments: TraceComments;
  failure: string | undefined;
  /** Whether it is the last line alone that is not whole. */
  isCut = false;
  events = 0;
  torn = 0;
  /** Of the line that was read last, from 1. */
  number = 0;
  readonly clock = new TraceClock();
  readonly losses = new TraceLosses();
  readonly missing = new TraceMissing();
  /** Whether the text does not say of some event which task it happened in. */
  hasNoPids = false;
  constructor(readonly bytes: AsyncIterable<Uint8Array>, readonly side: SideFiles, name: string) {
    this.comments = new TraceComments(name);
  }

  async *snapshots(): AsyncGenerator<Snapshot> {
    const line = new TraceLine();
    let builder: TraceSnapshots | undefined;
    const ready: Snapshot[] = [];
    const mixed = new MixedKdamonds();
    try {
      for await (const { bytes, ends, isLast } of linesOf(this.bytes)) {
        if (isLast) {
          // Its numbers may have been longer.
          this.failure = "its last line is cut off, and left out";
          this.isCut = true;
          break;
        }
        if (this.clock.isDifference === undefined) this.#lookAtTimes(bytes, ends, line);
        for (let from = 0; from < ends;) {
          let to = bytes.indexOf(NEWLINE, from);
          if (to < 0) to = ends;
          this.number++;
          if (line.parse(bytes, from, to)) {
            line.head.timeNs = this.clock.timeOf(line.head.timeNs);
            const hasFields = line.number("end") > 0;
            if (hasFields && (!line.head.hasTime || line.head.isTicks)) this.clock.look(line);
            // The comments that begin our own files say the intervals.
            builder ??= new TraceSnapshots(
              (this.comments.header?.kdamonds ?? this.side.kdamonds)?.[0]?.contexts[0]?.intervals,
            );
            builder.push(line, ready);
            this.missing.event(line);
            this.hasNoPids ||= !line.head.hasPid;
          } else {
            if (this.clock.isDifference) this.clock.timeOf(differenceIn(bytes, from, to));
            if (this.losses.push(bytes, from, to)) builder?.lose();
            this.comments.push(bytes, from, to);
            this.missing.other(bytes, from, to);
          }
          from = to + 1;
          if (ready.length > 0) {
            const whole = ready.splice(0);
            yield* this.hasNoPids ? mixed.push(whole) : whole;
          }
        }
        this.events = builder?.events ?? 0;
        this.torn = builder?.torn ?? 0;
      }
    } catch (error) {
      if (error instanceof RecordError) throw error;
      const why = reasonOf(error);
      this.failure = error instanceof ImpossibleError ? why : `it is cut off or broken (${why})`;
      if (error instanceof ImpossibleError) return;
    }
    builder?.finish(ready);
    this.torn = builder?.torn ?? 0;
    yield* mixed.finish();
    yield* ready;
  }

  /** What times are is told before the first one is taken. */
  #lookAtTimes(bytes: Uint8Array, ends: number, line: TraceLine): void {
    for (let from = 0; from < ends && this.clock.isDifference === undefined;) {
      let to = bytes.indexOf(NEWLINE, from);
      if (to < 0) to = ends;
      // The mark of a target's end, as the Python damo and we write it, may be older than the event before it.
      if (line.parse(bytes, from, to) && !isEndMark(line) && line.number("end") > 0) this.clock.look(line);
      from = to + 1;
    }
    this.clock.settle();
  }
}

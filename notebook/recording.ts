import {
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  followedAttributes,
  type Kdamond,
  type RecordHeader,
  type Said,
  textOf,
} from "../damon/mod.ts";
import { INTERFACES, MONITORS } from "../damon/model/mod.ts";
import type { FormatName } from "../format/header/mod.ts";
import type { Rotation } from "../format/record/mod.ts";
import type { MonitorCounts } from "../kernel/monitor/mod.ts";
import { defaultRoots, requireKernelFiles } from "../kernel/machine/mod.ts";
import type { Session, SessionOptions, WatchingOptions } from "../live/mod.ts";
import denoJson from "../deno.json" with { type: "json" };
import { readRecord, type RecordFile } from "./record_file.ts";
import { ShownSnapshot } from "./shown_snapshot.ts";

/** What to watch: a process by pid, all memory of the machine, kdamonds as they are to be, or DAMON as it runs already. */
export type WatchTarget = number | "paddr" | "ongoing" | Kdamond | readonly Kdamond[];

/** How to watch. */
export interface WatchOptions extends Omit<WatchingOptions, "say" | "note"> {
  /** Told who watches where that is not DAMON although nobody else was named, and which kdamonds are listened to. */
  say?: (line: string) => void;
  /** Told what DAMON watches, where it follows a process's memory; by default `say` is. */
  note?: (line: string) => void;
  /**
   * Intervals, regions and schemes, where the target is a pid or `paddr`. By default DAMON's own for `paddr`; of a process
   * DAMON watches what is in memory, and how often and how finely is chosen by the number of ranges.
   */
  context?: Partial<Pick<Context, "intervals" | "nrRegions" | "schemes">>;
  /** Ends it. */
  signal?: AbortSignal;
  /** Ends it after this time, ms. */
  timeoutMs?: number;
}

/** How to record. */
export interface RecordingOptions extends WatchOptions {
  /** Where to; by default a new file in the folder for temporary ones. */
  path?: string;
  /** By default what `path` says, else `arrow`. */
  format?: FormatName;
  /** When a new file is begun: {@linkcode Recording.files}. One file by default. */
  rotation?: Rotation;
  /** Samples what code the targets run, too, so often a second on each CPU: {@linkcode profileOf}. Not by default. */
  profileHz?: number;
}

/** Snapshots as they come. Disposing it turns off what it started. */
export interface Watch extends AsyncDisposable {
  /** What a record of it begins with. */
  readonly header: RecordHeader;
  /** They end with the targets, with `signal` or `timeoutMs`, or where the loop is left. Once only. */
  snapshots(): AsyncIterable<ShownSnapshot>;
  /** What was received and lost so far. */
  counts(): MonitorCounts;
}

/**
 * Watches a target live: DAMON where it can and is free, else the page sampler. Needs root and `--allow-all`: Deno opens
 * the kernel's files to nothing less.
 *
 * @example
 * ```ts ignore
 * await using watch = await watchMemory(1234, { timeoutMs: 10_000 });
 * for await (const snapshot of watch.snapshots()) snapshot.workingSetBytes;
 * ```
 *
 * @throws {UnsupportedError} where this machine cannot do it, naming what it lacks.
 * @throws {BusyError} where somebody else's DAMON is in the way.
 */
export async function watchMemory(target: WatchTarget, options: WatchOptions = {}): Promise<Watch> {
  const session = await sessionOf(target, options);
  return {
    header: session.header,
    counts: () => session.counts(),
    async *snapshots() {
      for await (const item of session.events) {
        if (item.kind === "snapshot") yield new ShownSnapshot(item.snapshot);
      }
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** A recording that runs. Disposing it ends it in order. */
export class Recording implements AsyncDisposable {
  readonly #stop = new AbortController();

  /** Use {@linkcode startRecording}. */
  constructor(
    /** Where the record is written to; it can be read while it grows. */
    readonly path: string,
    readonly header: RecordHeader,
    readonly counts: () => MonitorCounts,
    /** The files that there are by now: more than one where it rotates. */
    readonly files: () => readonly string[],
    /** The record, when it is complete: of several files the last one. */
    readonly done: Promise<RecordFile>,
    stop: AbortController,
  ) {
    this.#stop = stop;
  }

  /** Ends it; the record is complete then. */
  async stop(): Promise<RecordFile> {
    this.#stop.abort("stopped");
    return await this.done;
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/**
 * Begins to record into a file; see {@linkcode watchMemory} for what it needs and throws.
 *
 * @example
 * ```ts ignore
 * await using recording = await startRecording(1234);
 * // ... the work ...
 * const record = await recording.stop();
 * ```
 */
export async function startRecording(target: WatchTarget, options: RecordingOptions = {}): Promise<Recording> {
  const path = options.path ?? await Deno.makeTempFile({ prefix: "damon-", suffix: ".arrow" });
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const { format, rotation, profileHz, ...watching } = options;
  const session = await sessionOf(target, { ...watching, signal }, { output: { path, format, rotation }, profileHz });
  const { filesOf, runSession } = await import("../live/mod.ts");
  const run = async () => {
    try {
      await runSession(session);
    } finally {
      await session[Symbol.asyncDispose]();
    }
    return await readRecord(filesOf(session.output!).at(-1)!);
  };
  const files = () => filesOf(session.output!);
  return new Recording(path, session.header, () => session.counts(), files, run(), stop);
}

/** Records to the end of the target, `signal` or `timeoutMs`, and gives the record: {@linkcode startRecording} in one. */
export async function record(target: WatchTarget, options: RecordingOptions = {}): Promise<RecordFile> {
  return await (await startRecording(target, options)).done;
}

async function sessionOf(
  target: WatchTarget,
  { context, say, note, ...watching }: WatchOptions,
  output: Pick<SessionOptions, "output" | "profileHz"> = {},
): Promise<Session> {
  requireOneOf("monitor", watching.monitor, MONITORS);
  requireOneOf("interface", watching.interface, INTERFACES);
  const roots = defaultRoots();
  requireKernelFiles(roots);
  const { startSession } = await import("../live/mod.ts");
  const { intervals, nrRegions } = context ?? {};
  const chosen = typeof target === "number"
    ? { intervals: intervals === undefined, nrRegions: nrRegions === undefined }
    : undefined;
  return await startSession(roots, {
    chosen,
    ...watching,
    ...(say && { say: (line: Said) => say(textOf(line)) }),
    ...(note && { note: (line: Said) => note(textOf(line)) }),
    ...output,
    watched: await kdamondsOf(target, context ?? {}),
    tool: `damo ${denoJson.version}`,
  });
}

/** Notebooks run without a look at types: a word that means nothing is refused, as at the command line. */
function requireOneOf(name: string, value: string | undefined, words: readonly string[]): void {
  if (value === undefined || words.includes(value)) return;
  throw new TypeError(`${name} ${JSON.stringify(value)} is unknown: use one of ${words.join(", ")}`);
}

/** The kdamonds that a target stands for. */
async function kdamondsOf(
  target: WatchTarget,
  { intervals, nrRegions, schemes }: NonNullable<WatchOptions["context"]>,
): Promise<readonly Kdamond[] | "ongoing"> {
  if (target === "ongoing") return target;
  if (typeof target === "object") return "contexts" in target ? [target] : target;
  const roots = defaultRoots();
  const usual = typeof target === "number"
    ? followedAttributes(0)
    : { intervals: DEFAULT_INTERVALS, nrRegions: DEFAULT_NR_REGIONS };
  const common = {
    ...usual,
    ...(intervals && { intervals }),
    ...(nrRegions && { nrRegions }),
    ...(schemes && { schemes }),
  };
  if (typeof target === "number") {
    const { requireProcess } = await import("../kernel/control/detect.ts");
    requireProcess(roots, target);
    return [{ contexts: [{ operations: "fvaddr", targets: [{ pid: target, regions: [] }], ...common }] }];
  }
  const { systemRamRanges } = await import("../kernel/machine/ram.ts");
  return [{ contexts: [{ operations: "paddr", targets: [{ regions: systemRamRanges(roots) }], ...common }] }];
}

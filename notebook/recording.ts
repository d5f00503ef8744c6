import {
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  followedAttributes,
  type Kdamond,
  type RecordFooter,
  type RecordHeader,
} from "../damon/mod.ts";
import { RecordWriter } from "../format/mod.ts";
import { headerOf } from "../kernel/header.ts";
import { type Monitor, type MonitorCounts, pidsOf } from "../kernel/monitor.ts";
import type { ProfileSource } from "../kernel/profile_items.ts";
import type { RecordSource, SourceOptions } from "../kernel/record_source.ts";
import { defaultRoots, requireKernelFiles } from "../kernel/roots.ts";
import { withUsage } from "../kernel/usage_items.ts";
import denoJson from "../deno.json" with { type: "json" };
import { readRecord, type RecordFile } from "./record_file.ts";
import { ShownSnapshot } from "./shown_snapshot.ts";

/** What to watch: a process by pid, all memory of the machine, kdamonds as they are to be, or DAMON as it runs already. */
export type WatchTarget = number | "paddr" | "ongoing" | Kdamond | readonly Kdamond[];

/** How to watch. */
export interface WatchOptions extends SourceOptions {
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

/** Where snapshots come from, and when they end. */
interface Opened extends AsyncDisposable {
  source: RecordSource;
  monitor: Monitor;
  header: RecordHeader;
  signal: AbortSignal;
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
  const opened = await open(target, options);
  const { monitor, header, signal } = opened;
  return {
    header,
    counts: () => monitor.counts(),
    async *snapshots() {
      for await (const item of monitor.items(signal)) {
        if (item.kind === "snapshot") yield new ShownSnapshot(item.snapshot);
      }
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
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
    /** The record, when it is complete. */
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
  const opened = await open(target, { ...options, signal });
  const { monitor, header } = opened;
  try {
    const profile = options.profileHz === undefined ? undefined : await startProfile(opened, options.profileHz);
    const writer = RecordWriter.create(path, header);
    return new Recording(path, header, () => monitor.counts(), write(opened, writer, profile), stop);
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

/** Records to the end of the target, `signal` or `timeoutMs`, and gives the record: {@linkcode startRecording} in one. */
export async function record(target: WatchTarget, options: RecordingOptions = {}): Promise<RecordFile> {
  return await (await startRecording(target, options)).done;
}

async function startProfile({ header, source }: Opened, hz: number): Promise<ProfileSource> {
  const { ProfileSource } = await import("../kernel/profile_items.ts");
  const profile = new ProfileSource(defaultRoots(), hz);
  profile.start([...new Set(header.kdamonds.flatMap(pidsOf))], source.clockNs());
  return profile;
}

async function write(opened: Opened, writer: RecordWriter, profile: ProfileSource | undefined): Promise<RecordFile> {
  const { monitor, source, signal } = opened;
  const timer = setInterval(() => writer.flush(false), 200);
  let failure: unknown;
  try {
    const items = withUsage(defaultRoots(), monitor, signal, () => source.clockNs());
    for await (const item of profile?.with(items) ?? items) writer.write(item);
  } catch (error) {
    failure = error;
  } finally {
    clearInterval(timer);
  }
  const footer: RecordFooter = {
    endNs: source.clockNs(),
    reason: failure ? `failure: ${(failure as Error).message}` : reasonOf(signal) ?? monitor.ended ?? "stopped",
    snapshots: writer.snapshots,
    regions: writer.regions,
    ...monitor.counts(),
    ...(profile && { profile: profile.counts() }),
  };
  try {
    await profile?.[Symbol.asyncDispose]();
    if (failure) writer.finishCut(footer);
    else writer.finish(footer);
    writer.close();
  } finally {
    await opened[Symbol.asyncDispose]();
  }
  if (failure) throw failure;
  return await readRecord(writer.path);
}

function reasonOf({ aborted, reason }: AbortSignal): string | undefined {
  if (!aborted) return undefined;
  return (reason as Error | undefined)?.name === "TimeoutError" ? "timeout" : "stopped";
}

async function open(target: WatchTarget, options: WatchOptions): Promise<Opened> {
  const { openSource } = await import("../kernel/record_source.ts");
  const roots = defaultRoots();
  requireKernelFiles(roots);
  const { intervals, nrRegions } = options.context ?? {};
  const chosen = typeof target === "number"
    ? { intervals: intervals === undefined, nrRegions: nrRegions === undefined }
    : undefined;
  const source = await openSource(roots, await kdamondsOf(target, options.context ?? {}), { chosen, ...options });
  try {
    const monitor = await source.start(typeof target === "number" ? target : undefined);
    const header = headerOf(roots, {
      tool: `damo ${denoJson.version}`,
      source: source.source,
      kdamonds: monitor.kdamonds,
      clockNs: source.clockNs(),
      recorder: [],
    });
    const signals = [
      ...(options.signal ? [options.signal] : []),
      ...(options.timeoutMs === undefined ? [] : [AbortSignal.timeout(options.timeoutMs)]),
    ];
    return {
      source,
      monitor,
      header,
      signal: AbortSignal.any(signals),
      [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    };
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
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
    const { requireProcess } = await import("../kernel/detect.ts");
    requireProcess(roots, target);
    return [{ contexts: [{ operations: "fvaddr", targets: [{ pid: target, regions: [] }], ...common }] }];
  }
  const { systemRamRanges } = await import("../kernel/ram.ts");
  return [{ contexts: [{ operations: "paddr", targets: [{ regions: systemRamRanges(roots) }], ...common }] }];
}

import { RecordError, type RecordFooter, type RecordHeader, type RecordItem, type Said } from "../damon/mod.ts";
import { hasMemory } from "../kernel/control/mod.ts";
import {
  headerOf,
  type Monitor,
  type MonitorCounts,
  pidsOf,
  type RecordSource,
  type Watched,
  withUsage,
} from "../kernel/monitor/mod.ts";
import type { ProfileSource } from "../kernel/profile/mod.ts";
import { RenamedProcesses, type Roots } from "../kernel/machine/mod.ts";
import { CommandEndedError } from "../damon/model/mod.ts";
import { type RecordedCommand, startCommand } from "./command.ts";
import { type OutputOptions, prepareOutput, type RecordOutput } from "./output.ts";
import { openSideFiles, type RecordSideFiles } from "./side_files.ts";
import { openWatched, type WatchingOptions } from "./source.ts";

/** How often what was recorded so far is written, ms. */
const FLUSH_MS = 200;
/** How long the end of a record waits for the exit code of its command, ms. */
const COMMAND_MS = 100;
const NEVER = new AbortController().signal;
const COMMAND_EXITED = "command exited";

/** What a session does, besides watching. */
export interface SessionOptions extends WatchingOptions {
  /** What to watch. */
  watched: Watched;
  /** Who records, as the header has it: `damo 0.1.0`. */
  tool: string;
  /** The command line of the recorder, for the header; none by default. */
  recorder?: readonly string[] | undefined;
  /** A command that the session runs and watches: of `watched` the targets with {@linkcode PID_TO_COME}. */
  command?: readonly string[] | undefined;
  /** Where the record goes; by default nowhere. */
  output?: OutputOptions | undefined;
  /** Samples what code the targets run, too, so often a second on each CPU. Not by default. */
  profileHz?: number | undefined;
  /** Ends it; a reason that is a text is the record's. */
  signal?: AbortSignal | undefined;
  /** Ends it after this time, counted from its beginning, ms. */
  timeoutMs?: number | undefined;
  /** Aborts where somebody waits for the end: then the record waits for no reader. */
  hurry?: AbortSignal | undefined;
}

/** How a session ended. */
export interface SessionEnd {
  /** What the record ends with; its `reason` says why. */
  footer: RecordFooter;
}

/** What a session is made of. */
interface Parts {
  roots: Roots;
  options: SessionOptions;
  source: RecordSource;
  monitor: Monitor;
  header: RecordHeader;
  profile: ProfileSource | undefined;
  command: RecordedCommand | undefined;
  output: RecordOutput | undefined;
  side: RecordSideFiles | undefined;
  /** Turns off and ends what was started. */
  started: AsyncDisposableStack;
}

/** Something that is watched, and where its record goes. Reading {@linkcode events} to their end is what runs it. */
export class Session implements AsyncDisposable {
  /** What the record begins with. */
  readonly header: RecordHeader;
  /** What is written to; `undefined` where no output was named. */
  readonly output: RecordOutput | undefined;
  /** The command that it runs. */
  readonly command: RecordedCommand | undefined;
  /** Settles when the record is complete; rejects with what made it end too early. */
  readonly done: Promise<SessionEnd>;
  /**
   * Snapshots, changed mappings and all that a record has, as they come, each after it was written. To be read once: they end
   * with the targets, with `signal` or {@linkcode stop}, or where the loop is left; the record is complete then.
   */
  readonly events: AsyncIterable<RecordItem>;
  readonly #parts: Parts;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #settle: PromiseWithResolvers<SessionEnd> = Promise.withResolvers();
  readonly #renamed: RenamedProcesses;
  #failure: unknown;
  #isRead = false;
  #snapshots = 0;
  #regions = 0;

  /** Use {@linkcode startSession}. */
  constructor(parts: Parts) {
    const { roots, header, profile, output, command, options: { signal, timeoutMs } } = this.#parts = parts;
    [this.header, this.output, this.command] = [header, output, command];
    this.#signal = AbortSignal.any([
      this.#stop.signal,
      ...signal ? [signal] : [],
      ...timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)],
    ]);
    // Who asks by hand, or for so much time, waits for no names; at the end of the command a record has what it can have.
    const hasten = () => this.#signal.reason !== COMMAND_EXITED && profile?.hurry();
    if (this.#signal.aborted) hasten();
    else this.#signal.addEventListener("abort", hasten);
    this.#renamed = new RenamedProcesses(roots, header.processes);
    this.done = this.#settle.promise;
    // Whoever reads the events hears of it there.
    this.done.catch(() => {});
    this.events = this.#read();
    command?.exited.then(() => this.stop(COMMAND_EXITED));
  }

  /** What was received and lost so far. */
  counts(): MonitorCounts {
    return this.#parts.monitor.counts();
  }

  /** Ends it: what has been seen by then is recorded. The first reason stays. */
  stop(reason = "stopped"): void {
    this.#stop.abort(reason);
  }

  /** Ends it, and what it started. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    // Nobody has read: what there is is complete all the same.
    if (!this.#isRead) await this.#finish();
    await this.done.catch(() => {});
    await this.#parts.started[Symbol.asyncDispose]();
  }

  async *#read(): AsyncGenerator<RecordItem> {
    const { roots, source, monitor, profile, output, side } = this.#parts;
    this.#isRead = true;
    const flushing = setInterval(() => this.#flush(), FLUSH_MS);
    try {
      const items = withUsage(roots, monitor, this.#signal, () => source.clockNs());
      for await (const item of profile?.with(items) ?? items) {
        if (item.kind === "snapshot") {
          this.#snapshots++;
          this.#regions += item.snapshot.regions.length;
        }
        output?.write(item);
        side?.write(item);
        await output?.ready?.(this.#signal);
        yield item;
      }
    } catch (error) {
      this.#failure ??= error;
    } finally {
      clearInterval(flushing);
      await this.#finish();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** What is thrown in a timer would end the process with DAMON on. */
  #flush(): void {
    try {
      this.output?.flush(false);
      this.#renamed.look();
    } catch (error) {
      this.#failure ??= error;
      this.stop("output failed");
    }
  }

  async #finish(): Promise<void> {
    const { command, output, options: { hurry } } = this.#parts;
    try {
      this.#renamed.look(true);
      // A record is complete at once: the command may take its time to end, but then its exit code is not in there.
      const exitCode = await command?.endWithin(COMMAND_MS);
      const footer: RecordFooter = { ...this.#footer(), ...(exitCode !== undefined && { exitCode }) };
      if (output) this.#complete(output, footer);
      // Who has ended it by hand does not wait for a reader that stands still.
      await output?.taken?.(hurry ?? NEVER);
      output?.close();
      if (this.#failure === undefined) this.#settle.resolve({ footer });
    } catch (error) {
      this.#failure ??= error;
      output?.close();
    }
    if (this.#failure !== undefined) this.#settle.reject(this.#failure);
  }

  #footer(): RecordFooter {
    const { source, monitor, profile, output } = this.#parts;
    const counts = monitor.counts();
    const processes = [...counts.processes ?? [], ...this.#renamed.all()];
    const reason = this.#failure
      ? `failure: ${(this.#failure as Error).message}`
      : reasonOf(this.#signal) ?? monitor.ended ?? "stopped";
    return {
      endNs: source.clockNs(),
      reason,
      snapshots: output?.snapshots ?? this.#snapshots,
      regions: output?.regions ?? this.#regions,
      ...counts,
      ...(processes.length > 0 && { processes }),
      ...(profile && { profile: profile.counts() }),
    };
  }

  /** Where the output takes no more, the record says so if it can, and stays as far as it got. */
  #complete(output: RecordOutput, footer: RecordFooter): void {
    if (this.#failure instanceof RecordError || this.#failure instanceof Deno.errors.BrokenPipe) {
      output.finishCut(footer);
      return;
    }
    try {
      output.finish(footer);
    } catch (error) {
      this.#failure ??= error;
      output.finishCut({ ...footer, reason: `failure: ${(error as Error).message}` });
    }
  }
}

/**
 * Begins to watch: everything that can be known to fail fails before anything is started. `await using` it.
 *
 * @param open Opens who watches.
 * @throws {UnsupportedError} where this machine cannot do it, naming what it lacks.
 * @throws {BusyError} where somebody else's DAMON is in the way.
 * @throws {RecordError} where the output cannot be written.
 * @throws {CommandEndedError} where the command had ended before it could be watched.
 */
export async function startSession(roots: Roots, options: SessionOptions, open = openWatched): Promise<Session> {
  const { watched, command: argv, output: wanted, profileHz } = options;
  const prepared = wanted && await prepareOutput(wanted);
  await using started = new AsyncDisposableStack();
  const profile = profileHz === undefined
    ? undefined
    : started.use(await prepareProfile(roots, profileHz, options.say));
  const source = started.use(await open(roots, watched, options));
  await profile?.begun(options.signal ?? NEVER);
  const command = argv && started.use(startCommand(roots, argv, wanted?.path === "-"));
  const monitor = await startMonitor(roots, source, argv, command);
  const header = headerOf(roots, {
    tool: options.tool,
    source: source.source,
    kdamonds: monitor.kdamonds,
    clockNs: source.clockNs(),
    recorder: [...options.recorder ?? []],
  });
  profile?.start([...new Set(header.kdamonds.flatMap(pidsOf))], source.clockNs());
  const output = prepared?.open(header, () => monitor.counts());
  let side: RecordSideFiles | undefined;
  try {
    const children = () => monitor.counts().processes ?? [];
    side = prepared && await openSideFiles(prepared, prepared.format, header, roots, children);
  } catch (error) {
    // Where the files beside it cannot be, the record does not stay either.
    output?.discard?.();
    throw error;
  }
  if (side) started.use(side);
  return new Session({
    roots,
    options,
    source,
    monitor,
    header,
    profile,
    command,
    output,
    side,
    started: started.move(),
  });
}

/** Reads the events of a session that nobody looks at, to their end. */
export async function runSession(session: Session): Promise<SessionEnd> {
  for await (const _ of session.events) { /* they are written */ }
  return await session.done;
}

/**
 * Begins to watch.
 *
 * @throws {Error} where the command had ended by then: that is the reason, whatever the kernel says.
 */
export async function startMonitor(
  roots: Roots,
  source: Pick<RecordSource, "start">,
  argv: readonly string[] | undefined,
  command?: RecordedCommand,
): Promise<Monitor> {
  try {
    return await source.start(command?.pid);
  } catch (error) {
    if (!argv || !command || hasMemory(roots, command.pid)) throw error;
    throw new CommandEndedError(argv[0], await command.end());
  }
}

/** Loads what takes a moment; nothing is sampled yet. */
async function prepareProfile(roots: Roots, hz: number, say?: (line: Said) => void): Promise<ProfileSource> {
  const { ProfileSource, hidesKernelFunctions } = await import("../kernel/profile/items.ts");
  if (hidesKernelFunctions(roots)) {
    say?.(
      "functions of the kernel stay without names, as it hides where they are; " +
        "run damo with CAP_SYSLOG, and with kernel.kptr_restrict at 0 or 1",
    );
  }
  return new ProfileSource(roots, hz);
}

/** Why it ended, where a signal did. */
function reasonOf({ aborted, reason }: AbortSignal): string | undefined {
  if (!aborted) return undefined;
  if (typeof reason === "string") return reason;
  return (reason as Error | undefined)?.name === "TimeoutError" ? "timeout" : "stopped";
}

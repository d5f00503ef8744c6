import { decodeTracepoint, type Tracepoint } from "../../damon/events/mod.ts";
import { formatNr, formatNs } from "../../damon/model/mod.ts";
import { type Listener, openListener } from "../../ffi/mod.ts";
import type { AddressStyle } from "../../format/header/mod.ts";
import { formatLostEvents, formatTracepointEvent } from "../../format/trace/mod.ts";
import {
  chooseInterface,
  describeKdamond,
  mountTracefs,
  readKdamonds,
  readTracepoints,
  requireFreeDamon,
  requireProcess,
  type RunningKdamond,
  startKdamonds,
  stopAll,
} from "../../kernel/control/mod.ts";
import type { Roots } from "../../kernel/machine/mod.ts";
import { controlRoots, mountAsked, sayLivingThreads } from "../control/mod.ts";
import { endWith } from "./end_with.ts";
import { LiveOutput, StopSignals } from "../terminal/mod.ts";
import { type RecordedCommand, startCommand } from "../../live/mod.ts";
import { pidsIn } from "../damon/mod.ts";
import { kdamondsFor, PID_TO_COME, wantedOf, withPid } from "./target.ts";
import type { TraceOptions } from "./trace.ts";

/** How often it is looked whether what was started still runs, ms. */
const POLL_MS = 250;
/**
 * Events are taken so long after the first of them came, ms: while one lies there the kernel wakes nobody for the next ones, else the
 * kdamond would be held up by each.
 */
const GATHER_MS = 10;

/**
 * Runs `damo trace`.
 *
 * @throws {ExitCode} where a signal ended it, and where the command that was traced ended with another code than 0.
 */
export async function trace(target: string | undefined, command: string[] | undefined, options: TraceOptions) {
  const roots = controlRoots();
  await mountAsked(roots, options);
  if (options.mount) {
    const place = await mountTracefs(roots);
    if (place !== undefined) console.error(`damo: mounted tracefs on ${place}; it stays mounted`);
  }
  const tracepoints = chosenTracepoints(readTracepoints(roots), options.events?.flat());
  if (options.list) return console.log(listOf(tracepoints));

  const isNamed = target !== undefined || command !== undefined || options.target_pid !== undefined ||
    options.kdamonds !== undefined || options.ops !== undefined;
  const wanted = isNamed ? wantedOf(target, command, options, "trace") : { kind: "ongoing" as const };
  const kdamonds = wanted.kind === "ongoing" ? undefined : await kdamondsFor(roots, wanted, options);
  const damon = chooseInterface(roots);
  for (const { contexts } of kdamonds ?? []) {
    for (const { operations } of contexts) await requireFreeDamon(roots, operations, damon);
  }
  for (const pid of pidsIn(kdamonds ?? [])) if (pid !== PID_TO_COME) requireProcess(roots, pid);
  sayLivingThreads(roots, kdamonds ?? []);

  using signals = new StopSignals();
  await using listener = openListener({ ringBytes: options.ring, everyone: kdamonds === undefined });
  await using started = new AsyncDisposableStack();
  let child: RecordedCommand | undefined;
  if (wanted.kind === "command") child = started.use(startCommand(roots, wanted.argv, true));
  // Attached before DAMON is turned on, so that its first event finds someone listening.
  tracepoints.forEach(({ id, name }, number) => listener.attach(id, number, name));
  const running = kdamonds ? await startKdamonds(roots, withPid(kdamonds, child?.pid ?? PID_TO_COME), { damon }) : [];
  for (const each of running) {
    started.use(each);
    listener.watch(each.pid);
  }
  if (!kdamonds && !options.quiet) await sayWhoRuns(roots);

  signals.signal.addEventListener("abort", () => listener.stop());
  child?.exited.then(() => signals.stop("command exited"));
  if (options.timeout !== undefined) signals.stopAfter(options.timeout);
  const beginNs = listener.clockNs();
  const lines = new TracepointLines(listener, tracepoints, options.addresses);
  const output = new LiveOutput(Deno.stdout, signals.signal);
  await follow(lines, listener, running, signals, output);
  // The last events come while it is turned off.
  await stopAll(running);
  for (let text = lines.next(); text !== ""; text = lines.next()) await output.write(text);
  await output.write(lines.end());

  if (output.isGivenUp) console.error("damo: nobody read any more: the last events were not written");
  if (!options.quiet) {
    const lost = lines.lost === 0 ? "nothing lost" : `${formatNr(lines.lost)} lost: --ring gives them more room`;
    const took = formatNs(listener.clockNs() - beginNs);
    console.error(`damo: ${formatNr(lines.count)} events in ${took}, ${lost}; ended by: ${signals.reason}`);
  }
  endWith(signals, child);
}

/** Writes lines as they come, until a signal, the timeout, or the end of what was started. */
async function follow(
  lines: TracepointLines,
  listener: Listener,
  running: readonly RunningKdamond[],
  signals: StopSignals,
  output: LiveOutput,
): Promise<void> {
  let nextPollMs = 0;
  while (!signals.signal.aborted) {
    if (performance.now() >= nextPollMs) {
      nextPollMs = performance.now() + POLL_MS;
      // A kdamond ends by itself with its last target.
      if (running.length > 0 && running.every((each) => !each.isOn())) signals.stop("kdamond stopped");
    }
    if (await listener.wait(POLL_MS) === "ready") await new Promise((done) => setTimeout(done, GATHER_MS));
    // What has been taken is written, whatever comes meanwhile.
    while (!signals.signal.aborted) {
      const text = lines.next();
      if (text === "") break;
      await output.write(text);
    }
  }
}

/** Makes lines of what a listener hears. */
export class TracepointLines {
  /** Events written so far. */
  count = 0;
  /** Events lost so far. */
  lost = 0;

  constructor(
    readonly listener: Pick<Listener, "drain" | "counters" | "clockNs">,
    readonly tracepoints: readonly Tracepoint[],
    readonly addresses: AddressStyle,
  ) {}

  /** Lines of the next events that are there, each with its end; empty where there are none. */
  next(): string {
    let text = "";
    for (const { tracepoint, record, pid, dropped, ...heard } of this.listener.drain()) {
      text += this.#lossUntil(dropped, heard.timeNs);
      const { name } = this.tracepoints[tracepoint];
      const fields = decodeTracepoint(this.tracepoints[tracepoint], record);
      text += formatTracepointEvent({ ...heard, event: name, kdamond: pid, fields }, this.addresses) + "\n";
      this.count++;
    }
    return text;
  }

  /** Where the last events of all were lost, the line that says so. */
  end(): string {
    return this.#lossUntil(this.listener.counters().dropped, this.listener.clockNs());
  }

  #lossUntil(dropped: number, timeNs: number): string {
    // Of processors that count at the same time, one may be behind.
    const count = dropped - this.lost;
    if (count <= 0) return "";
    this.lost = dropped;
    return formatLostEvents(count, timeNs) + "\n";
  }
}

/**
 * Those of the tracepoints that are asked for, in the kernel's order.
 *
 * @throws {RangeError} for a name that none of them has.
 */
export function chosenTracepoints(all: readonly Tracepoint[], asked: readonly string[] | undefined): Tracepoint[] {
  if (!asked || asked.includes("all")) return [...all];
  const patterns = asked.map((word) => {
    const parts = word.replace(/^damon:/, "").split("*").map((part) => part.replace(/[^\w]/g, "\\$&"));
    return { word, pattern: new RegExp(`^${parts.join(".*")}$`) };
  });
  const unknown = patterns.find(({ pattern }) => !all.some(({ name }) => pattern.test(name)));
  if (unknown) {
    throw new RangeError(
      `This kernel's DAMON has no tracepoint ${unknown.word}: it has ` +
        all.map(({ name }) => name).join(", "),
    );
  }
  return all.filter(({ name }) => patterns.some(({ pattern }) => pattern.test(name)));
}

/** One tracepoint a line, with its fields. */
function listOf(tracepoints: readonly Tracepoint[]): string {
  const width = Math.max(...tracepoints.map(({ name }) => name.length));
  return tracepoints.map(({ name, fields }) => `${name.padEnd(width)}  ${fields.map((field) => field.name).join(" ")}`)
    .join("\n");
}

async function sayWhoRuns(roots: Roots): Promise<void> {
  let on: string[] = [];
  try {
    on = (await readKdamonds(roots)).filter(({ state }) => state === "on").map(describeKdamond);
  } catch { /* it is only told: a kernel's module may run without any of them */ }
  console.error(
    `damo: listening to ${on.length > 0 ? on.join(", ") : "every kdamond: none is on that DAMON's files show"}`,
  );
}

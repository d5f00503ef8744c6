import { formatBytes, formatNr, formatNs, RecordError, type RecordFooter, type RecordHeader } from "../damon/mod.ts";
import { cleanLines } from "../damon/clean_text.ts";
import type { FormatName } from "../format/record_encoder.ts";
import { checkWritable, isStream } from "../format/output_file.ts";
import { hasMemory, requireProcess } from "../kernel/detect.ts";
import { strangeMapLines } from "../kernel/process.ts";
import { headerOf } from "../kernel/header.ts";
import type { ProfileSource } from "../kernel/profile_items.ts";
import { pidsOf } from "../kernel/monitor.ts";
import type { RecordSource } from "../kernel/record_source.ts";
import type { Roots } from "../kernel/roots.ts";
import { QualityGauge } from "../report/quality.ts";
import { poorLines, qualityLine } from "../report/quality_text.ts";
import { RenamedProcesses } from "../kernel/renamed.ts";
import { withUsage } from "../kernel/usage_items.ts";
import { controlRoots } from "./control_roots.ts";
import { endWith } from "./end_with.ts";
import { CommandEndedError } from "./exit.ts";
import { mountAsked } from "./mount_asked.ts";
import type { RecordOptions } from "./record.ts";
import { type RecordedCommand, startCommand } from "./record_command.ts";
import { filesOf, openOutput, outputFormatFor, type RecordOutput } from "./record_output.ts";
import { openAsked } from "./record_source.ts";
import { pidsIn } from "./pids_in.ts";
import { kdamondsFor, PID_TO_COME, type Wanted, wantedOf } from "./record_target.ts";
import { openSideFiles } from "./record_side_files.ts";
import { StatusLine } from "./status_line.ts";
import { sayLivingThreads } from "./say_living_threads.ts";
import { StopSignals } from "./stop_signals.ts";
import { TOOL } from "./version.ts";

/** How long the end of a record waits for the exit code of its command, ms. */
const COMMAND_MS = 100;

/**
 * Runs `damo record`.
 *
 * @param started Called when DAMON is on and its events are listened to.
 * @throws {ExitCode} where a signal ended it, and where the command that was recorded ended with another code than 0.
 */
export async function record(
  target: string | undefined,
  command: string[] | undefined,
  options: RecordOptions,
  started?: () => void,
) {
  const roots = controlRoots();
  await mountAsked(roots, options);
  const wanted = wantedOf(target, command, options);
  const kdamonds = wanted.kind === "ongoing"
    ? []
    : await kdamondsFor(roots, wanted, options, { follows: options.snapshot === undefined });
  // Everything that can be known to fail fails here, before anything is started.
  for (const pid of pidsIn(kdamonds)) if (pid !== PID_TO_COME) requireProcess(roots, pid);
  sayLivingThreads(roots, kdamonds);
  checkWritable(options.out);
  const format = await outputFormatFor(options);

  // From here on a signal ends the record in order, whatever has been started by then.
  using signals = new StopSignals();
  const hz = profileRateOf(options, format);
  await using profile = hz === undefined ? undefined : await prepareProfile(roots, hz);
  // Who asks by hand, or for so much time, waits for no names; at the end of the command a record has what it can have.
  signals.signal.addEventListener("abort", () => signals.reason !== "command exited" && profile?.hurry());
  await using source = await openAsked(roots, wanted, options, kdamonds);
  await profile?.begun(signals.signal);
  await using child = wanted.kind === "command" ? startCommand(roots, wanted.argv, options.out === "-") : undefined;
  const monitor = await startMonitor(roots, source, wanted, child);
  const header = headerOf(roots, {
    tool: TOOL,
    source: source.source,
    kdamonds: monitor.kdamonds,
    clockNs: source.clockNs(),
    recorder: ["damo", ...Deno.args],
  });
  profile?.start([...new Set(header.kdamonds.flatMap(pidsOf))], source.clockNs());
  const writer = await openOutput(options, format, header, () => monitor.counts());
  using side = await besides(
    writer,
    openSideFiles(options, format, header, roots, () => monitor.counts().processes ?? []),
  );
  const renamed = new RenamedProcesses(roots, header.processes);
  const quality = new QualityGauge(header);
  const status = new StatusLine(options.quiet !== true, writer, () => monitor.counts());
  let failure: unknown;
  using _timer = interval(200, () => {
    try {
      status.draw();
      renamed.look();
    } catch (error) {
      // Thrown here it would end the process with DAMON on; the loop below ends it in order.
      failure ??= error;
      signals.stop("output failed");
    }
  });
  child?.exited.then(() => signals.stop("command exited"));
  if (options.timeout !== undefined) signals.stopAfter(options.timeout);
  started?.();

  try {
    const items = withUsage(roots, monitor, signals.signal, () => source.clockNs());
    for await (const item of profile?.with(items) ?? items) {
      if (item.kind === "snapshot") status.see(item.snapshot);
      writer.write(item);
      side?.write(item);
      quality.add(item);
      await writer.ready?.(signals.signal);
    }
  } catch (error) {
    failure ??= error;
  }
  renamed.look(true);
  signals.again.addEventListener("abort", () => child?.kill());
  // A record is complete at once: the command may take its time to end, but then its exit code is not in there.
  let exitCode = await child?.endWithin(COMMAND_MS);
  const counts = monitor.counts();
  const processes = [...counts.processes ?? [], ...renamed.all()];
  const footer: RecordFooter = {
    endNs: source.clockNs(),
    reason: failure ? `failure: ${(failure as Error).message}` : signals.reason ?? monitor.ended ?? "stopped",
    snapshots: writer.snapshots,
    regions: writer.regions,
    ...counts,
    ...(processes.length > 0 && { processes }),
    ...(profile && { profile: profile.counts() }),
    ...(exitCode !== undefined && { exitCode }),
  };
  // Where the output takes no more, the record says so if it can, and stays as far as it got.
  if (isOutputFailure(failure)) writer.finishCut(footer);
  else {
    try {
      writer.finish(footer);
    } catch (error) {
      failure ??= error;
      writer.finishCut({ ...footer, reason: `failure: ${(error as Error).message}` });
    }
  }
  try {
    // Who has ended it by hand does not wait for a reader that stands still; a later signal says the same.
    await writer.taken?.(signals.signalName ? signals.signal : signals.again);
  } catch (error) {
    failure ??= error;
  }
  writer.close();
  status.clear();
  if (child && exitCode === undefined) {
    console.error(`damo: ${cleanLines(wordOfEnding(wanted))}`);
    exitCode = await child.end();
  }
  if (failure !== undefined) throw failure;
  if (options.quiet !== true) {
    quality.add({ kind: "footer", footer });
    const judged = { header, footer, quality: quality.result() };
    for (const line of [...poorLines(judged), ...qualityLine(judged)]) console.error(`damo: ${line}`);
    console.error(summaryOf(writer, { ...footer, ...(exitCode !== undefined && { exitCode }) }, header));
  }
  const strange = strangeMapLines();
  if (strange > 0) {
    console.error(`damo: ${formatNr(strange)} lines of memory maps had an unknown form, and were left out`);
  }
  endWith(signals, child);
  return { header, footer };
}

function wordOfEnding(wanted: Wanted): string {
  const name = wanted.kind === "command" ? wanted.argv[0] : "the command";
  return `The record is complete, but ${name} has not ended on SIGTERM yet; it is killed after 2 s, or at once by Ctrl-C`;
}

/**
 * How often a second is sampled what runs; `undefined` where that is not asked for.
 *
 * @throws {RangeError} where the record could not hold it.
 */
function profileRateOf({ profile, profile_rate: rate }: RecordOptions, format: FormatName): number | undefined {
  if (!profile && rate === undefined) return undefined;
  if (format === "arrow" || format === "jsonl" || format === "perf_script") return rate ?? 99;
  throw new RangeError(
    `Cannot record --profile as ${format}, which has no room for it: use --format arrow, jsonl or perf_script`,
  );
}

/** Samples what the recorded processes run; where it is memory that is recorded, what all of them do. */
async function prepareProfile(roots: Roots, hz: number): Promise<ProfileSource> {
  const { ProfileSource, hidesKernelFunctions } = await import("../kernel/profile_items.ts");
  if (hidesKernelFunctions(roots)) {
    console.error(
      "damo: functions of the kernel stay without names, as it hides where they are; " +
        "run damo with CAP_SYSLOG, and with kernel.kptr_restrict at 0 or 1",
    );
  }
  return new ProfileSource(roots, hz);
}

/** The files beside a record; where they cannot be, it does not stay either. */
async function besides<T>(writer: RecordOutput, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    writer.discard?.();
    throw error;
  }
}

/**
 * Begins to watch.
 *
 * @throws {Error} where the command had ended by then: that is the reason, whatever the kernel says.
 */
export async function startMonitor(
  roots: Roots,
  source: Pick<RecordSource, "start">,
  wanted: Wanted,
  child?: RecordedCommand,
) {
  try {
    return await source.start(child?.pid ?? (wanted.kind === "pid" ? wanted.pid : undefined));
  } catch (error) {
    if (wanted.kind !== "command" || !child || hasMemory(roots, child.pid)) throw error;
    throw new CommandEndedError(wanted.argv[0], await child.end());
  }
}

function isOutputFailure(error: unknown): boolean {
  return error instanceof RecordError || error instanceof Deno.errors.BrokenPipe;
}

function interval(ms: number, call: () => void): Disposable {
  const id = setInterval(call, ms);
  return { [Symbol.dispose]: () => clearInterval(id) };
}

/** What was recorded, in a sentence: `recorded 12 snapshots of 340 regions in 1.2 s, nothing lost; ended by: timeout`. */
export function sentenceOf(footer: RecordFooter, startNs: number): string {
  const { reason, snapshots, regions, dropped, torn, endNs, pages, profile, following } = footer;
  const lost = dropped + torn === 0
    ? "nothing lost"
    : `${formatNr(dropped)} events dropped (${formatNr(torn)} snapshots left out for it)`;
  const cost = pages ? `, ${(pages.cpuNs / (endNs - startNs) * 100).toFixed(1)} % of one CPU for sampling` : "";
  const unseen = pages?.hugetlbBytes ? `, ${formatBytes(pages.hugetlbBytes)} of hugetlbfs left out` : "";
  const samples = profile
    ? `, ${formatNr(profile.samples)} samples of what ran${
      profile.dropped > 0 ? ` (${formatNr(profile.dropped)} lost)` : ""
    }`
    : "";
  const commits = (following ?? []).reduce((sum, { commits }) => sum + commits, 0);
  const refused = (following ?? []).reduce((sum, { refused }) => sum + refused, 0);
  const followed = following
    ? `, ranges changed ${formatNr(commits)} times${refused > 0 ? ` (the kernel refused ${formatNr(refused)})` : ""}`
    : "";
  const what = `recorded ${formatNr(snapshots)} snapshots of ${formatNr(regions)} regions`;
  return `${what} in ${formatNs(endNs - startNs)}, ${lost}${followed}${unseen}${samples}${cost}; ended by: ${reason}`;
}

/** A path as a shell takes it for one word. */
export function shellWord(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function summaryOf(writer: RecordOutput, footer: RecordFooter, { clock, kdamonds }: RecordHeader): string {
  const size = formatBytes(writer.bytes);
  const files = filesOf(writer);
  const last = files.at(-1)!;
  const hasSchemes = kdamonds.some(({ contexts }) => contexts.some(({ schemes }) => schemes?.length));
  const report = hasSchemes ? "schemes" : "heatmap";
  const where = files.length > 1 ? `${files[0]} to ${last}, ${files.length} files` : last;
  const lines = [
    `damo: ${sentenceOf(footer, clock.originNs)}`,
    writer.path === "-"
      ? `damo: wrote ${size} to standard output`
      : isStream(last)
      ? `damo: wrote ${size} to ${last}`
      : footer.snapshots === 0
      ? `damo: wrote ${where} (${size}), without a snapshot: record for longer than an aggregation interval`
      : `damo: wrote ${where} (${size}); see it with: damo report ${report} -i ${shellWord(last)}`,
  ];
  if (footer.exitCode !== undefined) lines.push(`damo: the command ended with exit code ${footer.exitCode}`);
  return lines.join("\n");
}

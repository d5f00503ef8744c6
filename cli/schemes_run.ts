import { formatBytes, formatNs, type Kdamond, outlineOf, type SchemeStats, statsText } from "../damon/mod.ts";
import { chooseInterface } from "../kernel/choose_interface.ts";
import { requireProcess } from "../kernel/detect.ts";
import type { DamonInterface } from "../kernel/interface.ts";
import { requireFreeDamon, type RunningKdamond, startKdamonds } from "../kernel/kdamond.ts";
import { commOf, isAlive, memoryOf, type ProcessMemory } from "../kernel/process.ts";
import { defaultRoots, type Roots } from "../kernel/roots.ts";
import { ExitCode, exitCodeOf } from "./exit.ts";
import type { RecordOptions } from "./record.ts";
import { startCommand } from "./record_command.ts";
import { kdamondsFor, PID_TO_COME, pidsIn, wantedOf, withPid } from "./record_target.ts";
import type { SchemesOptions } from "./schemes.ts";
import { printPlan } from "./start_run.ts";
import { StopSignals } from "./stop_signals.ts";

const LOOK_MS = 250;

/** `damo schemes`. */
export async function schemes(target: string | undefined, command: string[] | undefined, options: SchemesOptions) {
  const roots = defaultRoots();
  const asked = options as unknown as RecordOptions;
  const wanted = wantedOf(target, command, asked);
  if (wanted.kind === "ongoing") {
    throw new TypeError("Cannot apply schemes to what runs already: change what damo started with damo tune");
  }
  const kdamonds = await kdamondsFor(roots, wanted, asked);
  if (!kdamonds.some(({ contexts }) => contexts.some((context) => context.schemes?.length))) {
    throw new TypeError(
      "Cannot apply schemes as there must be one: name a file with -c FILE, or say it by --damos_action",
    );
  }
  for (const pid of pidsIn(kdamonds)) if (pid !== PID_TO_COME) requireProcess(roots, pid);
  const damon = chooseInterface(roots, options.interface);
  damon.require(kdamonds);
  if (options.dry_run) return printPlan(damon.startPlan(kdamonds));
  const operations = new Set(kdamonds.flatMap(({ contexts }) => contexts.map((context) => context.operations)));
  for (const each of operations) await requireFreeDamon(roots, each, damon);

  using signals = new StopSignals();
  await using child = wanted.kind === "command" ? startCommand(wanted.argv, false) : undefined;
  const staged = withPid(kdamonds, child?.pid ?? PID_TO_COME);
  const running = await startKdamonds(roots, staged, { damon });
  try {
    if (options.timeout !== undefined) signals.stopAfter(options.timeout);
    child?.exited.then(() => signals.stop("command exited"));
    const last = await watch(roots, damon, running, staged, signals, options.quiet === true);
    if (options.quiet !== true) console.error(summaryOf(last, signals.reason ?? "its targets ended"));
  } finally {
    for (const each of running) await each.stop();
  }
  await child?.end();
  if (signals.signalName) throw new ExitCode(exitCodeOf(signals.signalName));
}

/** What was seen last. */
interface Seen {
  elapsedMs: number;
  /** Of each scheme of each kdamond. */
  stats: { name: string; stats: SchemeStats }[];
  /** Of each process, at the beginning and now. */
  processes: { pid: number; before: ProcessMemory; now: ProcessMemory }[];
}

async function watch(
  roots: Roots,
  damon: DamonInterface,
  running: readonly RunningKdamond[],
  kdamonds: readonly Kdamond[],
  signals: StopSignals,
  isQuiet: boolean,
): Promise<Seen> {
  const pids = [...new Set(pidsIn(kdamonds))];
  const begin = performance.now();
  const seen: Seen = {
    elapsedMs: 0,
    stats: [],
    processes: pids.flatMap((pid) => {
      const before = memoryOf(roots, pid);
      return before ? [{ pid, before, now: before }] : [];
    }),
  };
  if (!isQuiet) {
    const ofProcess = (pid: number) => commOf(roots, pid);
    kdamonds.forEach((kdamond, i) => console.error(outlineOf(kdamond, i, { ofKdamond: "on", ofProcess }).join("\n")));
  }
  const isShown = !isQuiet && Deno.stderr.isTerminal();
  while (!signals.signal.aborted && running.some((each) => each.isOn())) {
    if (pids.length > 0 && pids.every((pid) => !isAlive(roots, pid))) break;
    look(roots, damon, running, kdamonds, seen);
    seen.elapsedMs = performance.now() - begin;
    if (isShown) Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${lineOf(seen)}`));
    await new Promise<void>((done) => {
      const timer = setTimeout(done, LOOK_MS);
      signals.signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
    });
  }
  look(roots, damon, running, kdamonds, seen);
  if (isShown) Deno.stderr.writeSync(new TextEncoder().encode("\r\x1b[K"));
  return seen;
}

/** Takes what the kernel says now; what it no longer says stays as it was. */
function look(
  roots: Roots,
  damon: DamonInterface,
  running: readonly RunningKdamond[],
  kdamonds: readonly Kdamond[],
  seen: Seen,
): void {
  for (const each of seen.processes) each.now = memoryOf(roots, each.pid) ?? each.now;
  if (!running.every((each) => each.isOn())) return;
  try {
    for (const { index } of running) damon.run(damon.refreshPlan(index));
  } catch {
    // Its targets ended in this moment: what was seen before is all there is.
    return;
  }
  const statuses = damon.read();
  seen.stats = running.flatMap(({ index }, k) =>
    (statuses[index]?.contexts ?? []).flatMap(({ schemes = [] }) =>
      schemes.flatMap(({ action, stats }, s) =>
        stats ? [{ name: `${kdamonds.length > 1 ? `kdamond ${k}, ` : ""}scheme ${s} (${action})`, stats }] : []
      )
    )
  );
}

function lineOf({ elapsedMs, stats, processes }: Seen): string {
  const { columns } = Deno.stderr.isTerminal() ? Deno.consoleSize() : { columns: 200 };
  const parts = [
    formatNs(Math.round(elapsedMs / 1000) * 1e9),
    ...processes.map(({ pid, now }) =>
      `pid ${pid}: ${formatBytes(now.residentBytes)} resident, ${formatBytes(now.swapBytes)} swapped`
    ),
    ...stats.map(({ name, stats }) => `${name}: ${formatBytes(stats.szAppliedBytes ?? stats.szTriedBytes)}`),
    "Ctrl-C ends",
  ];
  return parts.join(" | ").slice(0, columns - 1);
}

function summaryOf({ elapsedMs, stats, processes }: Seen, reason: string): string {
  const lines = [
    `damo: schemes ran for ${formatNs(elapsedMs * 1e6)}; ended by: ${reason}`,
    ...stats.map(({ name, stats }) => `damo: ${name}: ${statsText(stats)}`),
    ...processes.map(({ pid, before, now }) =>
      `damo: process ${pid}: resident ${formatBytes(before.residentBytes)} -> ${formatBytes(now.residentBytes)}, ` +
      `swapped ${formatBytes(before.swapBytes)} -> ${formatBytes(now.swapBytes)}, ` +
      `${now.majorFaults - before.majorFaults} major page faults`
    ),
  ];
  return lines.join("\n");
}

import { type Kdamond, parseCount, parseNs, type RecordedKdamond } from "../damon/mod.ts";
import { filtersOf } from "../damon/filter_options.ts";
import { chooseInterface } from "../kernel/choose_interface.ts";
import type { DamonInterface } from "../kernel/interface.ts";
import { requireFreeDamon, startKdamonds, tuneKdamonds } from "../kernel/kdamond.ts";
import type { RecordSource } from "../kernel/record_source.ts";
import type { Roots } from "../kernel/roots.ts";
import { stopAll } from "../kernel/stop_all.ts";
import {
  requireSnapshots,
  snapshotScheme,
  type SnapshotTimes,
  type TriedKdamond,
  TriedMonitor,
  uptimeNs,
} from "../kernel/tried_monitor.ts";
import type { RecordOptions } from "./record.ts";
import { PID_TO_COME, type Wanted, withPid } from "./record_target.ts";
import { configOf, tunable } from "../kernel/tunable.ts";

/**
 * What `--snapshot DELAY COUNT` asks for.
 *
 * @throws {SyntaxError} for another form; {TypeError} for options that do not go with it.
 */
export function snapshotTimesOf(options: RecordOptions): SnapshotTimes | undefined {
  const { snapshot, snapshot_damos_filter, monitor } = options;
  if (snapshot === undefined) {
    if (snapshot_damos_filter !== undefined) {
      throw new TypeError("Cannot use --snapshot_damos_filter as it goes with --snapshot");
    }
    return undefined;
  }
  if (monitor === "pages" || monitor === "pages-exact") {
    throw new TypeError(`Cannot use --snapshot with --monitor ${monitor} as it looks through one of DAMON's schemes`);
  }
  if (options.include_children) {
    throw new TypeError("Cannot use --snapshot with --include_children as the targets of its scheme stay as they are");
  }
  const [delay, count = "1", ...more] = snapshot as unknown as string[];
  const times = { delayMs: parseNs(delay, "s") / 1e6, count: parseCount(count) };
  if (more.length > 0 || times.count < 1) {
    throw new SyntaxError("Cannot parse --snapshot as it must be a delay and a count above 0, as in: --snapshot 5s 12");
  }
  return times;
}

/** Snapshots through a scheme of a kdamond of our own: one for them, or with `ongoing` those that damo start began. */
export function openSnapshots(
  roots: Roots,
  wanted: Wanted,
  options: RecordOptions,
  kdamonds: readonly Kdamond[],
  times: SnapshotTimes,
): Promise<RecordSource> {
  const damon = chooseInterface(roots, options.interface);
  const scheme = snapshotScheme(filtersOf((options.snapshot_damos_filter ?? []) as unknown as string[][]));
  const withScheme = (all: readonly Kdamond[]) =>
    all.map((kdamond) => ({
      ...kdamond,
      contexts: kdamond.contexts.map((context) => ({ ...context, schemes: [...context.schemes ?? [], scheme] })),
    }));
  return wanted.kind === "ongoing"
    ? ongoingSource(roots, damon, withScheme, times)
    : ownSource(roots, damon, withScheme(kdamonds), times);
}

async function ownSource(
  roots: Roots,
  damon: DamonInterface,
  kdamonds: readonly Kdamond[],
  times: SnapshotTimes,
): Promise<RecordSource> {
  requireSnapshots(roots, damon, kdamonds);
  damon.require(kdamonds);
  const operations = new Set(kdamonds.flatMap(({ contexts }) => contexts.map((context) => context.operations)));
  for (const each of operations) await requireFreeDamon(roots, each, damon);
  return sourceOf(roots, times, async (pid) => {
    const staged = withPid(kdamonds, pid ?? PID_TO_COME);
    const running = await startKdamonds(roots, staged, { damon });
    return running.map((each, i) =>
      triedKdamond(damon, { ...staged[i], pid: each.pid, index: each.index, ours: true }, () => each.stop())
    );
  });
}

async function ongoingSource(
  roots: Roots,
  damon: DamonInterface,
  withScheme: (kdamonds: readonly Kdamond[]) => Kdamond[],
  times: SnapshotTimes,
): Promise<RecordSource> {
  // It refuses those of others: a scheme of ours in their kdamond would disturb them.
  const statuses = await tunable(roots, damon);
  const before = statuses.map(configOf);
  const wanted = withScheme(before);
  requireSnapshots(roots, damon, wanted);
  damon.require(wanted);
  const tune = async (all: readonly Kdamond[]) =>
    void await tuneKdamonds(roots, new Map(all.map((kdamond, i) => [statuses[i].index, kdamond])), damon);
  return sourceOf(roots, times, async () => {
    await tune(wanted);
    let isBack = false;
    const takeBack = async () => {
      if (isBack) return;
      isBack = true;
      await tune(before);
    };
    return statuses.map(({ index, pid }, i) =>
      triedKdamond(damon, { ...wanted[i], pid: pid!, index, ours: true }, takeBack)
    );
  });
}

function triedKdamond(
  damon: DamonInterface,
  recorded: RecordedKdamond & { index: number },
  stop: () => Promise<void>,
): TriedKdamond {
  const { index, pid } = recorded;
  return { recorded, isOn: () => damon.isOn(index, pid), intervals: () => damon.intervalsOf(index), stop };
}

function sourceOf(
  roots: Roots,
  times: SnapshotTimes,
  begin: (pid: number | undefined) => Promise<TriedKdamond[]>,
): RecordSource {
  let watched: TriedKdamond[] = [];
  return {
    source: "damon",
    async start(pid) {
      watched = await begin(pid);
      return new TriedMonitor(roots, watched, times);
    },
    clockNs: () => uptimeNs(roots),
    async [Symbol.asyncDispose]() {
      await stopAll(watched);
    },
  };
}

import type { Kdamond, RecordedKdamond, Scheme } from "../damon/mod.ts";
import {
  chooseInterface,
  configOf,
  type DamonInterface,
  PID_TO_COME,
  requireFreeDamon,
  startKdamonds,
  stopAll,
  tunable,
  tuneKdamonds,
  withPid,
} from "../kernel/control/mod.ts";
import {
  type RecordSource,
  requireSnapshots,
  snapshotScheme,
  type SnapshotTimes,
  type SourceOptions,
  type TriedKdamond,
  TriedMonitor,
  uptimeNs,
  type Watched,
} from "../kernel/monitor/mod.ts";
import type { Roots } from "../kernel/machine/mod.ts";

/** Looks now and then through a scheme that does nothing, instead of at every aggregation. */
export interface SnapshotOptions extends SnapshotTimes {
  /** Which pages the scheme counts of each region; all by default. */
  filters?: Scheme["filters"];
}

/**
 * Snapshots through a scheme of a kdamond of our own: one for them, or with `ongoing` those that damo started.
 *
 * @throws {UnsupportedError} where the kernel does not tell which regions a scheme tried.
 * @throws {BusyError} where somebody else's DAMON is in the way.
 */
export function openSnapshots(
  roots: Roots,
  watched: Watched,
  { filters, ...times }: SnapshotOptions,
  { interface: wanted }: Pick<SourceOptions, "interface"> = {},
): Promise<RecordSource> {
  const damon = chooseInterface(roots, wanted);
  const scheme = snapshotScheme(filters);
  const withScheme = (all: readonly Kdamond[]) =>
    all.map((kdamond) => ({
      ...kdamond,
      contexts: kdamond.contexts.map((context) => ({ ...context, schemes: [...context.schemes ?? [], scheme] })),
    }));
  return watched === "ongoing"
    ? ongoingSource(roots, damon, withScheme, times)
    : ownSource(roots, damon, withScheme(watched), times);
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

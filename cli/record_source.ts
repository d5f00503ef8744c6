import { BusyError, type Kdamond, KernelError, type Source, UnsupportedError } from "../damon/mod.ts";
import { openTracer } from "../ffi/tracer.ts";
import { chooseInterface, interfacesHere } from "../kernel/choose_interface.ts";
import type { DamonInterface } from "../kernel/interface.ts";
import { requireFreeDamon, startKdamonds } from "../kernel/kdamond.ts";
import { DamonMonitor, type Monitor, type WatchedKdamond } from "../kernel/monitor.ts";
import { openPagesMonitor } from "../kernel/pages_monitor.ts";
import type { Roots } from "../kernel/roots.ts";
import { schemesNow } from "../kernel/scheme_watch.ts";
import { describeKdamond, readKdamonds } from "../kernel/sysfs.ts";
import type { RecordOptions } from "./record.ts";
import { PID_TO_COME, type Wanted, withPid } from "./record_target.ts";

/** Where snapshots come from. Opened before the target is started; disposing turns off what it started. */
export interface RecordSource extends AsyncDisposable {
  readonly source: Source;
  /** Begins to watch; `pid` is absent for physical memory and for what runs already. */
  start(pid: number | undefined): Promise<Monitor>;
  /** CLOCK_BOOTTIME now, ns. */
  clockNs(): number;
}

/**
 * Opens what `--monitor` asks for. It says on standard error if that is not DAMON although it was not named, and why.
 *
 * @throws {UnsupportedError} where the kernel cannot do it.
 * @throws {BusyError} where somebody else's DAMON is in the way.
 */
export async function openSource(
  roots: Roots,
  wanted: Wanted,
  options: RecordOptions,
  kdamonds: readonly Kdamond[],
): Promise<RecordSource> {
  const watchesProcess = wanted.kind === "pid" || wanted.kind === "command";
  if (!watchesProcess && options.monitor !== "auto" && options.monitor !== "damon") {
    throw new TypeError(
      `Cannot use --monitor ${options.monitor} as it watches processes: the target is ${wanted.kind}`,
    );
  }
  const { openSnapshots, snapshotTimesOf } = await import("./record_snapshots.ts");
  const times = snapshotTimesOf(options);
  if (times) return await openSnapshots(roots, wanted, options, kdamonds, times);
  if (wanted.kind === "ongoing") return openDamon(roots, undefined, options);
  if (options.monitor === "auto" || options.monitor === "damon") {
    try {
      if (options.include_children) {
        throw new UnsupportedError(
          "Cannot follow children with DAMON: the page sampler can; use --monitor pages",
          "children",
        );
      }
      const operations = new Set(kdamonds.flatMap(({ contexts }) => contexts.map((context) => context.operations)));
      const damon = chooseInterface(roots, options.interface);
      for (const each of operations) await requireFreeDamon(roots, each, damon);
      return openDamon(roots, kdamonds, options);
    } catch (error) {
      // Without root DAMON cannot be driven; some capabilities are enough for the page sampler.
      const isAbsent = error instanceof UnsupportedError || error instanceof BusyError || error instanceof KernelError;
      if (options.monitor === "damon" || !watchesProcess || !isAbsent) throw error;
      // What would bring DAMON back is not needed now: the reason alone.
      const [reason] = error.message.split("; ");
      console.error(`damo: recording with the page sampler, not DAMON: ${reason}`);
    }
  }
  if (wanted.kind === "pid") refuseBoth(roots, wanted.pid);
  return openPages(roots, options, kdamonds[0]);
}

/** The page sampler clears the accessed bits that DAMON counts: one of them would see too little. */
function refuseBoth(roots: Roots, pid: number): void {
  const both = readKdamonds(roots).find(({ state, contexts }) =>
    state === "on" && contexts.some(({ targets }) => targets.some((target) => target.pid === pid))
  );
  if (!both) return;
  throw new BusyError(
    `Cannot sample the pages of process ${pid} as nobody else may watch it: ${describeKdamond(both)} does; ` +
      `listen to that one instead: damo record --ongoing`,
  );
}

/** The eBPF page sampler. */
function openPages(roots: Roots, options: RecordOptions, kdamond: Kdamond): RecordSource {
  const isExact = options.monitor === "pages-exact";
  let clock = { ns: 0, ms: 0 };
  let dispose = () => Promise.resolve();
  return {
    source: isExact ? "pages-exact" : "pages",
    start(pid) {
      const monitor = openPagesMonitor(roots, {
        context: withPid([kdamond], pid!)[0].contexts[0],
        mode: isExact ? "exact" : "adaptive",
        maxOverhead: options.max_overhead,
        includeChildren: options.include_children,
      });
      dispose = () => monitor[Symbol.asyncDispose]();
      clock = { ns: monitor.clockNs(), ms: performance.now() };
      return Promise.resolve(monitor);
    },
    // The sampler is closed before the record is: its clock goes on here.
    clockNs: () => clock.ns + (performance.now() - clock.ms) * 1e6,
    [Symbol.asyncDispose]: () => dispose(),
  };
}

/** DAMON: a kdamond of our own, or with `ongoing` those that are on, only listened to. */
function openDamon(roots: Roots, kdamonds: readonly Kdamond[] | undefined, options: RecordOptions): RecordSource {
  const tracer = openTracer({ ringBytes: options.ring });
  let watched: WatchedKdamond[] = [];
  const stopAll = async () => {
    for (const each of watched) await each.stop();
  };
  return {
    source: "damon",
    async start(pid) {
      // Attached before DAMON is turned on, so that its first event finds someone listening.
      tracer.attach();
      watched = kdamonds
        ? await ourKdamonds(roots, withPid(kdamonds, pid ?? PID_TO_COME), chooseInterface(roots, options.interface))
        : ongoing(roots);
      for (const { recorded } of watched) tracer.watch(recorded.pid);
      return new DamonMonitor(roots, tracer, watched);
    },
    clockNs: () => tracer.clockNs(),
    async [Symbol.asyncDispose]() {
      await stopAll();
      await tracer[Symbol.asyncDispose]();
    },
  };
}

async function ourKdamonds(
  roots: Roots,
  kdamonds: readonly Kdamond[],
  damon: DamonInterface,
): Promise<WatchedKdamond[]> {
  const running = await startKdamonds(roots, kdamonds, { damon });
  return running.map((each, i) => ({
    recorded: { ...kdamonds[i], pid: each.pid, index: each.index, ours: true },
    isOn: () => each.isOn(),
    intervals: () => damon.intervalsOf(each.index),
    schemes: () => schemesNow(damon, each.index, true),
    stop: () => each.stop(),
  }));
}

/** Every kdamond that is on, whoever started it. */
function ongoing(roots: Roots): WatchedKdamond[] {
  const found = interfacesHere(roots).flatMap((damon) => damon.read().map((status) => ({ ...status, damon })));
  const on = found.filter(({ state, pid }) => state === "on" && pid !== undefined);
  if (on.length === 0) {
    throw new UnsupportedError(
      "Cannot record --ongoing as a kdamond must be on: none is; start one by recording a target, as in: damo record PID",
      "ongoing",
    );
  }
  for (const status of on) console.error(`damo: listening to ${describeKdamond(status)}`);
  return on.map(({ index, pid, contexts, damon }) => ({
    recorded: { contexts, index, pid: pid!, ours: false },
    isOn: () => damon.isOn(index, pid!),
    intervals: () => damon.intervalsOf(index),
    schemes: () => schemesNow(damon, index, false),
    stop: () => Promise.resolve(),
  }));
}

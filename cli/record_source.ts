import { type RecordedKdamond, type Source, UnsupportedError } from "../damon/mod.ts";
import { openTracer } from "../ffi/tracer.ts";
import { startKdamond } from "../kernel/kdamond.ts";
import { DamonMonitor, type Monitor, type WatchedKdamond } from "../kernel/monitor.ts";
import type { Roots } from "../kernel/roots.ts";
import { describeKdamond, readKdamonds } from "../kernel/sysfs.ts";
import type { RecordOptions } from "./record.ts";
import { kdamondOf, type Wanted } from "./record_target.ts";

/** Where snapshots come from. Opened before the target is started; disposing turns off what it started. */
export interface RecordSource extends AsyncDisposable {
  readonly source: Source;
  /** Begins to watch; `pid` is absent for physical memory and for what runs already. */
  start(pid: number | undefined): Promise<Monitor>;
  /** CLOCK_BOOTTIME now, ns. */
  clockNs(): number;
}

/** DAMON: a kdamond of our own, or with `ongoing` those that are on, only listened to. */
export function openDamon(roots: Roots, wanted: Wanted, options: RecordOptions): RecordSource {
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
      watched = wanted.kind === "ongoing" ? ongoing(roots) : [await ourKdamond(roots, options, pid)];
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

async function ourKdamond(roots: Roots, options: RecordOptions, pid: number | undefined): Promise<WatchedKdamond> {
  const kdamond = kdamondOf(options, pid === undefined ? {} : { pid });
  const running = await startKdamond(roots, kdamond);
  const recorded: RecordedKdamond = { ...kdamond, pid: running.pid, index: running.index, ours: true };
  return { recorded, isOn: () => running.isOn(), stop: () => running.stop() };
}

/** Every kdamond that is on, whoever started it. */
function ongoing(roots: Roots): WatchedKdamond[] {
  const on = readKdamonds(roots).filter(({ state, pid }) => state === "on" && pid !== undefined);
  if (on.length === 0) {
    throw new UnsupportedError(
      "Cannot record --ongoing as a kdamond must be on: none is; start one by recording a target, as in: damo record PID",
      "ongoing",
    );
  }
  for (const status of on) console.error(`damo: listening to ${describeKdamond(status)}`);
  return on.map(({ index, pid, contexts }) => ({
    recorded: { contexts, index, pid: pid!, ours: false },
    isOn: () => readKdamonds(roots)[index]?.pid === pid,
    stop: () => Promise.resolve(),
  }));
}

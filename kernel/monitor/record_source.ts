import {
  BusyError,
  command,
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  failed,
  isFollowed,
  type Kdamond,
  KernelError,
  option,
  type Said,
  said,
  type Source,
  UnsupportedError,
} from "../../damon/mod.ts";
import { MemoryScanner, openTracer } from "../../ffi/mod.ts";
import {
  chooseInterface,
  type DamonInterface,
  describeKdamond,
  FollowedRanges,
  interfacesHere,
  type KdamondStatus,
  PID_TO_COME,
  readKdamonds,
  readOwned,
  requireFreeDamon,
  stopAll,
  whyEnded,
  withPid,
} from "../control/mod.ts";
import { isReplacing, requireFollowing, startFollowed } from "./follow_start.ts";
import { livingThreadOf, MemoryWatches, type Roots } from "../machine/mod.ts";
import { DamonMonitor, type Monitor, type WatchedKdamond } from "./monitor.ts";
import { mayNotClearPages } from "../pages/mod.ts";
import { openPagesMonitor } from "./pages_monitor.ts";
import { schemesNow } from "./scheme_watch.ts";
import { WatchedNotes } from "./watched_notes.ts";

/** Where snapshots come from. Opened before the target is started; disposing turns off what it started. */
export interface RecordSource extends AsyncDisposable {
  readonly source: Source;
  /** Begins to watch; `pid` is absent for physical memory and for what runs already. */
  start(pid: number | undefined): Promise<Monitor>;
  /** CLOCK_BOOTTIME now, ns. */
  clockNs(): number;
}

/** How to watch. */
export interface SourceOptions {
  /** Who looks; `auto` (the default) takes DAMON where it can watch processes and is free, else the page sampler. */
  monitor?: "auto" | "damon" | "pages" | "pages-exact";
  /** Which of the kernel's interfaces to DAMON. */
  interface?: "sysfs" | "debugfs" | "auto";
  /** Most of one CPU that the page sampler may take, 0 to 1; 0.02 by default. */
  maxOverhead?: number | undefined;
  /** Whether what the target forks is watched too; with DAMON by sysfs only. */
  includeChildren?: boolean | undefined;
  /**
   * What of the contexts nobody has asked for, so that whoever watches takes its own: where DAMON's ranges follow a process
   * ({@linkcode isFollowed}), by their number; the page sampler, 5 ms, 100 ms, 10 to 1000 regions. None by default.
   */
  chosen?: { intervals: boolean; nrRegions: boolean } | undefined;
  /** Ring buffer between DAMON and us, bytes; 4 MiB by default. */
  ringBytes?: number | undefined;
  /** Told who watches where that is not DAMON although nobody else was named, and which kdamonds are listened to. */
  say?: (line: Said) => void;
  /** Told what DAMON watches, where it follows a process's memory; by default `say` is. */
  note?: ((line: Said) => void) | undefined;
}

/** What to watch: kdamonds to start, or all that runs already. */
export type Watched = readonly Kdamond[] | "ongoing";

/**
 * Opens who is to watch. Nothing is started yet.
 *
 * @throws {UnsupportedError} where the kernel cannot do it.
 * @throws {BusyError} where somebody else's DAMON is in the way.
 */
export async function openSource(
  roots: Roots,
  watched: Watched,
  options: SourceOptions = {},
): Promise<RecordSource> {
  const { monitor = "auto", say = () => {} } = options;
  const contexts = watched === "ongoing" ? [] : watched.flatMap(({ contexts }) => contexts);
  const watchesProcess = watched !== "ongoing" && contexts.every(({ operations }) => operations !== "paddr");
  const damonOnly = watchesProcess ? damonOnlyOf(contexts) : undefined;
  if (monitor !== "auto" && monitor !== "damon") {
    if (!watchesProcess) {
      throw failed(TypeError, {
        what: said`The page sampler (${option("monitor", monitor)}) watches processes, not ${
          watched === "ongoing" ? "a DAMON that runs already" : "the machine's memory"
        }`,
        help: said`name a process, or use DAMON: ${option("monitor", "damon")}`,
      });
    }
    if (damonOnly) {
      throw failed(TypeError, {
        what: said`The page sampler (${option("monitor", monitor)}) only looks`,
        why: `${damonOnly} DAMON`,
        help: said`use ${option("monitor", "damon")}`,
      });
    }
  }
  if (options.includeChildren && !watchesProcess) {
    throw failed(TypeError, {
      what: said`${option("includeChildren")} follows what a process starts, and the target is ${
        watched === "ongoing" ? "a DAMON that runs already, which is only listened to" : "the machine's memory"
      }`,
      help: "leave it out, or name a process",
    });
  }
  if (watched === "ongoing") return openDamon(roots, undefined, options);
  if (monitor === "auto" || monitor === "damon") {
    try {
      const operations = new Set(contexts.map((context) => context.operations));
      const damon = chooseInterface(roots, options.interface);
      if (options.includeChildren) requireFollowing(roots, damon);
      for (const each of operations) await requireFreeDamon(roots, each, damon);
      const source = openDamon(roots, watched, options);
      if (options.maxOverhead !== undefined) {
        say(said`${option("maxOverhead")} is not used: it bounds the page sampler, and DAMON records`);
      }
      return source;
    } catch (error) {
      // Without root DAMON cannot be driven; some capabilities are enough for the page sampler.
      const isAbsent = error instanceof UnsupportedError || error instanceof BusyError || error instanceof KernelError;
      if (monitor === "damon" || !watchesProcess || damonOnly || !isAbsent) throw error;
      // What would bring DAMON back is not needed now: the reason alone.
      const { what, why } = error.failure;
      say(said`recording with the page sampler, not DAMON: ${what}${why === undefined ? "" : said`: ${why}`}`);
    }
  }
  for (const { pid } of contexts.flatMap(({ targets }) => targets)) {
    if (pid !== PID_TO_COME) await refuseBoth(roots, pid!);
  }
  const source = openPages(roots, options, withDefaults(watched[0], options.chosen));
  if (options.ringBytes !== undefined) {
    say(said`${option("ringBytes")} is not used: the page sampler has no ring buffer`);
  }
  if (watched[0].refreshMs !== undefined) {
    say(said`${option("refreshMs")} is not used: the kernel's files are DAMON's`);
  }
  return source;
}

/** What is asked for that only DAMON does, with its verb; the page sampler would leave it out. */
function damonOnlyOf(contexts: readonly Context[]): string | undefined {
  if (contexts.length > 1) return "several contexts need";
  const [{ schemes, probes, sample, pause, intervals }] = contexts;
  if (schemes?.length) return `schemes (${schemes.map(({ action }) => action).join(", ")}) need`;
  if (probes?.length) return "probes need";
  if (sample) return "choosing how accesses are seen needs";
  if (intervals.goal) return "tuning the intervals needs";
  return pause ? "pausing needs" : undefined;
}

/** The page sampler clears the accessed bits that DAMON counts: one of them would see too little. */
async function refuseBoth(roots: Roots, pid: number): Promise<void> {
  const thread = livingThreadOf(roots, pid);
  let kdamonds: KdamondStatus[];
  try {
    kdamonds = await readKdamonds(roots);
  } catch (error) {
    // Only root may read what DAMON does; the page sampler needs nothing of it.
    if (error instanceof KernelError) return;
    throw error;
  }
  const both = kdamonds.find(({ state, contexts }) =>
    state === "on" &&
    contexts.some(({ targets }) => targets.some((target) => target.pid === pid || target.pid === thread))
  );
  if (!both) return;
  throw new BusyError({
    what: `${describeKdamond(both)} watches process ${pid} already`,
    why: "the page sampler would clear the accessed bits that DAMON counts",
    help: said`listen to that one instead: ${command("record", { target: "ongoing" })}`,
  });
}

/** With the page sampler's own defaults; it follows what is mapped by itself. */
function withDefaults(kdamond: Kdamond, chosen: SourceOptions["chosen"]): Kdamond {
  const own = {
    ...(chosen?.intervals && { intervals: { ...DEFAULT_INTERVALS } }),
    ...(chosen?.nrRegions && { nrRegions: { ...DEFAULT_NR_REGIONS } }),
  };
  const contexts = kdamond.contexts.map((context) => ({
    ...context,
    ...own,
    ...(isFollowed(context) && { operations: "vaddr" as const }),
  }));
  return { ...kdamond, contexts };
}

/** The eBPF page sampler. */
function openPages(roots: Roots, options: SourceOptions, kdamond: Kdamond): RecordSource {
  const isExact = options.monitor === "pages-exact";
  let clock = { ns: 0, ms: 0 };
  let dispose = () => Promise.resolve();
  return {
    source: isExact ? "pages-exact" : "pages",
    start(pid) {
      const monitor = openPagesMonitor(roots, {
        context: withPid([kdamond], pid ?? PID_TO_COME)[0].contexts[0],
        mode: isExact ? "exact" : "auto",
        maxOverhead: options.maxOverhead,
        includeChildren: options.includeChildren,
      });
      dispose = () => monitor[Symbol.asyncDispose]();
      if (mayNotClearPages(roots)) {
        options.say?.(
          "without CAP_SYS_NICE accessed bits are cleared of whole processes, not of the pages looked at alone",
        );
      }
      if (monitor.hasBlindSpot) {
        options.say?.(
          "small memory in constant use may look idle where whole processes are cleared: the kernel has CONFIG_MEM_SOFT_DIRTY",
        );
      }
      clock = { ns: monitor.clockNs(), ms: performance.now() };
      return Promise.resolve(monitor);
    },
    // The sampler is closed before the record is: its clock goes on here.
    clockNs: () => clock.ns + (performance.now() - clock.ms) * 1e6,
    [Symbol.asyncDispose]: () => dispose(),
  };
}

/** DAMON: a kdamond of our own, or with `ongoing` those that are on, only listened to. */
function openDamon(roots: Roots, kdamonds: readonly Kdamond[] | undefined, options: SourceOptions): RecordSource {
  const tracer = openTracer({ ringBytes: options.ringBytes ?? 4 << 20 });
  let watched: WatchedKdamond[] = [];
  const memory = new MemoryWatches(roots, () => tracer.clockNs(), new MemoryScanner());
  return {
    source: "damon",
    async start(pid) {
      // Attached before DAMON is turned on, so that its first event finds someone listening.
      tracer.attach();
      watched = kdamonds
        ? await ourKdamonds(roots, withPid(kdamonds, pid ?? PID_TO_COME), memory, options)
        : await ongoing(roots, options.say);
      for (const { recorded } of watched) tracer.watch(recorded.pid);
      const notes = options.say && new WatchedNotes(memory, options.say, options.note ?? options.say);
      for (const { recorded, follow } of watched) if (follow?.ranges) notes?.begun(recorded, follow.ranges.nrRanges);
      return new DamonMonitor(roots, tracer, watched, { memory, notes });
    },
    clockNs: () => tracer.clockNs(),
    async [Symbol.asyncDispose]() {
      await stopAll(watched);
      memory[Symbol.dispose]();
      await tracer[Symbol.asyncDispose]();
    },
  };
}

async function ourKdamonds(
  roots: Roots,
  kdamonds: readonly Kdamond[],
  memory: MemoryWatches,
  { includeChildren: children = false, interface: wanted, chosen = { intervals: false, nrRegions: false }, say }:
    SourceOptions,
): Promise<WatchedKdamond[]> {
  const damon = chooseInterface(roots, wanted);
  const ranges = kdamonds.map(({ contexts: [context] }) =>
    isFollowed(context)
      ? new FollowedRanges({ memory, chosen, ...(!chosen.nrRegions && { mostRegions: context.nrRegions.max }) })
      : undefined
  );
  if (damon.targetsPlan === undefined && ranges.some((each) => each)) {
    say?.("debugfs takes ranges only while it is off: what is mapped from now on is not watched");
  }
  const [recorded, running] = await startFollowed(roots, kdamonds, damon, { children, ranges });
  return running.map((each, i) => ({
    recorded: { ...recorded[i], pid: each.pid, index: each.index, ours: true },
    isOn: () => each.isOn(),
    intervals: () => damon.intervalsOf(each.index),
    schemes: () => schemesNow(damon, each.index, true),
    threads: each.threads,
    // Also where nothing else changes: the thread by which the kernel finds a process's memory may end.
    ...((children || (damon.targetsPlan && watchesOneList(recorded[i]))) && {
      follow: { kdamond: each, replaces: isReplacing(), children, ranges: ranges[i] },
    }),
    stop: () => each.stop(),
  }));
}

/** Whether it has one list of processes, which a commit may change. */
function watchesOneList({ contexts }: Kdamond): boolean {
  return contexts.length === 1 && contexts[0].operations !== "paddr";
}

/** Every kdamond that is on, whoever started it. */
async function ongoing(roots: Roots, say: SourceOptions["say"]): Promise<WatchedKdamond[]> {
  const found: (KdamondStatus & { damon: DamonInterface })[] = [];
  for (const damon of interfacesHere(roots)) {
    found.push(...(await damon.read()).map((status) => ({ ...status, damon })));
  }
  const on = found.filter(({ state, pid }) => state === "on" && pid !== undefined);
  if (on.length === 0) {
    const ended = found.find((status) => status.state === "off" && readOwned(roots, status));
    const what = "No kdamond is on";
    if (ended) throw new UnsupportedError({ ...whyEnded(ended), what }, "ongoing");
    const help = said`start one by recording a target, as in: ${command("record", { target: "PID" })}`;
    throw new UnsupportedError({ what, help }, "ongoing");
  }
  for (const status of on) say?.(`listening to ${describeKdamond(status)}`);
  return on.map(({ index, pid, contexts, damon }) => ({
    recorded: { contexts, index, pid: pid!, ours: false },
    isOn: () => damon.isOn(index, pid!),
    intervals: () => damon.intervalsOf(index),
    schemes: () => schemesNow(damon, index, false),
    stop: () => Promise.resolve(),
  }));
}

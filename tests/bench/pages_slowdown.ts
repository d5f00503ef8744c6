/**
 * What the page sampler takes of a process's speed: one process that lives on and counts its own work by its own CPU time,
 * with the sampler going and resting in short windows in turn. What else the machine does drops out of CPU time, and what
 * is left of it, as in shared caches, is in both kinds of window.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import type { PagesMonitorOptions } from "../../kernel/monitor/pages_monitor_options.ts";
import { openPagesMonitor, type PagesMonitor } from "../../kernel/monitor/pages_monitor.ts";
import { defaultRoots } from "../../kernel/machine/roots.ts";
import type { Process } from "../native/pages_processes.ts";
import { median, type Ratio, ratioOfPairs } from "./ratio_of_pairs.ts";

/** What was found in all windows together. */
export interface Slowdown {
  /** Speed with the sampler by that without. */
  speed: Ratio;
  /** Windows without the sampler to the next ones of these: what this measure cannot tell apart. */
  noise: Ratio;
  pairs: number;
  /** Of a CPU, in the windows with it: the sampling thread, and the whole recording process. */
  samplerShare: number;
  processShare: number;
  sampleUs: number;
  nrRegions: number;
  /** Until the first snapshot. */
  firstMs: number;
}

/** One window with the sampler. */
interface Sampled {
  speed: number;
  samplerShare: number;
  processShare: number;
}

/** Short, as what else the machine does changes from second to second. */
const WINDOW_MS = 300;

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** CPU time of this whole process, ns. */
function ownCpuNs(): number {
  const { user, system } = cpuUsage();
  return (user + system) * 1e3;
}

/** Touches and CPU time so far, of one moment. */
async function progress(target: Process): Promise<{ touches: number; cpuNs: number }> {
  await target.go();
  const [touches, cpuNs] = await target.words();
  return { touches, cpuNs };
}

/** Touches for each ns of CPU time, while something is done. */
async function speedDuring(target: Process, what: () => Promise<unknown>): Promise<number> {
  const before = await progress(target);
  await what();
  const after = await progress(target);
  return (after.touches - before.touches) / (after.cpuNs - before.cpuNs);
}

/** The monitor's items, which it samples for only while somebody waits for one. */
class PausedMonitor {
  readonly #items;
  readonly #monitor: PagesMonitor;
  sampleUs = 0;
  aggrUs = 0;
  nrRegions = 0;

  constructor(monitor: PagesMonitor, signal: AbortSignal) {
    this.#monitor = monitor;
    this.#items = monitor.items(signal)[Symbol.asyncIterator]();
  }

  get cpuNs(): number {
    return this.#monitor.counts().pages!.cpuNs;
  }

  /** Until at least one snapshot is there, and so much time is over. */
  async go(ms: number): Promise<void> {
    const endMs = performance.now() + ms;
    for (let seen = false; !seen || performance.now() < endMs;) {
      const { value, done } = await this.#items.next();
      if (done) throw new Error("Cannot go on as the target must live: the monitor has ended");
      if (value.kind !== "snapshot") continue;
      seen = true;
      ({ sampleUs: this.sampleUs, aggrUs: this.aggrUs } = value.snapshot);
      this.nrRegions = value.snapshot.regions.length;
    }
  }

  async end(): Promise<void> {
    await this.#items.return?.(undefined);
  }
}

/** Compares windows for about so many seconds. */
export async function slowdownOf(
  target: Process,
  mode: PagesMonitorOptions["mode"],
  maxOverhead: number,
  seconds: number,
): Promise<Slowdown> {
  const abort = new AbortController();
  const opened = performance.now();
  const monitor = openPagesMonitor(defaultRoots(), {
    mode,
    maxOverhead,
    context: {
      operations: "vaddr",
      intervals: { sampleUs: 5_000, aggrUs: 100_000, updateUs: 1_000_000 },
      nrRegions: { min: 10, max: mode === "exact" ? 10_000 : 1_000 },
      targets: [{ pid: target.pid, regions: [] }],
    },
  });
  const paused = new PausedMonitor(monitor, abort.signal);
  await paused.go(0);
  const firstMs = performance.now() - opened;
  // Regions have formed, and the interval in force has been found, before anything counts.
  await paused.go(5_000);
  const windowMs = Math.max(WINDOW_MS, paused.aggrUs / 1e3);
  const [withIt, without]: [Sampled[], number[]] = [[], []];
  const regions: number[] = [];
  const sampled = async () => {
    const [cpu, own, begin] = [paused.cpuNs, ownCpuNs(), performance.now()];
    const speed = await speedDuring(target, () => paused.go(windowMs));
    const ns = (performance.now() - begin) * 1e6;
    withIt.push({ speed, samplerShare: (paused.cpuNs - cpu) / ns, processShare: (ownCpuNs() - own) / ns });
    regions.push(paused.nrRegions);
  };
  const alone = async () => {
    without.push(await speedDuring(target, () => rest(windowMs)));
  };
  const endMs = performance.now() + seconds * 1e3;
  while (performance.now() < endMs || without.length < 10) {
    for (const window of Math.random() < 0.5 ? [sampled, alone] : [alone, sampled]) await window();
  }
  await paused.end();
  const even = without.filter((_, i) => i % 2 === 0).slice(0, without.length >> 1);
  return {
    speed: ratioOfPairs(withIt.map(({ speed }) => speed), without),
    noise: ratioOfPairs(without.filter((_, i) => i % 2 === 1), even),
    pairs: without.length,
    samplerShare: median(withIt.map(({ samplerShare }) => samplerShare)),
    processShare: median(withIt.map(({ processShare }) => processShare)),
    sampleUs: paused.sampleUs,
    nrRegions: median(regions),
    firstMs,
  };
}

/**
 * Prints what the page sampler costs: a page walked and a page cleared, the sampler's share of a CPU, and the speed that
 * is left to the process, in pairs of runs with and without. Sizes in MiB as arguments; 200, 2048 and 8192 by default.
 * Run it as root: `deno run -A tests/bench/pages_bench.ts 200`.
 *
 * @module
 */
import { openPageSampler, type PagePart, type PageSampler } from "../../ffi/pages.ts";
import { openPagesMonitor, type PagesMonitorOptions } from "../../kernel/pages_monitor.ts";
import { defaultRoots } from "../../kernel/roots.ts";
import { Process } from "../native/pages_processes.ts";

const PAGE = 4096;
/** Of one comparison: pairs of windows are as many as go into it, 3 to 15. */
const BUDGET_MS = 60_000;
const WINDOW_MS = 2_000;

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** CPU time of this whole process, ns. */
function ownCpuNs(): number {
  const stat = Deno.readTextFileSync("/proc/self/stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 1e7;
}

async function primitives(pid: number, start: number, end: number): Promise<void> {
  await using sampler = openPageSampler();
  const slot = sampler.add(pid);
  const pages = (end - start) / PAGE;
  const few = Math.min(pages, 50_000);
  const some = Float64Array.from({ length: few }, (_, i) => start + Math.floor(i * (pages / few)) * PAGE);
  const each = async (name: string, count: number, once: () => unknown) => {
    const costs: number[] = [];
    for (let i = 0; i < 7; i++) {
      const before = sampler.counters().cpuNs + sampler.counters().walkNs + sampler.counters().clearNs;
      await once();
      const after = sampler.counters();
      costs.push((after.cpuNs + after.walkNs + after.clearNs - before) / count);
    }
    console.log(`  ${name}: ${median(costs).toFixed(2)} ns a page`);
  };
  await each("looking at single pages", few, () => sampler.look(slot, some));
  await each("clearing all pages", pages, () => sampler.clear(slot));
  const part: PagePart = { slot, start: Float64Array.of(start), end: Float64Array.of(end) };
  const walk = await exactWalkNs(sampler, part);
  console.log(`  walking all pages by whole tables: ${(walk / pages).toFixed(2)} ns a page, counting included`);
}

/** CPU time of an exact look at everything, ns: that of a sample without clearing. */
async function exactWalkNs(sampler: PageSampler, part: PagePart): Promise<number> {
  const costs: number[] = [];
  for (let i = 0; i < 7; i++) {
    const before = sampler.counters();
    const intervals = { beginNs: 0, sampleUs: 1_000, samples: 1, exact: true, picks: 1, clearing: "refs" as const };
    await sampler.sample({ ...intervals, parts: [part] });
    const after = sampler.counters();
    costs.push((after.cpuNs - after.clearNs) - (before.cpuNs - before.clearNs));
  }
  return median(costs);
}

async function passes(target: Process): Promise<number> {
  await target.go();
  return (await target.words())[0];
}

/** CPU time of a process's first thread, ns: on a machine that others use, its speed is a matter of that. */
function cpuNsOf(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`).split(" ")[0]);
}

/** Touches for each second of CPU time, in a window. */
async function speed(target: Process, windowMs: number): Promise<number> {
  const [before, beginNs] = [await passes(target), cpuNsOf(target.pid)];
  await rest(windowMs);
  const touched = await passes(target) - before;
  return touched / (cpuNsOf(target.pid) - beginNs) * 1e9;
}

async function monitored(target: Process, mode: PagesMonitorOptions["mode"], maxOverhead: number): Promise<void> {
  const ratios: number[] = [], shares: number[] = [], owns: number[] = [];
  let [sampleUs, regions, snapshots, windowMs, firstMs] = [0, 0, 0, WINDOW_MS, 0];
  for (let pair = 0; pair < Math.min(15, Math.max(3, BUDGET_MS / 2 / windowMs)); pair++) {
    const without = await speed(target, windowMs);
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
    const abort = new AbortController();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const consumed = (async () => {
      for await (const { kind, ...item } of monitor.items(abort.signal)) {
        if (kind !== "snapshot" || !("snapshot" in item)) continue;
        ({ sampleUs } = item.snapshot);
        windowMs = Math.max(windowMs, 2 * item.snapshot.aggrUs / 1e3);
        regions += item.snapshot.regions.length;
        snapshots++;
        begin();
      }
    })();
    // The first look at everything is the start's cost, not that of going on.
    await begun;
    firstMs ||= performance.now() - opened;
    await rest(1_000);
    const [cpu, own, beginMs] = [monitor.counts().pages!.cpuNs, ownCpuNs(), performance.now()];
    ratios.push(await speed(target, windowMs) / without);
    const ns = (performance.now() - beginMs) * 1e6;
    shares.push((monitor.counts().pages!.cpuNs - cpu) / ns);
    owns.push((ownCpuNs() - own) / ns);
    abort.abort();
    await consumed;
  }
  const sorted = ratios.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor(sorted.length / 4)], sorted[Math.floor(sorted.length * 3 / 4)]];
  console.log(
    `  ${mode}, budget ${percent(maxOverhead)}: speed ${percent(median(ratios))} of that without (middle half of ` +
      `${ratios.length} pairs: ${percent(low)} to ${percent(high)}); sampler ${
        percent(median(shares))
      }, whole process ` +
      `${percent(median(owns))} of a CPU; sampling interval ${sampleUs / 1e3} ms, first snapshot after ` +
      `${(firstMs / 1e3).toFixed(1)} s, ${(regions / snapshots).toFixed(0)} regions`,
  );
}

const sizes = Deno.args.length > 0 ? Deno.args.map(Number) : [200, 2048, 8192];
for (const mib of sizes) {
  const pages = mib * 256;
  for (const [what, hot] of [["a tenth", Math.floor(pages / 10)], ["all", pages]] as const) {
    await using target = Process.start("race", pages, hot);
    const { pid, start, end } = await target.memory();
    console.log(`${mib} MiB in small pages, ${what} of them accessed at random as fast as possible:`);
    await primitives(pid, start, end);
    await monitored(target, "adaptive", 0.02);
    await monitored(target, "exact", 0.02);
  }
}

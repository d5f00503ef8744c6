/**
 * Prints what the page sampler costs: a page walked and a page cleared, the sampler's share of a CPU, and the speed that
 * is left to the process. Sizes in MiB as arguments, 200, 2048 and 8192 by default; `MODES=adaptive` does without exact
 * mode, `SECONDS` is how long each comparison takes. Run it as root: `deno run -A tests/bench/pages_bench.ts 2048`.
 *
 * @module
 */
import { openPageSampler, type PagePart, type PageSampler } from "../../ffi/pages.ts";
import type { PagesMonitorOptions } from "../../kernel/monitor/pages_monitor_options.ts";
import { Process } from "../native/pages_processes.ts";
import { slowdownOf } from "./pages_slowdown.ts";
import { median, type Ratio } from "./ratio_of_pairs.ts";

const PAGE = 4096;
/** Of one comparison. */
const SECONDS = Number(Deno.env.get("SECONDS") ?? 200);
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

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
  sampler.watch(slot, { only: [{ start, end }] });
  const walk = await exactWalkNs(sampler, { slot });
  console.log(`  walking all pages by whole tables: ${(walk / pages).toFixed(2)} ns a page, counting included`);
}

/** CPU time of an exact look at everything, ns: that of a sample without clearing. */
async function exactWalkNs(sampler: PageSampler, part: PagePart): Promise<number> {
  const costs: number[] = [];
  for (let i = 0; i < 7; i++) {
    const before = sampler.counters();
    const intervals = { beginNs: 0, sampleUs: 1_000, samples: 1, exact: true, picks: 1, mapsShare: 0 };
    await sampler.sample({ ...intervals, clearing: "refs", parts: [part] });
    const after = sampler.counters();
    costs.push((after.cpuNs - after.clearNs) - (before.cpuNs - before.clearNs));
  }
  return median(costs);
}

async function monitored(target: Process, mode: PagesMonitorOptions["mode"], maxOverhead: number): Promise<void> {
  const found = await slowdownOf(target, mode, maxOverhead, SECONDS);
  const { speed, noise, pairs, samplerShare, processShare, sampleUs, nrRegions, firstMs } = found;
  const inWords = ({ ratio, low, high }: Ratio) => `${percent(ratio)} (95 %: ${percent(low)} to ${percent(high)})`;
  console.log(
    `  ${mode}, budget ${percent(maxOverhead)}: speed ${
      inWords(speed)
    } of that without, in ${pairs} pairs of windows; ` +
      `without it, windows to the next ones are at ${inWords(noise)}\n` +
      `    sampler ${percent(samplerShare)}, whole process ${percent(processShare)} of a CPU; sampling interval ` +
      `${sampleUs / 1e3} ms, first snapshot after ${(firstMs / 1e3).toFixed(1)} s, ${nrRegions} regions`,
  );
}

/** All threads of a process keep to one CPU: the target and the sampler have one each. */
function pin(pid: number, cpu: number): void {
  const { success } = new Deno.Command("taskset", { args: ["-apc", `${cpu}`, `${pid}`], stdout: "null" }).outputSync();
  if (!success) throw new Error(`Cannot pin process ${pid} as CPU ${cpu} is needed: taskset refuses`);
}

pin(Deno.pid, 1);
const modes = (Deno.env.get("MODES") ?? "adaptive,exact").split(",") as PagesMonitorOptions["mode"][];
const sizes = Deno.args.length > 0 ? Deno.args.map(Number) : [200, 2048, 8192];
for (const mib of sizes) {
  const pages = mib * 256;
  for (const [what, hot] of [["a tenth", Math.floor(pages / 10)], ["all", pages]] as const) {
    await using target = Process.start("race", pages, hot);
    const { pid, start, end } = await target.memory();
    pin(pid, 0);
    console.log(`${mib} MiB in small pages, ${what} of them accessed at random as fast as possible:`);
    await primitives(pid, start, end);
    for (const mode of modes) await monitored(target, mode, 0.02);
  }
}

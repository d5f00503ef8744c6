import assert from "assert";
import { openPageSampler, PageFlag } from "../../../ffi/pages.ts";
import { openPagesMonitor } from "../../../kernel/monitor/pages_monitor.ts";
import { memoryOf } from "../../../kernel/machine/process.ts";
import { defaultRoots } from "../../../kernel/machine/roots.ts";
import { Process } from "../../native/pages_processes.ts";
import { compressedSwap } from "./control.ts";

const PAGE = 4096;
const PAGES = 3_000;
const HOT = 200;
const roots = defaultRoots();
const swapBytes = (pid: number) => memoryOf(roots, pid)!.swapBytes;

Deno.test("PageSampler finds pages in swap absent, whatever bits their entries have", async () => {
  using _swap = compressedSwap(64);
  await using target = Process.start("swap", PAGES, HOT);
  const { pid, start } = await target.memory();
  const before = swapBytes(pid);
  assert.ok(before >= 0.9 * (PAGES - HOT) * PAGE, `${before} bytes are in swap`);
  await using sampler = openPageSampler();
  const slot = sampler.add(pid);
  assert.ok(await sampler.clear(slot));
  const entries = sampler.look(slot, Float64Array.from({ length: PAGES }, (_, i) => start + i * PAGE))!;
  const isThere = [...entries].map((entry) => (entry & PageFlag.present) !== 0);
  assert.ok(isThere.slice(0, HOT).every((is) => is));
  assert.equal(isThere.slice(HOT).filter((is) => !is).length * PAGE, before);
  // No flag is taken from where in swap a page is.
  entries.slice(HOT).forEach((entry, i) => assert.ok(isThere[HOT + i] || (entry & 0xfff) === 0));
  assert.equal(swapBytes(pid), before);
});

for (const mode of ["adaptive", "exact"] as const) {
  Deno.test(`PagesMonitor tells what is in swap and brings nothing back, in ${mode} mode`, async () => {
    using _swap = compressedSwap(64);
    await using target = Process.start("swap", PAGES, HOT);
    const { pid, start, end } = await target.memory();
    const before = swapBytes(pid);
    const cold = start + HOT * PAGE;
    const monitor = openPagesMonitor(roots, {
      mode,
      maxOverhead: 1,
      context: {
        operations: "vaddr",
        intervals: { sampleUs: 20_000, aggrUs: 200_000, updateUs: 1_000_000 },
        nrRegions: { min: 10, max: 1000 },
        targets: [{ pid, regions: [{ start, end }] }],
      },
    });
    const abort = new AbortController();
    let [snapshots, hot, swapped] = [0, 0, 0];
    for await (const item of monitor.items(abort.signal)) {
      // What is not in memory cannot be accessed: it is in no region, and told apart.
      if (item.kind === "residency") swapped = item.residency.swapBytes;
      if (item.kind !== "snapshot") continue;
      const { regions, evidence } = item.snapshot;
      hot = [...regions].reduce((sum, region, i) => sum + (region.start < cold ? evidence!.usedBytes[i] : 0), 0);
      const isRight = hot >= 0.7 * HOT * PAGE && swapped >= 0.9 * (end - cold);
      if (isRight || ++snapshots === 50) abort.abort();
    }
    assert.ok(snapshots < 50, `at last ${hot} bytes were hot, ${swapped} in swap`);
    assert.equal(swapBytes(pid), before);
  });
}

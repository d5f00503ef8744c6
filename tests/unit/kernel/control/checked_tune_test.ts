import assert from "assert";
import { DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type Kdamond } from "../../../../damon/mod.ts";
import { startKdamonds, tuneKdamonds } from "../../../../kernel/control/kdamond.ts";
import { readEntry } from "../../../../kernel/control/ours.ts";
import { SysfsInterface } from "../../../../kernel/control/sysfs_interface.ts";
import { FakeKernel } from "../../../fake_kernel.ts";
import { FakeProcesses } from "../../../fake_processes.ts";
import { treeOf } from "../../../fake_sysfs.ts";

const ofPids = (pids: number[], max = DEFAULT_NR_REGIONS.max): Kdamond => ({
  contexts: [{
    operations: "vaddr",
    intervals: DEFAULT_INTERVALS,
    nrRegions: { ...DEFAULT_NR_REGIONS, max },
    targets: pids.map((pid) => ({ pid, regions: [] })),
  }],
});

/** A kernel that shows its threads, with processes, on which a kdamond watches two of them. */
async function setUp() {
  const kernel = new FakeKernel("6.12");
  kernel.showThreads();
  const processes = new FakeProcesses(kernel.roots);
  for (const pid of [Deno.pid, 41, 42]) processes.begin(pid);
  const before = treeOf(kernel.roots.damon);
  const written: { onCommit?: () => void } = {};
  const damon = new SysfsInterface(kernel.roots, (path, text, hint) => {
    kernel.write(path, text, hint);
    if (text === "commit") written.onCommit?.();
  });
  const [running] = await startKdamonds(kernel.roots, [ofPids([41, 42])], { damon, stays: true });
  return { kernel, processes, damon, running, before, written, [Symbol.dispose]: () => kernel[Symbol.dispose]() };
}

Deno.test("tuneKdamonds takes out a target that has ended before it commits, and the same kernel thread goes on", async () => {
  using test = await setUp();
  const { kernel, processes, damon, running } = test;
  processes.end(41);
  const tuned = await tuneKdamonds(kernel.roots, new Map([[0, ofPids([41, 42], 20)]]), damon);
  assert.deepEqual(tuned.get(0), { kdamond: ofPids([42], 20), ended: [41], isRestarted: false });
  const [{ pid, contexts: [context] }] = await damon.read();
  assert.equal(pid, running.pid);
  assert.deepEqual(context.targets.map(({ pid }) => pid), [42]);
  assert.equal(context.nrRegions.max, 20);
});

Deno.test("tuneKdamonds turns a kdamond on again that the kernel ended for the change, without who has ended by then", async () => {
  using test = await setUp();
  const { kernel, processes, damon, running, before, written } = test;
  written.onCommit = () => {
    processes.end(41);
    kernel.end(0);
  };
  const tuned = await tuneKdamonds(kernel.roots, new Map([[0, ofPids([41, 42], 20)]]), damon);
  assert.deepEqual(tuned.get(0), { kdamond: ofPids([42], 20), ended: [41], isRestarted: true });
  const [{ state, pid, contexts: [context] }] = await damon.read();
  assert.equal(state, "on");
  assert.notEqual(pid, running.pid);
  assert.equal(context.nrRegions.max, 20);
  assert.equal(readEntry(kernel.roots, 0)?.kdamondPid, pid);
  await damon.restore(readEntry(kernel.roots, 0)!);
  assert.deepEqual(treeOf(kernel.roots.damon), before);
});

Deno.test("tuneKdamonds says that all targets have ended, and what ends it", async () => {
  using test = await setUp();
  const { kernel, processes, damon } = test;
  for (const pid of [41, 42]) processes.end(pid);
  await assert.rejects(tuneKdamonds(kernel.roots, new Map([[0, ofPids([41, 42], 20)]]), damon), {
    name: "RangeError",
    message: /targets of kdamond 0 have ended: .*turn it off with: stop\(\)/,
  });
});

import assert from "assert";
import { DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type Kdamond, KernelError } from "../../../../damon/mod.ts";
import { startKdamonds, stopOurs, tuneKdamonds } from "../../../../kernel/control/kdamond.ts";
import { readEntry } from "../../../../kernel/control/ours.ts";
import { SysfsInterface } from "../../../../kernel/control/sysfs_interface.ts";
import { FakeKernel } from "../../../fake_kernel.ts";
import { treeOf } from "../../../fake_sysfs.ts";

const WANTED: Kdamond = {
  contexts: [{
    operations: "vaddr",
    intervals: DEFAULT_INTERVALS,
    nrRegions: DEFAULT_NR_REGIONS,
    targets: [{ pid: Deno.pid, regions: [] }],
  }],
};
const TUNED: Kdamond = { contexts: [{ ...WANTED.contexts[0], nrRegions: { min: 10, max: 20 } }] };

/** Starts, changes and ends a kdamond, and looks at it in between. */
async function lifeOf(kernel: FakeKernel): Promise<void> {
  const damon = new SysfsInterface(kernel.roots, kernel.write);
  const [running] = await startKdamonds(kernel.roots, [WANTED], { damon, stays: true });
  assert.ok(running.isOn());
  const [{ state, pid }] = await damon.read();
  assert.deepEqual([state, pid], ["on", running.pid]);
  await tuneKdamonds(kernel.roots, new Map([[0, TUNED]]), damon);
  assert.equal((await damon.read())[0].contexts[0].nrRegions.max, 20);
  await running.stop();
}

for (const isSeen of [true, false]) {
  Deno.test(`wherever somebody else's request comes between, all goes its way; threads ${isSeen ? "" : "not "}seen`, async () => {
    let count = Infinity;
    for (let at = 0; at < count; at++) {
      using kernel = new FakeKernel("6.12");
      if (isSeen) kernel.showThreads();
      const before = treeOf(kernel.roots.damon);
      let n = 0;
      // Three times in a row: each access is tried again.
      kernel.isBusy = () => n++ >= at && n <= at + 3;
      await lifeOf(kernel);
      assert.deepEqual(treeOf(kernel.roots.damon), before, `busy at access ${at}`);
      assert.equal(readEntry(kernel.roots, 0), undefined);
      count = n - 3;
    }
    assert.ok(count > 10, `${count} accesses`);
  });
}

Deno.test("a kdamond that cannot be turned off is not forgotten, its folder not emptied, and stop ends it later", async () => {
  using kernel = new FakeKernel("6.12");
  kernel.showThreads();
  const before = treeOf(kernel.roots.damon);
  const damon = new SysfsInterface(kernel.roots, kernel.write);
  const [running] = await startKdamonds(kernel.roots, [WANTED], { damon });
  const on = treeOf(kernel.roots.damon);
  const said: string[] = [];
  kernel.roots.say = (line) => void said.push(line);
  kernel.isBusy = () => true;
  // By its thread it is known to be on, without a word of DAMON's.
  assert.equal((await damon.read())[0].pid, running.pid);
  await assert.rejects(running.stop(), {
    name: "KernelError",
    message: new RegExp(
      `turn kdamond 0 off .*EBUSY.*still on \\(kernel thread ${running.pid}\\); end it with: stop\\(\\)`,
    ),
  });
  assert.deepEqual(said, ["waiting for DAMON to turn kdamond 0 off, which can take 5 s here"]);
  assert.deepEqual(treeOf(kernel.roots.damon), on);
  assert.equal(readEntry(kernel.roots, 0)?.kdamondPid, running.pid);
  assert.ok(running.isOn());
  kernel.isBusy = undefined;
  await running.stop();
  assert.deepEqual(treeOf(kernel.roots.damon), before);
});

Deno.test("stop ends what an earlier version has forgotten, by the start of its thread, and nothing else", async () => {
  using kernel = new FakeKernel("6.12");
  kernel.showThreads();
  const before = treeOf(kernel.roots.damon);
  const damon = new SysfsInterface(kernel.roots, kernel.write);
  const [running] = await startKdamonds(kernel.roots, [WANTED], { damon, stays: true });
  const path = `${kernel.roots.proc}/${running.pid}/stat`;
  const stat = Deno.readTextFileSync(path);
  Deno.removeSync(`${kernel.roots.run}/kdamond-0.json`);
  const on = treeOf(kernel.roots.damon);
  // Another's that has its pid by now.
  Deno.writeTextFileSync(path, stat.replace(/ (\d+) 0\n$/, " 7 0\n"));
  assert.deepEqual(await stopOurs(kernel.roots, [damon]), []);
  assert.deepEqual(treeOf(kernel.roots.damon), on);
  Deno.writeTextFileSync(path, stat);
  const stopped = await stopOurs(kernel.roots, [damon]);
  assert.deepEqual(stopped.map(({ owner, stayed, status: { pid } }) => [stayed, pid, owner.slice(0, 4)]), [
    [true, running.pid, "damo"],
  ]);
  assert.deepEqual(treeOf(kernel.roots.damon), before);
  assert.deepEqual([...Deno.readDirSync(kernel.roots.run)].map(({ name }) => name).sort(), ["lock", "request.lock"]);
});

Deno.test("another's kdamond in the place of ours is left alone, also where it has our thread's pid", async () => {
  using kernel = new FakeKernel("6.12");
  kernel.showThreads();
  const damon = new SysfsInterface(kernel.roots, kernel.write);
  const [running] = await startKdamonds(kernel.roots, [WANTED], { damon, stays: true });
  const path = `${kernel.roots.proc}/${running.pid}/stat`;
  Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace(/ (\d+) 0\n$/, " 7 0\n"));
  const on = treeOf(kernel.roots.damon);
  assert.deepEqual(await stopOurs(kernel.roots), []);
  await assert.rejects(tuneKdamonds(kernel.roots, new Map([[0, TUNED]]), damon), { name: "BusyError" });
  assert.deepEqual(treeOf(kernel.roots.damon), on);
});

Deno.test("a kdamond that rests has nothing new to say, which is no failure; that it does not take a change is one", async () => {
  using kernel = new FakeKernel("6.12");
  const damon = new SysfsInterface(kernel.roots, (path, text) => {
    throw new KernelError(`write ${text}`, 125, path);
  });
  const path = `${kernel.roots.damon}/admin/kdamonds/0/state`;
  await damon.run(["update_schemes_stats", "update_schemes_tried_bytes"].map((text) => ({ path, text })));
  await assert.rejects(damon.run([{ path, text: "commit" }]), { name: "KernelError", message: /cancelled/ });
});

import assert from "assert";
import {
  checkKdamond,
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Kdamond,
} from "../../../../damon/mod.ts";
import { requireFreeDamon, startKdamond, stopOurs } from "../../../../kernel/control/kdamond.ts";
import { keepEntry, readEntry } from "../../../../kernel/control/ours.ts";
import { bootIdOf } from "../../../../kernel/machine/host.ts";
import { startTicksOf } from "../../../../kernel/machine/process.ts";
import { defaultRoots } from "../../../../kernel/machine/roots.ts";
import { readKdamonds } from "../../../../kernel/control/sysfs.ts";
import { fakeRoots, kdamondFiles, treeOf } from "../../../fake_sysfs.ts";

const context = (changes: Partial<Context> = {}): Context => ({
  operations: "vaddr",
  intervals: DEFAULT_INTERVALS,
  nrRegions: DEFAULT_NR_REGIONS,
  targets: [{ pid: 42, regions: [] }],
  ...changes,
});
const kdamond = (changes: Partial<Context> = {}): Kdamond => ({ contexts: [context(changes)] });

Deno.test("checkKdamond names the parameter, what it must be and what it is", () => {
  const refused = (changes: Partial<Context>, message: RegExp) =>
    assert.throws(() => checkKdamond(kdamond(changes)), { name: "RangeError", message });
  checkKdamond(kdamond());
  refused(
    { intervals: { sampleUs: 100_000, aggrUs: 5000, updateUs: 1e6 } },
    /aggrUs \(5000\) is shorter than sampleUs \(100000\)/,
  );
  refused({ intervals: { sampleUs: 0, aggrUs: 5000, updateUs: 1e6 } }, /sampleUs must be .* above 0, not 0/);
  refused({ intervals: { sampleUs: 5000, aggrUs: 5000, updateUs: 4999 } }, /updateUs \(4999\) is shorter/);
  refused({ nrRegions: { min: 2, max: 10 } }, /min 2 and max 10/);
  refused({ nrRegions: { min: 11, max: 10 } }, /min 11 and max 10/);
  refused({ targets: [] }, /has no target/);
  refused({ operations: "paddr" }, /leave out pid 42/);
  refused({ targets: [{ regions: [] }] }, /watches a process; give a pid/);
  refused({ targets: [{ pid: 1, regions: [{ start: 8192, end: 4096 }] }] }, /start below its end: 2000-1000/);
  refused(
    { targets: [{ pid: 1, regions: [{ start: 4096, end: 2 ** 64 }] }] },
    /1000-10000000000000000 ends above 0xfffffffffffff000/,
  );
  refused(
    { targets: [{ pid: 1, regions: [{ start: 0, end: 8192 }, { start: 4096, end: 9000 }] }] },
    /ascend without overlap/,
  );
});

Deno.test("startKdamond refuses where a foreign kdamond is on, names it, and writes nothing", async () => {
  using roots = fakeRoots({
    "damon/admin/kdamonds/nr_kdamonds": "1\n",
    ...kdamondFiles(0, { state: "on", pid: 77, operations: "paddr" }),
  });
  const before = treeOf(roots.damon);
  await assert.rejects(startKdamond(roots, kdamond()), {
    name: "BusyError",
    message: /damo did not start is in the way, and was left untouched: kdamond 0 \(pid 77, paddr, on\)/,
  });
  assert.deepEqual(treeOf(roots.damon), before);
  assert.equal(readEntry(roots, 0), undefined);
});

Deno.test("startKdamond refuses where a foreign kdamond is only staged", async () => {
  using roots = fakeRoots({
    "damon/admin/kdamonds/nr_kdamonds": "1\n",
    ...kdamondFiles(0, { state: "off", pid: -1, operations: "vaddr", target: 9 }),
  });
  const before = treeOf(roots.damon);
  await assert.rejects(startKdamond(roots, kdamond()), { name: "BusyError", message: /vaddr of pid 9, off/ });
  assert.deepEqual(await stopOurs(roots), []);
  assert.deepEqual(treeOf(roots.damon), before);
  const here = { ...roots, proc: defaultRoots().proc };
  if (Deno.uid() === 0) await assert.rejects(requireFreeDamon(here, "vaddr"), { name: "BusyError" });
});

Deno.test("startKdamond refuses where one of the kernel's own modules is on", async () => {
  using roots = fakeRoots({
    "damon/admin/kdamonds/nr_kdamonds": "0\n",
    "module/damon_lru_sort/parameters/enabled": "N\n",
    "module/damon_reclaim/parameters/enabled": "Y\n",
  });
  const before = treeOf(roots.damon);
  await assert.rejects(startKdamond(roots, kdamond()), { name: "BusyError", message: /damon_reclaim is on/ });
  assert.deepEqual(treeOf(roots.damon), before);
});

Deno.test("startKdamond takes back what it wrote when a later write fails, and names the file", async () => {
  const files = kdamondFiles(0, { state: "off", pid: -1 });
  delete files["damon/admin/kdamonds/0/contexts/0/monitoring_attrs/nr_regions/max"];
  using roots = fakeRoots({ "damon/admin/kdamonds/nr_kdamonds": "1\n", ...files });
  await assert.rejects(startKdamond(roots, kdamond()), {
    name: "KernelError",
    errno: 2,
    message: /Cannot write "1000" \(.*nr_regions\/max\): ENOENT/,
  });
  const tree = treeOf(roots.damon);
  assert.match(tree["/admin/kdamonds/0/contexts/nr_contexts"], /^0/);
  assert.match(tree["/admin/kdamonds/0/state"], /^off/);
  assert.match(tree["/admin/kdamonds/nr_kdamonds"], /^1/);
  assert.equal(readEntry(roots, 0), undefined);
});

Deno.test("startKdamond refuses operations that the kernel does not list", async () => {
  using roots = fakeRoots({
    "damon/admin/kdamonds/nr_kdamonds": "1\n",
    ...kdamondFiles(0, { state: "off", pid: -1 }),
    "damon/admin/kdamonds/0/contexts/0/avail_operations": "paddr\n",
  });
  await assert.rejects(startKdamond(roots, kdamond()), {
    name: "UnsupportedError",
    feature: "vaddr",
    message: /CONFIG_DAMON_VADDR=y\), only paddr/,
  });
});

Deno.test("stopOurs turns off what a dead recorder left, and only that", async () => {
  using roots = fakeRoots({
    "damon/admin/kdamonds/nr_kdamonds": "2\n",
    ...kdamondFiles(0, { state: "on", pid: 77, operations: "vaddr", target: 42 }),
    ...kdamondFiles(1, { state: "on", pid: 78, operations: "paddr" }),
  });
  const entry = {
    index: 0,
    kdamond: kdamond(),
    nrKdamondsBefore: 2,
    bootId: bootIdOf(roots),
    recorder: { pid: 1234, startTicks: 5, command: ["record"] },
  };
  keepEntry(roots, { ...entry, kdamondPid: 76 });
  assert.deepEqual(await stopOurs(roots), [], "another kernel thread has taken the place");
  assert.match(treeOf(roots.damon)["/admin/kdamonds/0/state"], /^on/);

  keepEntry(roots, { ...entry, kdamondPid: 77 });
  const stopped = await stopOurs(roots);
  assert.deepEqual(stopped.map(({ status, recorderPid }) => [status.index, recorderPid]), [[0, undefined]]);
  const tree = treeOf(roots.damon);
  assert.match(tree["/admin/kdamonds/0/state"], /^off/);
  assert.match(tree["/admin/kdamonds/1/state"], /^on/);
  assert.match(tree["/admin/kdamonds/nr_kdamonds"], /^2/);
});

Deno.test("stopOurs leaves a kdamond to its recorder while that one runs", async () => {
  using fake = fakeRoots({
    "damon/admin/kdamonds/nr_kdamonds": "1\n",
    ...kdamondFiles(0, { state: "on", pid: 77, operations: "vaddr", target: 42 }),
  });
  const roots = { ...fake, proc: defaultRoots().proc };
  keepEntry(roots, {
    index: 0,
    kdamondPid: 77,
    kdamond: kdamond(),
    nrKdamondsBefore: 0,
    bootId: bootIdOf(roots),
    recorder: { pid: Deno.pid, startTicks: startTicksOf(roots, Deno.pid)!, command: [] },
  });
  const before = treeOf(roots.damon);
  assert.deepEqual((await stopOurs(roots)).map(({ recorderPid }) => recorderPid), [Deno.pid]);
  assert.deepEqual(treeOf(roots.damon), before);
});

Deno.test("readEntry takes an entry of an earlier boot for none", () => {
  using roots = fakeRoots({});
  const recorder = { pid: 1, startTicks: 1, command: [] };
  keepEntry(roots, { index: 0, kdamond: kdamond(), nrKdamondsBefore: 0, bootId: "boot-1", recorder });
  assert.equal(readEntry(roots, 0)?.recorder.pid, 1);
  keepEntry(roots, { index: 0, kdamond: kdamond(), nrKdamondsBefore: 0, bootId: "boot-0", recorder });
  assert.equal(readEntry(roots, 0), undefined);
});

Deno.test("readEntry takes one that is not whole for none, and so do the commands", async () => {
  using roots = fakeRoots({
    "damon/admin/kdamonds/nr_kdamonds": "1\n",
    ...kdamondFiles(0, { state: "off", pid: -1, operations: "vaddr", target: 9 }),
    "run/kdamond-0.json": "",
  });
  const before = treeOf(roots.damon);
  for (const text of ["garbage{", "null", "7", '{"bootId":"boot-1"}', '{"bootId":"boot-1","index":0,"kdamond":{}}']) {
    Deno.writeTextFileSync(`${roots.run}/kdamond-0.json`, text);
    assert.equal(readEntry(roots, 0), undefined, text);
    assert.deepEqual(await stopOurs(roots), []);
  }
  assert.deepEqual(treeOf(roots.damon), before);
});

Deno.test("stopOurs takes back what a recorder that was killed while staging left", async () => {
  const half = kdamondFiles(0, { state: "off", pid: -1, operations: "vaddr" });
  half["damon/admin/kdamonds/0/contexts/0/monitoring_attrs/intervals/update_us"] = "60000000\n";
  half["damon/admin/kdamonds/0/contexts/0/targets/nr_targets"] = "0\n";
  const entry = {
    index: 0,
    kdamond: kdamond({ intervals: { sampleUs: 1000, aggrUs: 20_000, updateUs: 1e6 } }),
    nrKdamondsBefore: 1,
    bootId: "boot-1",
    recorder: { pid: 999, startTicks: 5, command: [] },
  };
  const files = { "damon/admin/kdamonds/nr_kdamonds": "1\n", ...half };
  using roots = fakeRoots(files);
  keepEntry(roots, entry);
  assert.deepEqual((await stopOurs(roots)).map(({ status }) => status.index), [0]);
  assert.match(treeOf(roots.damon)["/admin/kdamonds/0/contexts/nr_contexts"], /^0/);

  // Settings that are neither ours nor the kernel's are somebody else's.
  half["damon/admin/kdamonds/0/contexts/0/monitoring_attrs/intervals/sample_us"] = "7000\n";
  using others = fakeRoots({ ...files, ...half });
  keepEntry(others, entry);
  assert.deepEqual(await stopOurs(others), []);
});

Deno.test("startKdamond says where it could not keep what it starts, and writes nothing", async () => {
  using roots = fakeRoots({ "damon/admin/kdamonds/nr_kdamonds": "0\n", "run": "a file" });
  await assert.rejects(startKdamond(roots, kdamond()), {
    name: "KernelError",
    message: /^Cannot keep what damo starts \(.*run\): EEXIST.*must be a writable folder/,
  });
  assert.match(treeOf(roots.damon)["/admin/kdamonds/nr_kdamonds"], /^0/);
});

Deno.test("readKdamonds gives what is staged, and nothing where there is no tree", async () => {
  using roots = fakeRoots({
    "damon/admin/kdamonds/nr_kdamonds": "1\n",
    ...kdamondFiles(0, { state: "on", pid: 77, operations: "vaddr", target: 42 }),
  });
  assert.deepEqual(await readKdamonds(roots), [{ index: 0, state: "on", pid: 77, contexts: [context()] }]);
  assert.deepEqual(await readKdamonds({ ...roots, damon: `${roots.damon}/none` }), []);
});

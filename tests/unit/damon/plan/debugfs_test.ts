import assert from "assert";
import {
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Kdamond,
  parseDebugfsSchemes,
  type Scheme,
} from "../../../../damon/mod.ts";
import { DebugfsInterface } from "../../../../kernel/control/debugfs_interface.ts";
import { startKdamonds, stopOurs, tuneKdamonds } from "../../../../kernel/control/kdamond.ts";
import { readEntry } from "../../../../kernel/control/ours.ts";
import { type DebugfsKernel, FakeDebugfs } from "../../../fake_debugfs.ts";
import { treeOf } from "../../../fake_sysfs.ts";

const context = (pid: number, changes: Partial<Context> = {}): Context => ({
  operations: "vaddr",
  intervals: DEFAULT_INTERVALS,
  nrRegions: DEFAULT_NR_REGIONS,
  targets: [{ pid, regions: [] }],
  ...changes,
});
const kdamond = (...args: Parameters<typeof context>): Kdamond => ({ contexts: [context(...args)] });
const SCHEME: Scheme = {
  action: "stat",
  accessPattern: { szBytes: { min: 4096, max: 2 ** 64 }, nrAccesses: { min: 0, max: 20 }, age: { min: 1, max: 1000 } },
};

function fake(name: string, options?: DebugfsKernel) {
  const kernel = new FakeDebugfs(name, options);
  for (const pid of [1, 2, 3]) kernel.alive.add(pid);
  return { kernel, damon: new DebugfsInterface(kernel.roots, kernel.write), roots: kernel.roots };
}

for (const name of ["6.1", "6.12_debugfs"]) {
  Deno.test(`startKdamonds by debugfs of Linux ${name} turns three contexts on, and leaves nothing of them`, async () => {
    const { kernel, damon, roots } = fake(name);
    using _kernel = kernel;
    const before = treeOf(roots.debugfs);
    const kdamonds = [1, 2, 3].map((pid) => kdamond(pid, { schemes: [SCHEME] }));
    const running = await startKdamonds(roots, kdamonds, { damon });
    assert.ok(kernel.isOn);
    assert.deepEqual((await damon.read()).map(({ pid, state }) => [pid, state]), running.map(({ pid }) => [pid, "on"]));
    const read = (await damon.read()).map(({ contexts }) => contexts[0].targets[0].pid);
    assert.deepEqual(read, [1, 2, 3]);
    // As a monitor does: one after the other, the first one first.
    for (const each of running) await each.stop();
    assert.deepEqual(treeOf(roots.debugfs), before);
    for (const index of [0, 1, 2]) assert.equal(readEntry(roots, index, "debugfs"), undefined);
  });
}

Deno.test("startKdamonds by debugfs puts back what somebody had prepared there, whichever write fails", async () => {
  const { kernel, damon, roots } = fake("6.12_debugfs");
  using _kernel = kernel;
  const put = (file: string, text: string) => kernel.write(`${roots.debugfs}/${file}`, `${text}\n`);
  put("attrs", "7000 140000 2000000 11 111");
  put("target_ids", "3");
  put("init_regions", "0 4096 8192");
  put("schemes", "4096 8192 0 5 10 20 5 0 0 0 0 0 0 0 0 0 0 0");
  const before = treeOf(roots.debugfs);
  const kdamonds = [kdamond(1, { schemes: [SCHEME] }), kdamond(2)];
  const { length } = damon.startPlan(kdamonds);
  assert.equal(length, 10);
  for (let at = 0; at <= length; at++) {
    let left = at;
    kernel.refuses = () => left-- === 0;
    const started = startKdamonds(roots, kdamonds, { damon });
    if (at < length) await assert.rejects(started, { name: "KernelError" });
    else {
      const running = await started;
      kernel.refuses = undefined;
      for (const each of running) await each.stop();
    }
    assert.deepEqual(treeOf(roots.debugfs), before, `write ${at}`);
    assert.equal(readEntry(roots, 0, "debugfs"), undefined);
  }
});

Deno.test("tuneKdamonds by debugfs turns all off, writes every context anew, and keeps initial regions", async () => {
  const { kernel, damon, roots } = fake("6.1");
  using _kernel = kernel;
  const regions = [{ start: 4096, end: 8192 }];
  const targets = [{ pid: 2, regions }];
  const running = await startKdamonds(roots, [kdamond(1), kdamond(2, { targets })], { damon, stays: true });
  kernel.writes.length = 0;
  const wanted = kdamond(1, { intervals: { ...DEFAULT_INTERVALS, aggrUs: 200_000 } });
  await tuneKdamonds(roots, new Map([[0, wanted]]), damon);
  assert.deepEqual(kernel.writes, [
    "monitor_on off",
    "attrs 5000 200000 1000000 10 1000",
    "target_ids 1",
    "init_regions ",
    "schemes ",
    "damo-1/attrs 5000 100000 1000000 10 1000",
    "damo-1/target_ids 2",
    "damo-1/init_regions 0 4096 8192",
    "damo-1/schemes ",
    "monitor_on on",
  ]);
  const statuses = await damon.read();
  assert.deepEqual(statuses[1].contexts[0].targets, targets);
  // They have other threads now, and are ours all the same.
  statuses.forEach(({ pid }, i) => {
    assert.notEqual(pid, running[i].pid);
    assert.equal(readEntry(roots, i, "debugfs")!.kdamondPid, pid);
  });
  kernel.writes.length = 0;
  await tuneKdamonds(roots, new Map([[0, wanted], [1, kdamond(2, { targets })]]), damon);
  assert.deepEqual(kernel.writes, []);
  for (const { index } of statuses) await damon.restore(readEntry(roots, index, "debugfs")!);
});

Deno.test("tuneKdamonds by debugfs goes back to what was on, whichever write fails", async () => {
  const { kernel, damon, roots } = fake("6.1");
  using _kernel = kernel;
  const before = [kdamond(1, { schemes: [SCHEME] }), kdamond(2)];
  await startKdamonds(roots, before, { damon, stays: true });
  const wanted = new Map([1, 0].map((i) => [i, kdamond(3, { schemes: [SCHEME, SCHEME] })]));
  for (let at = 0; at < 20; at++) {
    let left = at;
    kernel.refuses = () => left-- === 0;
    await assert.rejects(tuneKdamonds(roots, wanted, damon), { name: "KernelError" });
    assert.ok(kernel.isOn, `write ${at}`);
    (await damon.read()).forEach(({ pid, contexts }, i) => {
      const [{ schemes, ...rest }] = contexts;
      const { schemes: wantedSchemes, ...wantedRest } = before[i].contexts[0];
      assert.deepEqual(rest, wantedRest);
      assert.equal(schemes?.length, wantedSchemes?.length);
      const { kdamondPid, kdamond } = readEntry(roots, i, "debugfs")!;
      assert.deepEqual([kdamondPid, kdamond], [pid, before[i]]);
    });
  }
  kernel.refuses = undefined;
  await tuneKdamonds(roots, wanted, damon);
  assert.deepEqual((await damon.read()).map(({ contexts }) => contexts[0].targets[0].pid), [3, 3]);
});

Deno.test("DebugfsInterface reads what it wrote, in both forms of statistics and both keyings", async () => {
  const regions = [{ start: 4096, end: 8192 }, { start: 2 ** 40, end: 2 ** 41 }];
  for (const [nrStats, isByPid, ids] of [[2, true, ["3", "1"]], [5, false, ["0", "1"]]] as const) {
    const { kernel, damon, roots } = fake("6.1", { nrStats, isByPid });
    using _kernel = kernel;
    if (isByPid) {
      // The type by which Linux 5.16 and 5.17 are told.
      Deno.mkdirSync(`${roots.modules.replace(/\/module$/, "")}/kernel/btf`, { recursive: true });
      Deno.writeFileSync(
        `${roots.modules.replace(/\/module$/, "")}/kernel/btf/vmlinux`,
        btfOfStruct("damon_primitive"),
      );
    }
    const targets = [{ pid: 3, regions }, { pid: 1, regions: [] }];
    const wanted = context(3, { targets, schemes: [SCHEME] });
    await damon.run(damon.startPlan([{ contexts: [wanted] }]));
    const written = kernel.writes.find((line) => line.startsWith("init_regions"));
    assert.equal(written, `init_regions ${regions.map(({ start, end }) => `${ids[0]} ${start} ${end}`).join("\n")}`);
    const [{ contexts: [{ schemes, operations, nrRegions, intervals }] }] = await damon.read();
    assert.deepEqual({ operations, nrRegions, intervals }, {
      operations: "vaddr",
      nrRegions: DEFAULT_NR_REGIONS,
      intervals: DEFAULT_INTERVALS,
    });
    const stats = { nrTried: 0, szTriedBytes: 0 };
    const more = { nrApplied: 0, szAppliedBytes: 0, qtExceeds: 0 };
    assert.deepEqual(schemes, [{ ...SCHEME, stats: nrStats === 2 ? stats : { ...stats, ...more } }]);
  }
});

Deno.test("DebugfsInterface names what debugfs, or this kernel's, does not have, before anything is written", () => {
  const { kernel, damon, roots } = fake("6.1");
  using _kernel = kernel;
  const filters = [{ type: "anon", matching: true, allow: false }] as const;
  const cases: [Partial<Context>, RegExp][] = [
    [{ operations: "fvaddr" }, /the operations fvaddr; .*5\.19/],
    [{ schemes: [{ ...SCHEME, filters: [...filters] }] }, /filters; .*6\.3/],
    [{ schemes: [{ ...SCHEME, action: "lru_prio" }] }, /the action lru_prio; .*6\.0/],
    [{ schemes: [{ ...SCHEME, applyIntervalUs: 1000 }] }, /interval of the scheme's own; .*6\.7/],
  ];
  for (const [changes, message] of cases) {
    assert.throws(() => damon.require([kdamond(1, changes)]), { name: "UnsupportedError", message });
  }
  // Linux 5.15 has neither schemes nor initial regions.
  for (const file of ["schemes", "init_regions"]) Deno.removeSync(`${roots.debugfs}/${file}`);
  damon.require([kdamond(1)]);
  const regions = [{ start: 4096, end: 8192 }];
  for (const changes of [{ schemes: [SCHEME] }, { targets: [{ pid: 1, regions }] }]) {
    assert.throws(() => damon.require([kdamond(1, changes)]), { name: "UnsupportedError", since: "5.16" });
  }
  assert.deepEqual(damon.startPlan([kdamond(1)]).map(({ path }) => path.slice(roots.debugfs.length + 1)), [
    "attrs",
    "target_ids",
    "monitor_on",
  ]);
  assert.deepEqual(kernel.writes, []);
});

Deno.test("restore by another command takes back what a killed recorder left in debugfs, by its notes alone", async () => {
  const { kernel, damon, roots } = fake("6.12_debugfs");
  using _kernel = kernel;
  const before = treeOf(roots.debugfs);
  await startKdamonds(roots, [kdamond(1), kdamond(2)], { damon });
  const other = new DebugfsInterface(roots, kernel.write);
  for (const { index, state } of await other.read()) {
    assert.equal(state, "on");
    await other.restore(readEntry(roots, index, "debugfs")!);
  }
  assert.deepEqual(treeOf(roots.debugfs), before);
  assert.deepEqual(await stopOurs(roots), []);
});

Deno.test("parseDebugfsSchemes refuses lines of another length", () => {
  assert.deepEqual(parseDebugfsSchemes("\n"), []);
  for (const text of ["1 2 3", `${"1 ".repeat(19)}`, `${"-1 ".repeat(18)}`]) {
    assert.throws(() => parseDebugfsSchemes(text), { name: "SyntaxError" });
  }
});

/** BTF of one struct with a member. */
function btfOfStruct(name: string): Uint8Array<ArrayBuffer> {
  const strings = new TextEncoder().encode(`\0${name}\0x\0`);
  const types = new Uint32Array([1, 4 * 2 ** 24 + 1, 8, name.length + 2, 0, 0]);
  const head = new Uint32Array([0x0001eb9f, 24, 0, types.byteLength, types.byteLength, strings.length]);
  return new Uint8Array([...new Uint8Array(head.buffer), ...new Uint8Array(types.buffer), ...strings]);
}

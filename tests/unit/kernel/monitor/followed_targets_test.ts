import assert from "assert";
import {
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  KernelError,
  type RecordedKdamond,
  Regions,
  type Target,
} from "../../../../damon/mod.ts";
import { mergeItems } from "../../../../format/mod.ts";
import { describeRecord } from "../../../../format/record/describe.ts";
import { descendantsOf } from "../../../../kernel/machine/children.ts";
import { FollowedTargets } from "../../../../kernel/monitor/followed_targets.ts";
import { startKdamonds } from "../../../../kernel/control/kdamond.ts";
import { DamonMonitor } from "../../../../kernel/monitor/monitor.ts";
import { readEntry } from "../../../../kernel/control/ours.ts";
import { openSource } from "../../../../kernel/monitor/record_source.ts";
import { SysfsInterface } from "../../../../kernel/control/sysfs_interface.ts";
import { batchOf, Sender } from "../../../events.ts";
import { FakeKernel } from "../../../fake_kernel.ts";
import { FakeProcesses } from "../../../fake_processes.ts";
import { fakeRoots, treeOf } from "../../../fake_sysfs.ts";
import { FOOTER, recordOf, snapshotOf } from "../../../memory_record.ts";
import { mappingsOf } from "../../../../report/mappings/mappings.ts";
import { unseenLines } from "../../../../report/record/caption.ts";

const contextOf = (...targets: Target[]): Context => ({
  operations: "vaddr",
  intervals: DEFAULT_INTERVALS,
  nrRegions: DEFAULT_NR_REGIONS,
  targets,
});
const recordedOf = (context: Context): RecordedKdamond => ({ pid: 77, index: 0, ours: true, contexts: [context] });
const S = 1e9;

/** A kdamond that takes what it is given, on process 42, and a clock that is set. */
function setUp(options: { replaces?: boolean } = {}) {
  const roots = fakeRoots({});
  const processes = new FakeProcesses(roots);
  processes.begin(42);
  processes.begin(77);
  const kdamond = {
    pid: 77,
    on: true,
    lists: [] as Target[][],
    restarts: [] as Target[][],
    onCommit: () => {},
    isOn: () => kdamond.on,
    commit(targets: readonly Target[]) {
      kdamond.lists.push([...targets]);
      kdamond.onCommit();
      return Promise.resolve();
    },
    restart(targets: readonly Target[]) {
      kdamond.restarts.push([...targets]);
      kdamond.pid++;
      kdamond.on = true;
      return Promise.resolve();
    },
  };
  const clock = { ns: 1 };
  const recorded = recordedOf(contextOf({ pid: 42, regions: [] }));
  const followed = new FollowedTargets(roots, recorded, kdamond, { ...options, clockNs: () => clock.ns });
  /** Whose id a snapshot of the kernel's target has. */
  const idOf = (target: number, regions: Regions, kdamondPid = kdamond.pid) =>
    followed.idOf(kdamondPid, BigInt(target), regions, clock.ns);
  return { roots, processes, kdamond, clock, followed, idOf, [Symbol.dispose]: () => roots[Symbol.dispose]() };
}

const MEMORY = Regions.from([{ start: 0x10000, end: 0x20000, nrAccesses: 1, age: 0 }]);
const PARKED = Regions.from([{ start: 0, end: 4096, nrAccesses: 0, age: 9 }]);
const parked = (kdamond: number): Target => ({ pid: kdamond, regions: [{ start: 0, end: 4096 }] });
const begun = (pid: number): Target => ({ pid, regions: [{ start: pid * 0x10000, end: pid * 0x10000 + 0x8000 }] });

Deno.test("descendantsOf finds the same where threads list children as where only parents are known", () => {
  using roots = fakeRoots({});
  const processes = new FakeProcesses(roots);
  for (const [pid, parent] of [[42], [50, 42], [51, 50], [52, 42], [60], [61, 60]]) processes.begin(pid, parent);
  // A zombie.
  const stat = `${roots.proc}/52/stat`;
  Deno.writeTextFileSync(stat, Deno.readTextFileSync(stat).replace(") S", ") Z"));
  assert.deepEqual(descendantsOf(roots, [42]), [50, 51]);
  assert.deepEqual(descendantsOf(roots, [42, 60, 99]), [50, 51, 61]);
  for (const pid of [42, 50, 51, 52, 60, 61]) Deno.removeSync(`${roots.proc}/${pid}/task/${pid}/children`);
  assert.deepEqual(descendantsOf(roots, [42, 60, 99]), [50, 51, 61]);
});

Deno.test("FollowedTargets takes in a child, and a child's child, when they are found the second time", async () => {
  using test = setUp();
  const { followed, processes, kdamond } = test;
  assert.deepEqual(await followed.look(), []);
  processes.begin(50, 42);
  processes.begin(51, 50);
  assert.deepEqual(await followed.look(), []);
  assert.equal(kdamond.lists.length, 0);
  assert.deepEqual((await followed.look()).sort(), [50, 51]);
  // What it has found out about the first one stays.
  assert.deepEqual(kdamond.lists, [[{ pid: 42, regions: [] }, begun(50), begun(51)]]);
  assert.deepEqual(followed.pids, [42, 50, 51]);
  assert.deepEqual([0, 1, 2, 3].map((target) => test.idOf(target, MEMORY)), [0, 1, 2, undefined]);
});

Deno.test("FollowedTargets changes targets at most once in two update intervals, however many are forked", async () => {
  using test = setUp();
  const { followed, processes, kdamond, clock } = test;
  for (let i = 0; i < 60; i++) {
    processes.begin(100 + i, 42);
    await followed.look();
    clock.ns += S / 10;
  }
  // At 0.1, 2.1 and 4.1 seconds.
  assert.deepEqual(kdamond.lists.map((targets) => targets.length), [2, 22, 42]);
});

Deno.test("FollowedTargets gives a dead child's place away, but to another child only when all of its snapshots have come", async () => {
  using test = setUp();
  const { followed, processes, kdamond, clock, idOf } = test;
  processes.begin(50, 42);
  processes.begin(51, 42);
  await followed.look();
  await followed.look();
  processes.end(50);
  clock.ns += 3 * S;
  await followed.look();
  assert.deepEqual(kdamond.lists.at(-1), [{ pid: 42, regions: [] }, parked(77), { pid: 51, regions: [] }]);
  // No snapshot since then has come: one of the dead child's may be on its way.
  processes.begin(52, 42);
  await followed.look();
  clock.ns += 3 * S;
  assert.deepEqual(await followed.look(), [52]);
  assert.deepEqual(kdamond.lists.at(-1)!.slice(1), [parked(77), { pid: 51, regions: [] }, begun(52)]);
  assert.equal(idOf(1, MEMORY), 1);
  assert.equal(idOf(1, PARKED), undefined);
  assert.equal(idOf(3, MEMORY), 3);
  processes.begin(53, 42);
  await followed.look();
  clock.ns += 3 * S;
  assert.deepEqual(await followed.look(), [53]);
  assert.deepEqual(kdamond.lists.at(-1)!.slice(1), [begun(53), { pid: 51, regions: [] }, { pid: 52, regions: [] }]);
  // The kernel has not taken it yet, then it has.
  assert.equal(idOf(1, PARKED), undefined);
  assert.equal(idOf(1, MEMORY), 4);
  assert.deepEqual(followed.pids, [42, 50, 51, 52, 53]);
});

Deno.test("FollowedTargets takes places away from the end of the list", async () => {
  using test = setUp();
  const { followed, processes, kdamond, clock, idOf } = test;
  processes.begin(50, 42);
  await followed.look();
  await followed.look();
  processes.end(50);
  clock.ns += 3 * S;
  await followed.look();
  idOf(0, MEMORY);
  clock.ns += 3 * S;
  idOf(0, MEMORY);
  processes.begin(51, 42);
  await followed.look();
  await followed.look();
  assert.deepEqual(kdamond.lists.at(-1), [{ pid: 42, regions: [] }, begun(51)]);
  processes.end(51);
  clock.ns += 3 * S;
  await followed.look();
  assert.deepEqual(kdamond.lists.at(-1), [{ pid: 42, regions: [] }, parked(77)]);
});

Deno.test("FollowedTargets turns on again a kdamond that the kernel ended for a child that was gone", async () => {
  using test = setUp();
  const { followed, processes, kdamond, clock, idOf } = test;
  processes.begin(50, 42);
  processes.begin(51, 42);
  await followed.look();
  kdamond.onCommit = () => {
    processes.end(50);
    kdamond.on = false;
  };
  await followed.look();
  assert.ok(followed.isUnsure);
  await followed.look();
  assert.ok(!followed.isUnsure);
  assert.deepEqual(kdamond.restarts, [[{ pid: 42, regions: [] }, { pid: 51, regions: [] }]]);
  assert.equal(kdamond.pid, 78);
  // The places of before are those of the kernel thread of before.
  assert.deepEqual([0, 1, 2].map((target) => idOf(target, MEMORY, 77)), [0, 1, 2]);
  assert.deepEqual([0, 1].map((target) => idOf(target, MEMORY, 78)), [0, 2]);
  assert.deepEqual([77, 78, 79].map((pid) => followed.has(pid)), [true, true, false]);
  // And goes on from there.
  processes.begin(52, 42);
  kdamond.onCommit = () => {};
  clock.ns += 3 * S;
  await followed.look();
  assert.deepEqual(await followed.look(), [52]);
  assert.equal(idOf(2, MEMORY, 78), 3);
});

Deno.test("FollowedTargets tells the kernel once more where a child ended meanwhile, and nothing says whether it took it", async () => {
  using test = setUp();
  const { followed, processes, kdamond, clock } = test;
  processes.begin(50, 42);
  processes.begin(51, 42);
  await followed.look();
  kdamond.onCommit = () => processes.end(50);
  await followed.look();
  kdamond.onCommit = () => {};
  for (let i = 0; i < 40; i++) {
    clock.ns += S / 10;
    await followed.look();
  }
  // Of a child that the kernel may not know yet it is said once more what is to be watched.
  assert.deepEqual(kdamond.lists.at(-1), [{ pid: 42, regions: [] }, parked(77), begun(51)]);
  assert.deepEqual(kdamond.restarts, []);
});

Deno.test("FollowedTargets leaves out who has ended by turning DAMON off and on where a commit would add a target instead", async () => {
  using test = setUp({ replaces: false });
  const { followed, processes, kdamond, clock } = test;
  processes.begin(50, 42);
  await followed.look();
  await followed.look();
  processes.end(50);
  clock.ns += 3 * S;
  await followed.look();
  assert.equal(kdamond.lists.length, 1);
  assert.deepEqual(kdamond.restarts, [[{ pid: 42, regions: [] }]]);
});

Deno.test("FollowedTargets asks again later where the kernel is busy, and changes nothing in between", async () => {
  using test = setUp();
  const { followed, processes, kdamond, clock, idOf } = test;
  kdamond.onCommit = () => {
    throw new KernelError("write commit", 16);
  };
  processes.begin(50, 42);
  await followed.look();
  assert.deepEqual(await followed.look(), []);
  assert.deepEqual(followed.pids, [42]);
  assert.equal(idOf(1, MEMORY), undefined);
  kdamond.onCommit = () => {};
  clock.ns += 1.1 * S;
  assert.deepEqual(await followed.look(), [50]);
});

Deno.test("a kdamond takes other targets while it is on, is ours still, and leaves the tree as it was", async () => {
  using kernel = new FakeKernel("6.18");
  const { roots } = kernel;
  const before = treeOf(roots.damon);
  const damon = new SysfsInterface(roots, kernel.write);
  const [running] = await startKdamonds(roots, [{ contexts: [contextOf({ pid: 42, regions: [] })] }], { damon });
  const first = running.pid;
  kernel.writes.length = 0;
  await running.commit([{ pid: 42, regions: [] }, begun(50)]);
  const targets = "0/contexts/0/targets";
  assert.deepEqual(kernel.writes, [
    `${targets}/nr_targets 2`,
    `${targets}/0/pid_target 42`,
    `${targets}/0/regions/nr_regions 0`,
    `${targets}/1/pid_target 50`,
    `${targets}/1/regions/nr_regions 1`,
    `${targets}/1/regions/0/start ${50 * 0x10000}`,
    `${targets}/1/regions/0/end ${50 * 0x10000 + 0x8000}`,
    "0/state commit",
  ]);
  assert.equal(readEntry(roots, 0)!.kdamond.contexts[0].targets.length, 2);
  assert.equal(running.pid, first);
  await running.restart([{ pid: 42, regions: [] }]);
  assert.deepEqual(kernel.writes.slice(8), [
    "0/state off",
    `${targets}/nr_targets 1`,
    `${targets}/0/pid_target 42`,
    `${targets}/0/regions/nr_regions 0`,
    "0/state on",
  ]);
  assert.notEqual(running.pid, first);
  assert.ok(running.isOn());
  assert.equal(readEntry(roots, 0)!.kdamondPid, running.pid);
  await running.stop();
  assert.deepEqual(treeOf(roots.damon), before);
  await assert.rejects(running.restart([{ pid: 42, regions: [] }]), { name: "KernelError", message: /somebody else/ });
});

Deno.test("DamonMonitor gives the snapshots of each kernel thread and target to the process they are of", async () => {
  using test = setUp();
  const { roots, processes, kdamond, clock } = test;
  processes.begin(50, 42);
  processes.begin(51, 42);
  // The kernel refuses, as 50 is gone, and ends the thread: the next one's first target is 42, its second 51.
  kdamond.onCommit = () => {
    processes.end(50);
    kdamond.on = false;
  };
  const senders = new Map([77, 78].map((pid) => [pid, new Sender(pid)]));
  const watchedPids: number[] = [];
  const region = (mark: number) => [{ start: mark * 4096, end: (mark + 1) * 4096, nrAccesses: 1, age: 0 }];
  const tracer = {
    hasAge: true,
    watch: (pid: number) => void watchedPids.push(pid),
    unwatch: (pid: number) => void watchedPids.push(-pid),
    attach: () => [],
    wait: () => new Promise<"ready">((done) => setTimeout(() => done("ready"), 20)),
    isFull: true,
    drain() {
      tracer.isFull = !tracer.isFull;
      if (tracer.isFull) return { length: 0, words: new Uint32Array() };
      const sender = senders.get(kdamond.pid)!;
      clock.ns += 1e8;
      const marks = kdamond.pid === 77 ? [42] : [42, 51];
      return batchOf(marks.flatMap((mark, target) => sender.snapshot(BigInt(target), clock.ns, region(mark))));
    },
    counters: () => ({ sent: 0, received: 0, dropped: 0 }),
    stop() {},
    clockNs: () => clock.ns,
    emitTest: () => Promise.resolve(),
    runTest() {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const monitor = new DamonMonitor(roots, tracer, [{
    recorded: recordedOf(contextOf({ pid: 42, regions: [] })),
    isOn: kdamond.isOn,
    follow: { kdamond, replaces: true },
    stop: () => Promise.resolve(),
  }]);
  const abort = new AbortController();
  const seen = new Set<string>();
  const mapped = new Set<number>();
  for await (const item of monitor.items(abort.signal)) {
    if (item.kind === "mappings") mapped.add(item.mappings.pid);
    if (item.kind !== "snapshot") continue;
    const { kdamond, targetId, regions } = item.snapshot;
    seen.add(`${kdamond}/${targetId}: ${regions.start[0] / 4096}`);
    if (targetId === 2n) abort.abort();
  }
  assert.equal(monitor.ended, undefined);
  // Who had the place 1 first was never seen.
  assert.deepEqual([...seen], ["77/0: 42", "77/2: 51"]);
  // The thread that has ended makes room for the next: a tracer takes 64 at the same time.
  assert.deepEqual(watchedPids, [-77, 78]);
  assert.deepEqual([...mapped], [42, 51]);
  const { targets, processes: children } = monitor.counts();
  assert.deepEqual(targets, [{ kdamond: 77, pids: [42, 50, 51], restarts: 1 }]);
  assert.deepEqual(children!.map(({ pid }) => pid), [50, 51]);
});

Deno.test("a record's reports, description and parts put together name the children that its footer names", async () => {
  const child = { pid: 99, comm: "child", cmdline: ["child", "-x"], exe: "/bin/child" };
  const one = { ...FOOTER, targets: [{ kdamond: 7, pids: [42] }] };
  const two = { ...FOOTER, targets: [{ kdamond: 7, pids: [42, 98, 99] }], processes: [child] };
  const snapshot = (id: bigint) => snapshotOf(0, 1e8, [[0x10000, 0x11000, 1]], { targetId: id });
  const { header } = await recordOf([snapshot(0n)])();
  const kdamond = header.kdamonds[0].pid;
  const footer = { ...two, targets: [{ kdamond, pids: [42, 98, 99], restarts: 2 }] };
  const record = recordOf([snapshot(0n), snapshot(2n), { kind: "footer", footer }]);
  const { survey } = await mappingsOf(record);
  assert.deepEqual(survey.targets.map(({ pid, index }) => [pid, index]), [[42, 0], [99, 2]]);
  assert.equal(survey.header.processes.at(-1)!.comm, "child");
  assert.deepEqual(unseenLines(survey.footer), ["DAMON began anew 2 times, and ages with it, as children ended"]);
  const described = await describeRecord(
    { ...await record(), format: "arrow", fileBytes: 1, bytesRead: 1 } as unknown as Parameters<
      typeof describeRecord
    >[0],
  );
  assert.deepEqual(described.targets.map(({ pid }) => pid), [42, 99]);
  assert.equal(described.header.processes.at(-1)!.comm, "child");
  const parts = await Promise.all(
    [one, two].map((footer) => recordOf([snapshot(0n), { kind: "footer" as const, footer }])()),
  );
  const merged = (await Array.fromAsync(mergeItems(parts, [0, 0]))).at(-1)!;
  assert.ok(merged.kind === "footer");
  assert.deepEqual([merged.footer.targets, merged.footer.processes], [two.targets, [child]]);
});

Deno.test("openSource refuses to follow children of what has none, and by debugfs, and says what to do", async () => {
  using roots = fakeRoots({ "debug/damon/monitor_on": "off\n", "debug/damon/target_ids": "\n" });
  const kdamonds = [{ contexts: [contextOf({ pid: 42, regions: [] })] }];
  const options = { includeChildren: true, monitor: "damon" as const, interface: "debugfs" as const };
  await assert.rejects(openSource(roots, kdamonds, options), {
    name: "UnsupportedError",
    message: /takes new targets only while it is off; .*monitor: "pages"/,
  });
  await assert.rejects(
    openSource(roots, [{ contexts: [{ ...contextOf({ regions: [] }), operations: "paddr" }] }], options),
    {
      name: "TypeError",
      message: /includeChildren follows what a process starts, and the target is the machine's memory; leave it out/,
    },
  );
  await assert.rejects(openSource(roots, "ongoing", { includeChildren: true }), /only listened to/);
});

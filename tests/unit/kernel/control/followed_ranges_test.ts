import assert from "assert";
import {
  followedAttributes,
  KernelError,
  type PageRun,
  type RecordedKdamond,
  type RecordItem,
  type Target,
} from "../../../../damon/mod.ts";
import { FollowedRanges } from "../../../../kernel/control/followed_ranges.ts";
import { FollowedTargets } from "../../../../kernel/monitor/followed_targets.ts";
import { startFollowed } from "../../../../kernel/monitor/follow_start.ts";
import { MemoryWatches } from "../../../../kernel/machine/memory_watches.ts";
import { SysfsInterface } from "../../../../kernel/control/sysfs_interface.ts";
import { FakeKernel } from "../../../fake_kernel.ts";
import { FakeProcesses } from "../../../fake_processes.ts";

const MIB = 1 << 20;
const TIB = 2 ** 40;
const run = (start: number, bytes: number): PageRun => ({
  start,
  end: start + bytes,
  residentBytes: bytes,
  swapBytes: 0,
});
const rangeOf = ({ start, end }: PageRun) => ({ start, end });

/** A kernel with a process 42, what of it is in memory as the test says, and a clock of performance.now that it sets. */
function setUp() {
  const kernel = new FakeKernel("6.18");
  const { roots } = kernel;
  const processes = new FakeProcesses(roots);
  processes.begin(42);
  const clock = { ms: 1000 };
  const now = performance.now;
  performance.now = () => clock.ms;
  let faults = 0;
  const memory = {
    runs: [] as PageRun[],
    /** Memory has changed, and the kernel counts a fault. */
    put(runs: PageRun[], perms = "rw-p") {
      memory.runs = runs;
      const stat = Deno.readTextFileSync(`${roots.proc}/42/stat`);
      const begin = stat.slice(0, stat.lastIndexOf(")") + 2);
      const fields = stat.slice(begin.length).split(" ");
      fields[7] = String(++faults);
      Deno.writeTextFileSync(`${roots.proc}/42/stat`, begin + fields.join(" "));
      const line = ({ start, end }: PageRun) =>
        `${start.toString(16)}-${end.toString(16)} ${perms} 00000000 00:00 0 \n`;
      Deno.writeTextFileSync(`${roots.proc}/42/maps`, runs.map(line).join(""));
    },
  };
  const scanner = {
    // Of others their one mapping.
    scan: (path: string) => {
      const pid = Number(/(\d+)\/pagemap$/.exec(path)![1]);
      const runs = pid === 42 ? memory.runs : [run(pid * 0x10000, 0x8000)];
      return Promise.resolve(runs.map((one) => ({ ...one })));
    },
    [Symbol.dispose]() {},
  };
  const watches = new MemoryWatches(roots, () => clock.ms * 1e6, scanner);
  return {
    roots,
    kernel,
    memory,
    clock,
    watches,
    processes,
    damon: new SysfsInterface(roots, kernel.write),
    [Symbol.dispose]() {
      performance.now = now;
      kernel[Symbol.dispose]();
    },
  };
}

const followed = {
  contexts: [{ operations: "fvaddr" as const, ...followedAttributes(0), targets: [{ pid: 42, regions: [] }] }],
};
const chosen = { intervals: true, nrRegions: true };
const targetWrites = (writes: readonly string[]) => writes.filter((write) => /regions|commit$/.test(write));

Deno.test("DAMON is started on what a process has in memory, and told anew when that has changed", async () => {
  using test = setUp();
  const { roots, kernel, memory, clock, watches, damon } = test;
  const [heap, far] = [run(16 * MIB, 8 * MIB), run(TIB, 4 * MIB)];
  memory.put([heap]);
  const ranges = new FollowedRanges({ memory: watches, chosen });
  const [[recorded], [running]] = await startFollowed(roots, [followed], damon, { children: false, ranges: [ranges] });
  // A record says that they follow, not where they began.
  assert.deepEqual(recorded.contexts[0].targets, [{ pid: 42, regions: [] }]);
  const dir = "0/contexts/0/targets/0/regions";
  assert.deepEqual(targetWrites(kernel.writes).slice(-3), [
    `${dir}/nr_regions 1`,
    `${dir}/0/start ${heap.start}`,
    `${dir}/0/end ${heap.end}`,
  ]);
  const kdamond: RecordedKdamond = { ...recorded, pid: running.pid, index: 0, ours: true };
  const targets = new FollowedTargets(roots, kdamond, running, {
    children: false,
    ranges,
    clockNs: () => clock.ms * 1e6,
  });
  const look = async (ms: number) => {
    clock.ms += ms;
    await watches.look();
    await targets.look();
  };
  kernel.writes.length = 0;
  for (let i = 0; i < 40; i++) await look(250);
  assert.deepEqual(kernel.writes, []);

  memory.put([heap, far]);
  await look(250);
  await look(250);
  assert.deepEqual(targetWrites(kernel.writes), [
    `${dir}/nr_regions 2`,
    `${dir}/0/start ${heap.start}`,
    `${dir}/0/end ${heap.end}`,
    `${dir}/1/start ${far.start}`,
    `${dir}/1/end ${far.end}`,
    "0/state commit",
  ]);
  assert.deepEqual([ranges.counts().commits, ranges.counts().refused, ranges.nrRanges], [1, 0, 2]);
  assert.ok(running.isOn());

  // What has gone is left out at leisure.
  memory.put([heap]);
  kernel.writes.length = 0;
  await look(300);
  assert.deepEqual(kernel.writes, []);
  for (let i = 0; i < 40; i++) await look(250);
  assert.equal(ranges.nrRanges, 1);
  await running.stop();
});

Deno.test("a commit that the kernel refuses leaves the ranges of before, is counted, and is tried again later", async () => {
  using test = setUp();
  const { roots, kernel, memory, clock, watches, damon } = test;
  memory.put([run(16 * MIB, 8 * MIB)]);
  const ranges = new FollowedRanges({ memory: watches, chosen });
  const [[recorded], [running]] = await startFollowed(roots, [followed], damon, { children: false, ranges: [ranges] });
  const kdamond: RecordedKdamond = { ...recorded, pid: running.pid, index: 0, ours: true };
  const targets = new FollowedTargets(roots, kdamond, running, {
    children: false,
    ranges,
    clockNs: () => clock.ms * 1e6,
  });
  kernel.refuses = (_path, text) => text === "commit";
  memory.put([run(16 * MIB, 8 * MIB), run(TIB, 8 * MIB)]);
  const tries: number[] = [];
  for (let i = 0; i < 16; i++) {
    clock.ms += 250;
    await watches.look();
    await targets.look();
    tries.push(ranges.counts().refused);
  }
  assert.deepEqual([ranges.nrRanges, ranges.counts().commits], [1, 0]);
  // At most once a second.
  assert.ok(tries.at(-1)! >= 2 && tries.at(-1)! <= 5, `${tries}`);
  kernel.refuses = undefined;
  clock.ms += 2000;
  await targets.look();
  assert.deepEqual([ranges.nrRanges, ranges.counts().commits], [2, 1]);
  await running.stop();
});

Deno.test("FollowedRanges cuts a range where it grew, so that what is new is not the end of what was known", async () => {
  using test = setUp();
  const { memory, watches } = test;
  const ranges = new FollowedRanges({ memory: watches, chosen });
  memory.put([run(TIB, 8 * MIB)]);
  assert.deepEqual(await ranges.begin(42, 1), [{ start: TIB, end: TIB + 8 * MIB }]);
  ranges.took(true, 1, true);
  // By a little it is the same range, only longer.
  memory.put([run(TIB, 8 * MIB + 65536)]);
  assert.deepEqual(await ranges.begin(42, 1), [{ start: TIB, end: TIB + 8 * MIB + 65536 }]);
  ranges.took(true, 1);
  const grown = run(TIB - MIB, 12 * MIB);
  memory.put([grown]);
  assert.deepEqual(await ranges.begin(42, 1), [
    { start: TIB - MIB, end: TIB },
    { start: TIB, end: TIB + 8 * MIB + 65536 },
    { start: TIB + 8 * MIB + 65536, end: grown.end },
  ]);
  ranges.took(true, 1);
  // By the next time the kernel has regions there: nothing is cut that need not be.
  assert.deepEqual(await ranges.begin(42, 1), [rangeOf(grown)]);
});

Deno.test("FollowedRanges looks less often where there are many ranges, as long as nobody said how often", async () => {
  for (const isChosen of [true, false]) {
    using test = setUp();
    const { memory, watches } = test;
    const ranges = new FollowedRanges({ memory: watches, chosen: { intervals: isChosen, nrRegions: isChosen } });
    const some = Array.from({ length: 300 }, (_, i) => run(i * TIB / 16 + TIB, MIB));
    memory.put(some.slice(0, 10));
    await ranges.begin(42, 1);
    assert.deepEqual(ranges.attributes(), isChosen ? followedAttributes(10) : undefined);
    ranges.took(true, 1, true);
    memory.put(some);
    assert.equal((await ranges.begin(42, 1)).length, 300);
    assert.deepEqual(ranges.attributes(), isChosen ? followedAttributes(300) : undefined);
    ranges.took(true, 1);
    memory.put(some.slice(0, 10));
    await ranges.begin(42, 1);
    assert.equal(ranges.attributes(), undefined);
  }
  const cost = [100, 500, 1000].map(followedAttributes).map(({ intervals, nrRegions }) =>
    nrRegions.max / (intervals.sampleUs / 1e6)
  );
  assert.ok(cost.every((looks) => looks <= 3000), `${cost}`);
});

Deno.test("FollowedRanges shares the ranges out among targets, and takes no more than there are to be regions", async () => {
  using test = setUp();
  const { memory, watches } = test;
  memory.put(Array.from({ length: 400 }, (_, i) => run(i * TIB / 16 + TIB, MIB)));
  const given = async (mostRegions: number | undefined, nrTargets: number) =>
    (await new FollowedRanges({ memory: watches, chosen, mostRegions }).begin(42, nrTargets)).length;
  assert.equal(await given(undefined, 1), 400);
  assert.equal(await given(undefined, 10), 100);
  assert.equal(await given(100, 1), 80);
});

Deno.test("MemoryWatches tells what is resident by mapping, nothing while nothing changes, and leaves out what nobody may access", async () => {
  using test = setUp();
  const { memory, clock, watches } = test;
  memory.put([run(TIB, 2 * MIB), { ...run(2 * TIB, 4 * MIB), residentBytes: MIB, swapBytes: 3 * MIB }]);
  await watches.lookAt(42);
  const residency = (items: RecordItem[]) => items.flatMap((item) => item.kind === "residency" ? [item.residency] : []);
  assert.deepEqual(residency(watches.takeItems()), [{
    timeNs: 1e9,
    pid: 42,
    residentBytes: 3 * MIB,
    swapBytes: 3 * MIB,
    mappings: [
      { start: TIB, end: TIB + 2 * MIB, residentBytes: 2 * MIB, swapBytes: 0 },
      { start: 2 * TIB, end: 2 * TIB + 4 * MIB, residentBytes: MIB, swapBytes: 3 * MIB },
    ],
  }]);
  clock.ms += 1000;
  await watches.look();
  assert.deepEqual(watches.takeItems(), []);
  memory.put([run(TIB, 2 * MIB)], "---p");
  clock.ms += 1000;
  await watches.look();
  assert.deepEqual(residency(watches.takeItems()).map(({ residentBytes }) => residentBytes), [2 * MIB]);
  assert.deepEqual(watches.of(42).runs, []);
});

Deno.test("a process that is gone is not started on, and nothing of it stays", async () => {
  using test = setUp();
  const { roots, kernel, watches, damon } = test;
  const ranges = new FollowedRanges({ memory: watches, chosen });
  const starting = startFollowed(roots, [followed], damon, { children: false, ranges: [ranges] });
  await assert.rejects(starting, (error: Error) => error instanceof KernelError && /42/.test(error.message));
  assert.deepEqual(kernel.writes, []);
});

Deno.test("a child begins with ranges of its own, and its parent's are told only when they change", async () => {
  using test = setUp();
  const { roots, memory, clock, watches, processes } = test;
  memory.put([run(TIB, 8 * MIB)]);
  const ranges = new FollowedRanges({ memory: watches, chosen });
  await ranges.begin(42, 1);
  ranges.took(true, 1, true);
  const lists: Target[][] = [];
  const kdamond = {
    pid: 77,
    isOn: () => true,
    commit: (targets: readonly Target[]) => Promise.resolve(void lists.push([...targets])),
    restart: () => Promise.resolve(),
  };
  const recorded: RecordedKdamond = { ...followed, pid: 77, index: 0, ours: true };
  processes.begin(77);
  const targets = new FollowedTargets(roots, recorded, kdamond, { ranges, clockNs: () => clock.ms * 1e6 });
  processes.begin(50, 42);
  await targets.look();
  clock.ms += 2000;
  assert.deepEqual(await targets.look(), [50]);
  assert.deepEqual(lists, [[{ pid: 42, regions: [] }, {
    pid: 50,
    regions: [{ start: 50 * 0x10000, end: 50 * 0x10000 + 0x8000 }],
  }]]);
});

import assert from "assert";
import {
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type RecordedKdamond,
  Regions,
  type Target,
} from "../../../../damon/mod.ts";
import { FollowedTargets } from "../../../../kernel/monitor/followed_targets.ts";
import { startKdamonds } from "../../../../kernel/control/kdamond.ts";
import { SysfsInterface } from "../../../../kernel/control/sysfs_interface.ts";
import { FakeKernel } from "../../../fake_kernel.ts";
import { FakeProcesses } from "../../../fake_processes.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

const CONTEXT: Context = {
  operations: "vaddr",
  intervals: DEFAULT_INTERVALS,
  nrRegions: DEFAULT_NR_REGIONS,
  targets: [{ pid: 42, regions: [] }],
};

/** A kdamond that takes what it is given, on process 42, which has forked process 50 that nobody follows. */
function setUp(replaces: boolean) {
  const roots = fakeRoots({});
  const processes = new FakeProcesses(roots);
  processes.begin(42);
  processes.begin(50, 42);
  const kdamond = {
    pid: 77,
    on: true,
    told: [] as (readonly Target[])[],
    restarted: [] as (readonly Target[])[],
    isOn: () => kdamond.on,
    commit: (targets: readonly Target[]) => Promise.resolve(void kdamond.told.push(targets)),
    restart(targets: readonly Target[]) {
      kdamond.restarted.push(targets);
      kdamond.on = true;
      return Promise.resolve();
    },
  };
  const recorded: RecordedKdamond = { pid: 77, index: 0, ours: true, contexts: [CONTEXT] };
  const clock = { ns: 1 };
  const options = { replaces, children: false, clockNs: () => clock.ns };
  const followed = new FollowedTargets(roots, recorded, kdamond, options);
  return { roots, processes, kdamond, followed, clock, [Symbol.dispose]: () => roots[Symbol.dispose]() };
}

Deno.test("FollowedTargets tells the kernel another thread where that by which it finds a process ends, and nothing else", async () => {
  using test = setUp(true);
  const { roots, processes, kdamond, followed, clock } = test;
  for (let i = 0; i < 3; i++) await followed.look();
  assert.deepEqual(kdamond.told, []);
  processes.goOnBy(42, 44, 45);
  await followed.look();
  await followed.look();
  assert.deepEqual(kdamond.told, [[{ pid: 44, regions: [] }]]);
  // One with a smaller id is not preferred.
  processes.goOnBy(42, 43, 44);
  clock.ns += 3e9;
  await followed.look();
  assert.equal(kdamond.told.length, 1);
  // It was all that the kernel knew.
  processes.goOnBy(42, 43);
  Deno.removeSync(`${roots.proc}/44`, { recursive: true });
  kdamond.on = false;
  assert.ok(followed.isUnsure);
  await followed.look();
  assert.ok(!followed.isUnsure);
  assert.deepEqual(kdamond.restarted, [[{ pid: 43, regions: [] }]]);
  assert.deepEqual(followed.pids, [42]);
  // A region at 0 is the process's own, where no place was ever given up.
  const atZero = Regions.from([{ start: 0, end: 4096, nrAccesses: 0, age: 9 }]);
  assert.equal(followed.idOf(77, 0n, atZero, clock.ns), 0);
});

Deno.test("FollowedTargets turns DAMON off and on for another thread where a commit would add a target instead", async () => {
  using test = setUp(false);
  test.processes.goOnBy(42, 44);
  await test.followed.look();
  assert.deepEqual([test.kdamond.told, test.kdamond.restarted], [[], [[{ pid: 44, regions: [] }]]]);
});

Deno.test("a kdamond is told a thread that lives in place of a main thread that has ended", async () => {
  using kernel = new FakeKernel("6.18");
  const processes = new FakeProcesses(kernel.roots);
  processes.begin(42);
  processes.goOnBy(42, 45);
  const damon = new SysfsInterface(kernel.roots, kernel.write);
  const [running] = await startKdamonds(kernel.roots, [{ contexts: [CONTEXT] }], { damon });
  const told = kernel.writes.filter((write) => write.includes("pid_target"));
  assert.deepEqual(told, ["0/contexts/0/targets/0/pid_target 45"]);
  assert.deepEqual(running.threads, [45]);
  await running.stop();
});

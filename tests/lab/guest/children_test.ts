import assert from "assert";
import { DEFAULT_NR_REGIONS, type Kdamond, type Snapshot, type Target } from "../../../damon/mod.ts";
import { openTracer } from "../../../ffi/tracer.ts";
import { startKdamonds } from "../../../kernel/control/kdamond.ts";
import { DamonMonitor } from "../../../kernel/monitor/monitor.ts";
import { openSource } from "../../../kernel/monitor/record_source.ts";
import { defaultRoots } from "../../../kernel/machine/roots.ts";
import { MAIN_ENDS_BYTES, MainEnds } from "../../native/main_ends.ts";
import { Process } from "../../native/pages_processes.ts";
import { damo, damonTree, isRecording, KDAMONDS, outcomeOf, readRecord, spawnDamo, until } from "./guest.ts";

const OUT = Deno.env.get("DAMO_OUT") ?? Deno.makeTempDirSync();
const PAGE = 4096;
const [PAGES, HOT] = [4000, 2000];
const roots = defaultRoots();

interface Memory {
  pid: number;
  start: number;
  end: number;
}

/** Share of the hot half of a process's memory that a snapshot shows as accessed. */
function seenOf({ regions }: Snapshot, { start }: Memory): number {
  const end = start + HOT * PAGE;
  const seen = [...regions].filter(({ nrAccesses }) => nrAccesses > 0)
    .reduce((sum, region) => sum + Math.max(0, Math.min(end, region.end) - Math.max(start, region.start)), 0);
  return seen / (HOT * PAGE);
}

const covers = ({ regions }: Snapshot, { start }: Memory) =>
  [...regions].some((region) => region.start <= start && start < region.end);

const kdamondOf = (pid: number): Kdamond => ({
  contexts: [{
    operations: "vaddr",
    intervals: { sampleUs: 10_000, aggrUs: 100_000, updateUs: 500_000 },
    nrRegions: DEFAULT_NR_REGIONS,
    targets: [{ pid, regions: [] }],
  }],
});

Deno.test("record --include_children finds the hot memory of a process and of the child that it forks meanwhile", async () => {
  const before = damonTree();
  await using target = Process.start("forks", PAGES, HOT);
  const parent = await target.memory();
  const path = `${OUT}/children.arrow`;
  const recorder = spawnDamo(
    ...[
      "record",
      String(target.pid),
      "--monitor",
      "damon",
      "--include_children",
      "-s",
      "5ms",
      "--timeout",
      "9",
      "-o",
      path,
    ],
  );
  await until(isRecording, "recording");
  await new Promise((done) => setTimeout(done, 1000));
  await target.go("+");
  const child = await target.memory();
  const { code, err } = await outcomeOf(recorder);
  assert.equal(code, 0, err);
  assert.deepEqual(damonTree(), before);

  const { header, snapshots, mappings, footer } = await readRecord(path);
  assert.deepEqual(footer!.targets, [{ kdamond: header.kdamonds[0].pid, pids: [parent.pid, child.pid] }]);
  assert.deepEqual([footer!.dropped, footer!.torn], [0, 0]);
  assert.deepEqual(new Set(mappings.map(({ pid }) => pid)), new Set([parent.pid, child.pid]));
  for (const [id, memory] of [[0n, parent], [1n, child]] as const) {
    const own = snapshots.filter(({ targetId }) => targetId === id);
    const most = Math.max(...own.map((snapshot) => seenOf(snapshot, memory)));
    console.log(`target ${id}: ${own.length} snapshots, of its hot memory at most ${most.toFixed(2)} seen`);
    assert.ok(own.length >= 5 && most >= 0.8, `target ${id}: ${own.length} snapshots, ${most}`);
    assert.ok(own.every(({ kdamond }) => kdamond === header.kdamonds[0].pid));
  }
  const report = await damo("report", "mappings", "-i", path);
  console.log(report.out);
  assert.equal(report.code, 0, report.err);
  for (const { pid } of [parent, child]) assert.match(report.out, new RegExp(`pages_target \\(pid ${pid}\\)`));
});

Deno.test("DAMON follows children that end, those that come after them, and many that live a moment", async () => {
  const before = damonTree();
  await using target = Process.start("forks", PAGES, HOT);
  const parent = await target.memory();
  const watched = [kdamondOf(target.pid)];
  {
    await using source = await openSource(roots, watched, { monitor: "damon", includeChildren: true });
    const monitor = await source.start(target.pid);
    const abort = new AbortController();
    const items = monitor.items(abort.signal)[Symbol.asyncIterator]();
    const pidsNow = () => monitor.counts().targets![0].pids;
    /** Takes snapshots until one is as wanted. */
    const snapshotUntil = async (isWanted: (snapshot: Snapshot) => boolean, what: string) => {
      const endMs = performance.now() + 60_000;
      while (performance.now() < endMs) {
        const { value: item, done } = await items.next();
        assert.ok(!done, `${what}: it ended, ${monitor.ended}`);
        if (item.kind !== "snapshot") continue;
        assert.ok(item.snapshot.targetId < BigInt(pidsNow().length));
        assert.ok(item.snapshot.regions.start[0] > 0);
        if (isWanted(item.snapshot)) return item.snapshot;
      }
      throw new Error(`did not come to pass in a minute: ${what}; pids ${pidsNow()}`);
    };
    const isOf = (memory: Memory) => (snapshot: Snapshot) =>
      pidsNow()[Number(snapshot.targetId)] === memory.pid && seenOf(snapshot, memory) >= 0.8;
    await snapshotUntil(isOf(parent), "the parent's");
    await target.go("+");
    const one = await target.memory();
    await snapshotUntil(isOf(one), "the first child's");
    await target.go("-");
    await target.words();
    await target.go("+");
    const two = await target.memory();
    await snapshotUntil(isOf(two), "the second child's");
    assert.deepEqual(pidsNow(), [parent.pid, one.pid, two.pid]);
    const kdamondPid = () => Deno.readTextFileSync(`${KDAMONDS}/0/pid`).trim();
    const threads = new Set([kdamondPid()]);
    await target.go("*");
    const done = target.words();
    let isDone = false;
    done.then(() => isDone = true);
    await snapshotUntil(() => {
      threads.add(kdamondPid());
      return isDone;
    }, "the many's end");
    await target.go("+");
    const three = await target.memory();
    await snapshotUntil(isOf(three), "the third child's");
    const last = await snapshotUntil(isOf(parent), "the parent's, after all");
    assert.equal(last.targetId, 0n);
    assert.ok(covers(await snapshotUntil(isOf(two), "the second child's, after all"), two));
    const listed = Deno.readTextFileSync(`${KDAMONDS}/0/contexts/0/targets/nr_targets`).trim();
    console.log(
      `${pidsNow().length} processes, ${listed} in the kernel's list at the end, ${threads.size} kernel threads`,
    );
    assert.ok(pidsNow().length > 8, `${pidsNow().length} processes`);
    assert.equal(monitor.counts().dropped, 0);
    abort.abort();
    while (!(await items.next()).done);
  }
  assertAsBefore(before);
});

Deno.test("DAMON goes on where a child ends in the moment in which the kernel is told of it", async () => {
  const before = damonTree();
  await using target = Process.start("forks", PAGES, HOT);
  const parent = await target.memory();
  {
    await using tracer = openTracer({ ringBytes: 4 << 20 });
    tracer.attach();
    const [running] = await startKdamonds(roots, [kdamondOf(target.pid)]);
    await using _off = running;
    tracer.watch(running.pid);
    const first = running.pid;
    let commits = 0;
    const kdamond = {
      get pid() {
        return running.pid;
      },
      isOn: () => running.isOn(),
      restart: (targets: readonly Target[]) => running.restart(targets),
      async commit(targets: readonly Target[]) {
        if (commits++ === 0) {
          await target.go("-");
          await target.words();
        }
        await running.commit(targets);
      },
    };
    const recorded = { ...kdamondOf(target.pid), pid: first, index: 0, ours: true };
    const watched = { recorded, isOn: kdamond.isOn, follow: { kdamond, replaces: true }, stop: () => running.stop() };
    const monitor = new DamonMonitor(roots, tracer, [watched]);
    await target.go("+");
    const gone = await target.memory();
    let two: Memory | undefined;
    const abort = new AbortController();
    const seen = new Set<bigint>();
    let left = 600;
    for await (const item of monitor.items(abort.signal)) {
      if (item.kind !== "snapshot") continue;
      const { snapshot } = item;
      assert.equal(snapshot.kdamond, first);
      const pid = monitor.counts().targets![0].pids[Number(snapshot.targetId)];
      if (commits > 0 && !two) {
        await target.go("+");
        two = await target.memory();
      }
      for (const memory of [parent, ...(two ? [two] : [])]) {
        if (commits > 0 && memory.pid === pid && seenOf(snapshot, memory) >= 0.8) seen.add(snapshot.targetId);
      }
      if (seen.size === 2 || --left === 0) abort.abort();
    }
    console.log(
      `kernel threads ${first}, ${running.pid}; ${commits} commits; pids ${monitor.counts().targets![0].pids}`,
    );
    assert.ok(left > 0, `seen: ${[...seen]}, ${monitor.ended}`);
    assert.deepEqual([...seen], [0n, BigInt(monitor.counts().targets![0].pids.indexOf(two!.pid))]);
    // Newer kernels refuse the commit and go on as they were; older ones end, and have the child in their list by then.
    if (running.pid !== first) assert.ok(monitor.counts().targets![0].pids.includes(gone.pid));
  }
  assertAsBefore(before);
});

Deno.test("DAMON goes on by another thread where that by which it finds a process's memory ends, begins with one, and record says so", async () => {
  const before = damonTree();
  for (const ranges of ["followed", "the kernel's"]) {
    await using target = await MainEnds.begin();
    const [{ contexts: [context] }] = [kdamondOf(target.pid)];
    const operations = ranges === "followed" ? "fvaddr" as const : "vaddr" as const;
    await using source = await openSource(roots, [{ contexts: [{ ...context, operations }] }], { monitor: "damon" });
    const monitor = await source.start(target.pid);
    const abort = new AbortController();
    const items = monitor.items(abort.signal)[Symbol.asyncIterator]();
    const end = target.start + MAIN_ENDS_BYTES;
    /** Takes snapshots until one that began after now shows the memory in use. */
    const seenFromNow = async (what: string) => {
      const beginNs = source.clockNs();
      for (const endMs = performance.now() + 60_000; performance.now() < endMs;) {
        const { value: item, done } = await items.next();
        assert.ok(!done, `${ranges}, ${what}: it ended, ${monitor.ended}`);
        if (item.kind !== "snapshot" || item.snapshot.startNs < beginNs) continue;
        const { regions, targetId } = item.snapshot;
        assert.equal(targetId, 0n);
        const seen = [...regions].filter(({ nrAccesses, start }) => nrAccesses > 0 && start >= target.start)
          .reduce((sum, region) => sum + Math.max(0, Math.min(end, region.end) - region.start), 0);
        if (seen >= 0.5 * MAIN_ENDS_BYTES) return console.log(`${ranges}, ${what}: ${seen >> 20} MiB seen`);
      }
      throw new Error(`${ranges}, ${what}: not seen in a minute`);
    };
    await seenFromNow("all threads");
    await target.endMain();
    await seenFromNow("without the main thread");
    await target.endFirst();
    await seenFromNow("with the last thread");
    abort.abort();
    while (!(await items.next()).done);
    assert.equal(monitor.counts().targets, undefined);
  }
  await using target = await MainEnds.begin();
  await target.endMain();
  const path = `${OUT}/main_ended.arrow`;
  const { code, err } = await damo("record", String(target.pid), "--monitor", "damon", "--timeout", "4", "-o", path);
  assert.equal(code, 0, err);
  assert.match(err, new RegExp(`process ${target.pid} has ended: its thread ${target.threads()[0]} stands for it`));
  const { header, snapshots } = await readRecord(path);
  assert.deepEqual(header.processes.map(({ pid, comm }) => [pid, comm]), [[target.pid, "main_ends"]]);
  assert.ok(snapshots.some(({ regions }) => [...regions].some(({ nrAccesses }) => nrAccesses > 0)), err);
  assertAsBefore(before);
});

function assertAsBefore(before: Record<string, string>): void {
  assert.deepEqual(damonTree(), before);
  assert.deepEqual(
    [...Deno.readDirSync("/run/damo")].map(({ name }) => name).filter((name) => !name.endsWith("lock")),
    [],
  );
}

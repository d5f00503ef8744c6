import assert from "assert";
import { DEFAULT_INTERVALS, type Kdamond, SYSFS_FEATURES, type SysfsFeature } from "../../../damon/mod.ts";
import { readKernelTypes } from "../../../kernel/machine/kernel_types.ts";
import { findFeature } from "../../../kernel/control/features.ts";
import { startKdamonds, stopOurs, tuneKdamonds } from "../../../kernel/control/kdamond.ts";
import { readEntry } from "../../../kernel/control/ours.ts";
import { readKdamonds } from "../../../kernel/control/sysfs.ts";
import { assertClean, context, roots, scheme, sleeper } from "./control.ts";
import {
  damo,
  damonTree,
  exercised,
  foreignKdamond,
  hasRecord,
  outcomeOf,
  put,
  readRecord,
  spawnDamo,
  startWorkload,
  until,
} from "./guest.ts";

const OUT = Deno.makeTempDirSync();

Deno.test("record of two kdamonds with two targets each tells all four apart", async () => {
  await using one = await startWorkload("hot_cold", OUT);
  await using two = await startWorkload("zigzag", OUT);
  const path = `${OUT}/four.arrow`;
  const pids = [one.pid, two.pid, two.pid, one.pid];
  const args = pids.flatMap((pid) => ["--target_pid", String(pid)]);
  const intervals = ["-s", "5ms", "-s", "10ms", "-a", "100ms", "-a", "200ms", "-m", "100", "-m", "50"];
  const { code, err } = await damo(
    "record",
    ...args,
    "--nr_targets",
    "2",
    "2",
    ...intervals,
    "--timeout",
    "4",
    "-o",
    path,
  );
  assert.equal(code, 0, err);
  const { header, snapshots } = await readRecord(path);
  assert.deepEqual(header.kdamonds.map(({ index, contexts }) => [index, contexts[0].targets.map(({ pid }) => pid)]), [
    [0, pids.slice(0, 2)],
    [1, pids.slice(2)],
  ]);
  const heaps = new Map([one, two].map(({ pid }) => [pid, Deno.readTextFileSync(`/proc/${pid}/maps`)]));
  header.kdamonds.forEach((kdamond, k) => {
    for (const t of [0, 1]) {
      const of = snapshots.filter(({ kdamond: pid, targetId }) => pid === kdamond.pid && targetId === BigInt(t));
      assert.ok(of.length >= 3, `kdamond ${k}, target ${t}: ${of.length} snapshots`);
      assert.ok(of.every(({ sampleUs, aggrUs }) => sampleUs === [5000, 10_000][k] && aggrUs === [1e5, 2e5][k]));
      assert.ok(of.every(({ regions }) => regions.length <= [100, 50][k]));
      // The regions are about this target's own memory: its heap lies within them, and the other's does not.
      const { regions } = of.at(-1)!;
      const covers = (pid: number) => {
        const heap = /^([0-9a-f]+)-[0-9a-f]+ .*\[heap\]$/m.exec(heaps.get(pid)!);
        const address = Number(`0x${heap![1]}`);
        return [...regions].some(({ start, end }) => start <= address && address < end);
      };
      const [pid, other] = [pids[2 * k + t], pids[2 * k + 1 - t]];
      assert.ok(covers(pid), `kdamond ${k}, target ${t} covers its heap`);
      assert.ok(!covers(other), `kdamond ${k}, target ${t} does not cover the other's heap`);
    }
  });
  assertClean();
  exercised("several kdamonds and targets");
  exercised("recording by damon_aggregated");
});

Deno.test("tuneKdamonds changes a recording while it runs, and its next snapshots have the new intervals", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  const path = `${OUT}/tuned.arrow`;
  const child = spawnDamo("record", String(busy.pid), "-o", path, "-m", "100", "-s", "5ms");
  await until(() => hasRecord(path), "recording");
  await new Promise((done) => setTimeout(done, 2000));
  const [status] = await readKdamonds(roots);
  const wanted = context(busy.pid, {
    intervals: { ...DEFAULT_INTERVALS, sampleUs: 20_000, aggrUs: 400_000 },
    nrRegions: { min: 10, max: 30 },
  });
  await tuneKdamonds(roots, new Map([[0, { contexts: [wanted] }]]));
  assert.equal((await readKdamonds(roots))[0].pid, status.pid, "the same kernel thread goes on");
  await new Promise((done) => setTimeout(done, 3000));
  child.kill("SIGINT");
  const { code, err } = await outcomeOf(child);
  assert.equal(code, 130, err);
  const { snapshots } = await readRecord(path);
  const [first, last] = [snapshots[0], snapshots.at(-1)!];
  assert.deepEqual([first.sampleUs, first.aggrUs, last.sampleUs, last.aggrUs], [5000, 100_000, 20_000, 400_000]);
  assert.ok(last.endNs - last.startNs > 300e6, `the last took ${(last.endNs - last.startNs) / 1e6} ms`);
  assert.ok(last.regions.length <= 30, `${last.regions.length} regions`);
  assertClean();
  exercised(SYSFS_FEATURES.commit.name);
});

Deno.test("initial regions are honoured", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  const maps = Deno.readTextFileSync(`/proc/${busy.pid}/maps`);
  const largest = [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)]
    .map(([, start, end]) => [Number(`0x${start}`), Number(`0x${end}`)])
    .toSorted((a, b) => (b[1] - b[0]) - (a[1] - a[0]))[0];
  const [start, end] = [largest[0] + (1 << 20), largest[0] + (3 << 20)];
  const path = `${OUT}/regions.arrow`;
  const range = `0x${start.toString(16)}-0x${end.toString(16)}`;
  const { code, err } = await damo(
    "record",
    String(busy.pid),
    "--ops",
    "fvaddr",
    "-r",
    range,
    "--timeout",
    "2",
    "-o",
    path,
  );
  assert.equal(code, 0, err);
  const { snapshots } = await readRecord(path);
  assert.ok(snapshots.length >= 3);
  for (const { regions } of snapshots) {
    assert.equal(regions.start[0], start);
    assert.equal(regions.end[regions.length - 1], end);
  }
  assertClean();
  exercised("fvaddr");
  exercised("initial regions");
});

Deno.test("startKdamonds refuses what cannot be before the first write", async () => {
  await using busy = sleeper();
  const before = damonTree();
  const bad: [Kdamond, string | RegExp][] = [
    [{ contexts: [] }, /has one context/],
    [{ contexts: [context(busy.pid), context(busy.pid)] }, /has one context/],
    [{ contexts: [context(busy.pid, { targets: [] })] }, /has no target/],
    [{ contexts: [context(busy.pid, { operations: "paddr" })] }, /watches memory/],
    [{ contexts: [context(busy.pid, { operations: "fvaddr" })] }, /name them with regions/],
    [{ contexts: [context(busy.pid, { nrRegions: { min: 1, max: 10 } })] }, /3 <= min <= max/],
    [
      { contexts: [context(busy.pid, { intervals: { sampleUs: 9, aggrUs: 8, updateUs: 10 } })] },
      /aggrUs .* is shorter than sampleUs/,
    ],
    [{ contexts: [context(busy.pid, { addrUnitBytes: 4096 })] }, /needs paddr/],
    [{ contexts: [context(busy.pid, { schemes: [scheme({ action: "migrate_hot" })] })] }, /node to migrate to/],
    [{ contexts: [context(busy.pid, { schemes: [scheme({ dests: [{ nid: 0, weight: 1 }] })] })] }, /have dests/],
    [{
      contexts: [context(busy.pid, {
        schemes: [scheme({
          quotas: {
            timeMs: 1,
            szBytes: 0,
            resetIntervalMs: 0,
            weights: { szPermil: 0, nrAccessesPermil: 0, agePermil: 0 },
            goals: [],
          },
        })],
      })],
    }, /reset interval/],
    [{
      contexts: [context(busy.pid, {
        schemes: [
          scheme({
            watermarks: { metric: "free_mem_rate", intervalUs: 1, highPermil: 1, midPermil: 500, lowPermil: 2 },
          }),
        ],
      })],
    }, /low <= mid <= high/],
  ];
  // What this kernel lacks, whatever it is.
  const types = readKernelTypes(roots);
  const lacks = (feature: SysfsFeature) => findFeature(roots, feature, types).has === false;
  if (lacks(SYSFS_FEATURES.pause)) bad.push([{ contexts: [context(busy.pid, { pause: true })] }, /pausing/]);
  if (!types!.constants.has("DAMOS_COLLAPSE")) {
    bad.push([
      { contexts: [context(busy.pid, { schemes: [scheme({ action: "collapse" })] })] },
      /scheme actions collapse/,
    ]);
  }
  if (lacks(SYSFS_FEATURES.sample_primitives)) {
    bad.push([
      { contexts: [context(busy.pid, { sample: { pageTable: true, pageFault: true } })] },
      /how accesses are seen/,
    ]);
  }
  for (const [kdamond, message] of bad) {
    await assert.rejects(startKdamonds(roots, [kdamond]), { message: new RegExp(message) });
    assert.deepEqual(damonTree(), before);
    assert.equal(readEntry(roots, 0), undefined);
  }
  assert.ok(bad.length >= 12);
});

Deno.test("startKdamonds rolls back to the tree as it was when the kernel refuses a later write", async () => {
  await using busy = sleeper();
  const before = damonTree();
  // The second cannot be turned on: no process has this pid. By then the first is on.
  const kdamonds = [{ contexts: [context(busy.pid)] }, { contexts: [context(4_194_000)] }];
  await assert.rejects(startKdamonds(roots, kdamonds), { name: "KernelError", message: /1\/state/ });
  assert.deepEqual(damonTree(), before);
  assertClean();
});

Deno.test("tuneKdamonds refuses a memory cgroup that is not there, which the kernel would ignore without a word", async () => {
  await using busy = sleeper();
  const kdamond = { contexts: [context(busy.pid, { schemes: [scheme()] })] };
  const [running] = await startKdamonds(roots, [kdamond], { stays: true });
  const before = damonTree();
  const filters = [{ type: "memcg", matching: true, allow: false, memcgPath: "/no/such/group" }] as const;
  const wanted = { contexts: [context(busy.pid, { schemes: [scheme({ filters: [...filters] })] })] };
  await assert.rejects(
    tuneKdamonds(roots, new Map([[0, wanted]])),
    /filters|There is no memory cgroup \/no\/such\/group/,
  );
  assert.deepEqual(damonTree(), before);
  assert.ok(running.isOn());
  await tuneKdamonds(roots, new Map([[0, { contexts: [context(busy.pid)] }]]));
  assert.equal((await readKdamonds(roots))[0].contexts[0].schemes, undefined);
  assert.equal((await stopOurs(roots)).length, 1);
  assertClean();
});

Deno.test("no command changes a kdamond that damo did not start", async () => {
  await using busy = sleeper();
  for (const isOn of [true, false]) {
    using _foreign = foreignKdamond(isOn);
    const before = damonTree();
    const wanted = { contexts: [context(busy.pid)] };
    await assert.rejects(startKdamonds(roots, [wanted]), { name: "BusyError" });
    await assert.rejects(tuneKdamonds(roots, new Map([[0, wanted]])), { name: "BusyError" });
    assert.deepEqual(await stopOurs(roots), []);
    if (isOn) {
      const { code, err } = await damo("tune", "-a", "1s");
      assert.equal(code, 1);
      assert.match(err, /damo did not start kdamond/);
    }
    assert.deepEqual(damonTree(), before);
  }
  assertClean();
});

Deno.test("status shows what a scheme did, and stop ends what start began", async () => {
  await using busy = sleeper();
  const started = await damo("start", String(busy.pid), "--damos_action", "stat");
  assert.equal(started.code, 0, started.err);
  assert.match(started.out, /kdamond 0: on, pid \d+\n {2}context 0: vaddr/);
  const tuned = await damo("tune", "--damos_age", "1s", "max");
  assert.equal(tuned.code, 0, tuned.err);
  assert.match(tuned.out, /schemes\/0\/access_pattern\/age\/min: 0 -> 10/);
  const { out } = await damo("status");
  assert.match(out, /started by damo start/);
  assert.match(out, /tried [\d,]+ regions/);
  const stopped = await damo("stop");
  assert.match(stopped.out, /Turned off kdamond 0/);
  assertClean();
});

Deno.test("a kdamond whose settings somebody else changed is theirs", async () => {
  await using busy = sleeper();
  const [running] = await startKdamonds(roots, [{ contexts: [context(busy.pid)] }], { stays: true });
  put("0/state", "off");
  put("0/contexts/nr_contexts", 0);
  put("0/contexts/nr_contexts", 1);
  put("0/contexts/0/operations", "paddr");
  put("0/contexts/0/targets/nr_targets", 1);
  const before = damonTree();
  await running.stop();
  assert.deepEqual(await stopOurs(roots), []);
  assert.deepEqual(damonTree(), before);
  put("nr_kdamonds", 0);
  assertClean();
});

import assert from "assert";
import type { RecordItem, Snapshot } from "../../../../damon/mod.ts";
import { openPagesMonitor } from "../../../../kernel/monitor/pages_monitor.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";
import { itemsUntil, type Mode, monitorOf, snapshotsOf, workingSetsOf } from "../../pages_monitoring.ts";
import { Process } from "../../pages_processes.ts";

const PAGE = 4096;

const MODES: Mode[] = ["adaptive", "exact", "auto"];

const mappingsIn = (items: RecordItem[]) => items.filter(({ kind }) => kind === "mappings");

/** Bytes of `start` to `end` that a snapshot shows as accessed in at least half of its samples, or another share. */
function hotBytes({ regions, sampleUs, aggrUs }: Snapshot, start: number, end: number, share = 0.5): number {
  return [...regions].filter(({ nrAccesses }) => nrAccesses >= Math.max(1, aggrUs / sampleUs * share))
    .reduce((sum, region) => sum + Math.max(0, Math.min(end, region.end) - Math.max(start, region.start)), 0);
}

function checkShape({ regions, startNs, endNs, sampleUs, aggrUs }: Snapshot): void {
  assert.ok(endNs > startNs && aggrUs >= sampleUs && regions.length > 0);
  let before = 0;
  for (const { start, end, nrAccesses, age } of regions) {
    assert.ok(before <= start && start < end && start % PAGE === 0 && end % PAGE === 0);
    assert.ok(nrAccesses <= aggrUs / sampleUs && age !== undefined);
    before = end;
  }
}

for (const mode of MODES) {
  Deno.test(`PagesMonitor finds the hot half of a process, in ${mode} mode`, async () => {
    await using target = Process.start("touch", 4000, 2000);
    const { start, end } = await target.memory();
    const middle = start + 2000 * PAGE;
    const isRight = (item: RecordItem) =>
      item.kind === "snapshot" && hotBytes(item.snapshot, start, middle) >= 1900 * PAGE &&
      hotBytes(item.snapshot, middle, end) <= 100 * PAGE;
    let left = 200;
    const monitor = monitorOf(mode, [target.pid]);
    const items = await itemsUntil(monitor, (item) => isRight(item) || --left === 0);
    assert.ok(isRight(items.at(-1)!), "not found within 200 snapshots");
    assert.equal(items[0].kind, "mappings");
    snapshotsOf(items).forEach(checkShape);
    snapshotsOf(items).forEach(({ regions }, i) => assert.ok(Math.max(...regions.age) <= i, `age in snapshot ${i}`));
    assert.equal(monitor.ended, undefined);
  });

  Deno.test(`PagesMonitor ends when its process does, in ${mode} mode`, async () => {
    await using target = Process.start("touch");
    await target.memory();
    const monitor = monitorOf(mode, [target.pid]);
    let seen = 0;
    const items = await itemsUntil(monitor, ({ kind }) => {
      if (kind === "snapshot" && ++seen === 3) target.end();
      return false;
    });
    assert.equal(monitor.ended, "target exited");
    assert.ok(snapshotsOf(items).length >= 3);
    const { pages, dropped } = monitor.counts();
    assert.ok(pages!.cpuNs > 0 && pages!.samples > 0 && pages!.walked > 0 && dropped === 0);
  });

  Deno.test(`PagesMonitor goes on when its process becomes another program, in ${mode} mode`, async () => {
    await using target = Process.start("exec", 3000, 1500);
    await target.memory();
    const monitor = monitorOf(mode, [target.pid]);
    let now: { start: number; end: number } | undefined;
    let left = 200;
    const items = await itemsUntil(monitor, (item) => {
      if (item.kind !== "snapshot") return false;
      if (left === 199) target.go().then(() => target.memory()).then((memory) => now = memory);
      const isFound = now !== undefined && hotBytes(item.snapshot, now.start, now.start + 1500 * PAGE) > 1400 * PAGE;
      return isFound || --left === 0;
    });
    assert.ok(left > 0, "the new program's memory was not found");
    assert.ok(items.filter(({ kind }) => kind === "mappings").length >= 2);
  });

  Deno.test(`PagesMonitor follows forks, in ${mode} mode`, async () => {
    await using target = Process.start("fork", 2000, 1000);
    const said = [await target.memory(), await target.memory()];
    const child = said.find(({ pid }) => pid !== target.pid)!;
    const monitor = monitorOf(mode, [target.pid], { includeChildren: true });
    let left = 200;
    await itemsUntil(monitor, (item) => {
      if (item.kind !== "snapshot") return false;
      const isFound = item.snapshot.targetId === 1n && hotBytes(item.snapshot, child.start, child.end) > 900 * PAGE;
      return isFound || --left === 0;
    });
    assert.ok(left > 0, "the child's hot memory was not found");
    assert.deepEqual(monitor.counts().pages!.pids, [target.pid, child.pid]);
  });

  Deno.test(`PagesMonitor loses nothing of a process that maps and unmaps all the time, in ${mode} mode`, async () => {
    await using target = Process.start("churn", 400, 400);
    const { start, end } = await target.memory();
    const progress = async () => {
      await target.go();
      return (await target.words())[0];
    };
    const monitor = monitorOf(mode, [target.pid]);
    const [before, begin] = [await progress(), performance.now()];
    let cycles = 0;
    // However busy or fast the machine is: until it has mapped and unmapped 3,000 times, and 20 snapshots are there.
    let [asked, count] = [Promise.resolve(0), 0];
    const items = await itemsUntil(monitor, ({ kind }) => {
      if (kind === "snapshot") [asked, count] = [asked.then(async () => cycles = await progress() - before), count + 1];
      return cycles >= 3_000 && count >= 20;
    });
    await asked;
    const rate = cycles / (performance.now() - begin) * 1e3;
    const snapshots = snapshotsOf(items);
    const { dropped, torn, regions, pages } = { ...monitor.counts(), regions: monitor.counts().events };
    console.log(
      `${mode}: ${rate.toFixed(0)} mappings made and removed a second; ${snapshots.length} snapshots, ` +
        `${mappingsIn(items).length} lists of mappings, ${pages!.missed} of ${pages!.samples} samples missed`,
    );
    assert.deepEqual([dropped, torn], [0, 0]);
    assert.equal(regions, snapshots.reduce((sum, snapshot) => sum + snapshot.regions.length, 0));
    snapshots.forEach(checkShape);
    // What stays is seen through all of it, and the mappings that come and go are in more than one list. On a busy machine the process
    // does not get its turn in each interval: where it has, it has touched all that stays.
    const settled = snapshots.slice(5);
    const seen = settled.map((snapshot) => hotBytes(snapshot, start, end, 0)).filter((bytes) => bytes > 0);
    const whole = seen.filter((bytes) => bytes === 400 * PAGE);
    console.log(`${mode}: ${whole.length} whole of ${seen.length} of ${settled.length}`);
    assert.ok(seen.length > settled.length / 2, `seen in ${seen.length} of ${settled.length} snapshots`);
    assert.ok(whole.length >= 0.9 * seen.length, `whole in ${whole.length} of ${seen.length} snapshots`);
    assert.ok(mappingsIn(items).length >= 2);
    // Each sampling interval is in a snapshot, but those of one that was not over; gaps are counted as missed.
    const sampled = snapshots.reduce((sum, { aggrUs, sampleUs }) => sum + Math.floor(aggrUs / sampleUs), 0);
    const { aggrUs, sampleUs } = snapshots.at(-1)!;
    assert.ok(pages!.samples >= sampled && pages!.samples < sampled + aggrUs / sampleUs);
    snapshots.forEach(({ startNs }, i) => assert.ok(i === 0 || startNs >= snapshots[i - 1].endNs));
  });

  for (const how of ["grow", "sparse"]) {
    Deno.test(`PagesMonitor records a process whose memory is of the kind "${how}", in ${mode} mode`, async () => {
      await using target = Process.start(how);
      await target.memory();
      const monitor = monitorOf(mode, [target.pid]);
      let left = 20;
      const snapshots = snapshotsOf(await itemsUntil(monitor, ({ kind }) => kind === "snapshot" && --left === 0));
      assert.equal(snapshots.length, 20);
      snapshots.forEach(checkShape);
      snapshots.forEach((snapshot, i) => assert.ok(i === 0 || snapshots[i - 1].endNs <= snapshot.startNs));
    });
  }
}

Deno.test("PagesMonitor loses no more accesses with a larger budget: it looks no more often than it can clear", async () => {
  await using target = Process.start("touch", 20_000, 10_000);
  await target.memory();
  const monitor = monitorOf("exact", [target.pid], { maxOverhead: 1 });
  let left = 4;
  const items = await itemsUntil(monitor, ({ kind }) => kind === "working_set" && --left === 0);
  const sets = workingSetsOf(items);
  const { clearNs, walkNs } = monitor.counts().pages!;
  const lost = (clearNs + walkNs / 2) / (sets.at(-1)!.endNs - sets[0].startNs);
  assert.ok(lost < 0.04, `${lost} of the time`);
});

Deno.test("PagesMonitor watches several processes, with a target id for each", async () => {
  await using one = Process.start("touch", 2000, 2000);
  await using other = Process.start("touch", 2000, 1);
  const [hot, cold] = [await one.memory(), await other.memory()];
  const monitor = monitorOf("exact", [one.pid, other.pid]);
  let left = 20;
  const snapshots = snapshotsOf(await itemsUntil(monitor, ({ kind }) => kind === "snapshot" && --left === 0));
  const of = (id: bigint) => snapshots.filter(({ targetId }) => targetId === id);
  // On a busy machine it does not get its turn in each interval: where it has, it has touched all that is hot.
  const seen = of(0n).map((snapshot) => hotBytes(snapshot, hot.start, hot.end, 0)).filter((bytes) => bytes > 0);
  const whole = seen.filter((bytes) => bytes === 2000 * PAGE);
  const touched = of(1n).map((snapshot) => hotBytes(snapshot, cold.start, cold.end, 0));
  console.log(`whole in ${whole.length} of ${seen.length} of ${of(0n).length} snapshots`);
  assert.ok(whole.length > seen.length / 2, `whole in ${whole.length} of ${seen.length} snapshots`);
  assert.equal(Math.max(...touched), PAGE);
});

Deno.test("PagesMonitor says how much of hugetlbfs it leaves out", async () => {
  for (const mode of MODES) {
    await using target = Process.start("hugetlb");
    await target.memory();
    const monitor = monitorOf(mode, [target.pid]);
    const items = await itemsUntil(monitor, ({ kind }) => kind === "snapshot");
    assert.equal(monitor.counts().pages!.hugetlbBytes, 4 << 20);
    const [huge] = items.flatMap((item) => item.kind === "mappings" ? item.mappings.mappings : [])
      .filter(({ path }) => path.startsWith("/anon_hugepage"));
    if (mode === "exact") assert.ok(snapshotsOf(items).every(({ regions }) => !regions.start.includes(huge.start)));
  }
});

Deno.test("PagesMonitor watches only the ranges that it is given", async () => {
  await using target = Process.start("touch", 1000);
  const { start } = await target.memory();
  for (const mode of MODES) {
    const regions = [{ start: start + 100 * PAGE, end: start + 300 * PAGE }];
    const { context } = monitorConfig(target.pid, regions);
    let left = 5;
    const monitor = monitorOf(mode, [target.pid], { context });
    const snapshots = snapshotsOf(await itemsUntil(monitor, ({ kind }) => kind === "snapshot" && --left === 0));
    for (const snapshot of snapshots) {
      assert.equal(snapshot.regions.start[0], regions[0].start);
      assert.equal(snapshot.regions.end.at(-1), regions[0].end);
    }
  }
});

function monitorConfig(pid: number, regions: { start: number; end: number }[]) {
  return {
    context: {
      operations: "fvaddr" as const,
      intervals: { sampleUs: 5_000, aggrUs: 20_000, updateUs: 1_000_000 },
      nrRegions: { min: 10, max: 100 },
      targets: [{ pid, regions }],
    },
  };
}

Deno.test("PagesMonitor stretches its intervals where they cost more than its budget, and says so in each snapshot", async () => {
  await using target = Process.start("touch", 20_000);
  await target.memory();
  const monitor = monitorOf("exact", [target.pid], { maxOverhead: 0.005 });
  let left = 3;
  const snapshots = snapshotsOf(await itemsUntil(monitor, ({ kind }) => kind === "snapshot" && --left === 0));
  const { pages } = monitor.counts();
  assert.ok(pages!.sampleUs.max > 10_000);
  for (const { sampleUs, aggrUs } of snapshots) assert.ok(sampleUs > 10_000 && aggrUs >= sampleUs);
  // Each begins where the one before ended, which may have been late by less than a sample: the rhythm is kept. It ends with
  // the sample that is next to its end.
  const [first, last] = [snapshots[0], snapshots.at(-1)!];
  const wantedUs = snapshots.reduce((sum, { aggrUs, sampleUs }) => sum + aggrUs - sampleUs / 2, 0) - first.sampleUs;
  assert.ok(last.endNs - first.startNs >= 0.99e3 * wantedUs);
});

Deno.test("openPagesMonitor refuses a process that is not there, before anything else", () => {
  assert.throws(() => monitorOf("exact", [2 ** 22 - 1]), /4194303/);
  assert.throws(() => monitorOf("exact", [Deno.pid], { maxOverhead: 0 }), RangeError);
});

Deno.test("openPagesMonitor says that a process hides what it has mapped, instead of that it ended", () => {
  const stat = `42 (hidden) S 1 42 42 0 -1 4194304 ${"0 ".repeat(12)}777 0 0\n`;
  using roots = fakeRoots({ "proc/42/stat": stat, "proc/42/maps/unreadable": "" });
  const context = {
    operations: "vaddr" as const,
    intervals: { sampleUs: 5000, aggrUs: 100_000, updateUs: 1_000_000 },
    nrRegions: { min: 10, max: 1000 },
    targets: [{ pid: 42, regions: [] }],
  };
  assert.throws(() => openPagesMonitor(roots, { mode: "exact", context }), {
    name: "KernelError",
    message: /^Cannot look at what the process has mapped \(.*42\/maps\): .*; run as root with CAP_SYS_PTRACE$/,
  });
});

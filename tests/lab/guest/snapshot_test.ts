import assert from "assert";
import { SYSFS_FEATURES } from "../../../damon/mod.ts";
import { readKernelTypes } from "../../../kernel/machine/kernel_types.ts";
import { findFeature } from "../../../kernel/control/features.ts";
import { readKdamonds } from "../../../kernel/control/sysfs.ts";
import { assertClean, hotCold, roots } from "./control.ts";
import { damo, exercised, foreignKdamond, readRecord, startWorkload } from "./guest.ts";

const OUT = Deno.makeTempDirSync();

Deno.test("record --snapshot looks through a scheme, at a process and at what damo start began, and leaves both as they were", async () => {
  await using busy = await startWorkload(hotCold(), OUT);
  await busy.go();
  const path = `${OUT}/snapshots.arrow`;
  const feature = SYSFS_FEATURES.tried_regions;
  if (!findFeature(roots, feature, readKernelTypes(roots)).has) {
    const refused = await damo("record", String(busy.pid), "--snapshot", "1s", "3", "-o", path);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /Snapshots need .*first kernel with them is Linux 6\.2/);
    return exercised("snapshots through a scheme", feature.since);
  }
  const own = await damo("record", String(busy.pid), "--snapshot", "1s", "3", "-o", path);
  assert.equal(own.code, 0, own.err);
  assert.match(own.err, /ended by: all snapshots taken/);
  const { snapshots, mappings, footer } = await readRecord(path);
  assert.equal(snapshots.length, 3);
  assert.equal(footer!.snapshots, 3);
  assert.ok(mappings.length > 0);
  for (const { regions, scheme } of snapshots) {
    assert.ok(regions.length >= 3);
    assert.equal(scheme!.index, 0);
    for (let i = 1; i < regions.length; i++) assert.ok(regions.end[i - 1] <= regions.start[i]);
  }
  assert.ok([...snapshots[2].regions].some(({ nrAccesses }) => nrAccesses > 0));
  assertClean();
  const started = await damo("start", String(busy.pid), "--damos_action", "cold", "--damos_age", "1h", "max");
  assert.equal(started.code, 0, started.err);
  const before = (await readKdamonds(roots))[0].contexts[0].schemes!.map(({ action }) => action);
  const ongoing = await damo("record", "ongoing", "--snapshot", "1s", "2", "-o", path);
  assert.equal(ongoing.code, 0, ongoing.err);
  const second = await readRecord(path);
  assert.deepEqual(second.snapshots.map(({ scheme }) => scheme!.index), [1, 1]);
  const [after] = await readKdamonds(roots);
  assert.deepEqual(after.contexts[0].schemes!.map(({ action }) => action), before);
  assert.equal(after.pid, second.header.kdamonds[0].pid);
  const report = await damo("report", "access", "--live", "ongoing");
  assert.equal(report.code, 0, report.err);
  assert.match(report.out, /[KMG]iB/);
  console.log(report.out);
  await damo("stop");
  assertClean();
  exercised("snapshots through a scheme");
});

Deno.test("record --snapshot counts the pages that filters let pass, and refuses a kdamond of somebody else", async () => {
  {
    using _foreign = foreignKdamond(true);
    const refused = await damo("record", "ongoing", "--snapshot", "1s", "1", "-o", `${OUT}/never.arrow`);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /damo did not start kdamond 0 \(pid \d+, paddr, on\)/);
  }
  const path = `${OUT}/filtered.arrow`;
  const words = ["--snapshot", "1s", "1", "--snapshot_damos_filter", "allow", "anon", "-o", path];
  const { code, err } = await damo("record", "paddr", "-r", "64M-512M", ...words);
  const feature = SYSFS_FEATURES.sz_ops_filter_passed;
  if (findFeature(roots, feature, readKernelTypes(roots)).has) {
    assert.equal(code, 0, err);
    const [{ scheme }] = (await readRecord(path)).snapshots;
    assert.ok(scheme!.passedBytes!.some((bytes) => bytes > 0));
  } else {
    assert.equal(code, 1);
    assert.match(err, /Linux 6\.(14|2) /);
  }
  assertClean();
});

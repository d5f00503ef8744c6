import assert from "assert";
import { SYSFS_FEATURES } from "../../../damon/mod.ts";
import { readKernelTypes } from "../../../kernel/doctor_btf.ts";
import { findFeature } from "../../../kernel/features.ts";
import { threadsOf } from "../../../kernel/kernel_thread.ts";
import { assertClean, roots, sleeper } from "./control.ts";
import { damo, exercised, KDAMONDS, put, readRecord, startWorkload, until } from "./guest.ts";
import { asker } from "./random_steps.ts";

// Scenarios of the kernel's own selftests of DAMON that no other test of the lab has; tests/lab/selftests.md lists all of them.

const OUT = Deno.makeTempDirSync();
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
const BUG = /BUG:|WARNING:|Oops/;
const kernelSays = () =>
  new TextDecoder().decode(new Deno.Command("/bin/busybox", { args: ["dmesg"] }).outputSync().stdout);

Deno.test("the number of regions stays between the bounds, whatever the process has", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  await busy.go();
  for (const [min, max] of [[40, 100], [3, 10]]) {
    const path = `${OUT}/regions-${max}.arrow`;
    const bounds = ["-n", String(min), "-m", String(max)];
    const words = ["--monitor", "damon", "--ops", "vaddr", ...bounds, "--timeout", "2", "-o", path];
    const { code, err } = await damo("record", String(busy.pid), ...words);
    assert.equal(code, 0, err);
    const counts = (await readRecord(path)).snapshots.map(({ regions }) => regions.length);
    assert.ok(counts.length > 5, `${counts.length} snapshots`);
    assert.ok(counts.every((count) => count >= min && count <= max), `${min} to ${max} regions: ${counts.join(" ")}`);
  }
  assertClean();
});

Deno.test("a scheme with a longer interval of its own acts less often", async () => {
  const feature = SYSFS_FEATURES.apply_interval;
  await using busy = sleeper();
  const words = ["--damos_action", "stat", "--damos_action", "stat", "--damos_apply_interval", "100ms"];
  const { code, err } = await damo("start", String(busy.pid), ...words, "--damos_apply_interval", "1s");
  if (findFeature(roots, feature, readKernelTypes(roots)).has === false) {
    assert.notEqual(code, 0);
    assert.match(err, /6\.7/);
    assertClean();
    return exercised(feature.name, feature.since);
  }
  assert.equal(code, 0, err);
  await sleep(5000);
  const [{ contexts: [{ schemes }] }] = JSON.parse((await damo("status", "--json")).out);
  const [often, seldom] = schemes.map(({ stats }: { stats: { nrTried: number } }) => stats.nrTried);
  assert.ok(seldom > 0 && often > 4 * seldom && often < 20 * seldom, `tried ${often} and ${seldom} regions`);
  assert.equal((await damo("stop")).code, 0);
  assertClean();
});

Deno.test("status and stop go their way where somebody has taken the folders of schemes away", async () => {
  await using busy = sleeper();
  assert.equal((await damo("start", String(busy.pid), "--damos_action", "stat")).code, 0);
  const [{ pid }] = threadsOf(roots);
  put("0/contexts/0/schemes/nr_schemes", 0);
  for (const word of ["update_schemes_stats", "update_schemes_tried_regions"]) {
    try {
      put("0/state", word);
    } catch { /* as the kernel likes: what counts is that nothing breaks */ }
  }
  const status = await damo("status");
  assert.match(status.out, new RegExp(`kdamond 0: on, pid ${pid}`), status.err);
  assert.match((await damo("stop")).out, /Turned off kdamond 0/);
  assert.doesNotMatch(kernelSays(), BUG);
  assertClean();
});

Deno.test("a target that ends while others ask for its regions hangs nobody", async () => {
  const target = new Deno.Command("sleep", { args: ["1000"], stdin: "null" }).spawn();
  const started = await damo("start", String(target.pid), "--damos_action", "stat", "-a", "200ms");
  assert.equal(started.code, 0, started.err);
  const other = asker("update_schemes_tried_regions");
  try {
    await sleep(1000);
    target.kill("SIGKILL");
    await target.status;
    await until(() => threadsOf(roots).length === 0, "it ends with its target");
    const stopped = await damo("stop");
    assert.equal(stopped.code, 0, stopped.err);
  } finally {
    await other.stop();
  }
  assert.equal(Deno.readTextFileSync(`${KDAMONDS}/nr_kdamonds`), "0\n");
  assertClean();
});

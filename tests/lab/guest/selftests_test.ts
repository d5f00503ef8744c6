import assert from "assert";
import { chooseInterface } from "../../../kernel/control/choose_interface.ts";
import { startKdamond } from "../../../kernel/control/kdamond.ts";
import { threadsOf } from "../../../kernel/machine/kernel_thread.ts";
import { assertClean, context, roots, scheme, sleeper } from "./control.ts";
import { DamoRunner } from "./damo_runner.ts";
import { damonTree, KDAMONDS, put, readRecord, startWorkload } from "./guest.ts";

// Scenarios of the kernel's own selftests that no other test here does: ../selftests.md has all of them.
const OUT = Deno.makeTempDirSync();
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

Deno.test("a kdamond of ours whose schemes somebody takes away is looked at, tuned and stopped as before", async () => {
  await using busy = sleeper();
  await using runner = new DamoRunner();
  const args = ["start", String(busy.pid), "--damos_action", "stat"];
  assert.equal((await runner.run(...args)).code, 0);
  const [{ pid }] = threadsOf(roots);
  put("0/contexts/0/schemes/nr_schemes", 0);
  // The kernel has the scheme still, and is asked for the figures of a folder that is not there.
  for (const word of ["update_schemes_stats", "update_schemes_tried_regions", "clear_schemes_tried_regions"]) {
    put("0/state", word);
  }
  const status = await runner.run("status");
  assert.equal(status.code, 0, status.err);
  assert.match(status.out, new RegExp(`kdamond 0: on, pid ${pid}, started by damo start`));
  const tuned = await runner.run("tune", "-a", "200ms");
  assert.equal(tuned.code, 0, tuned.err);
  assert.deepEqual(threadsOf(roots).map((thread) => thread.pid), [pid], "the same kernel thread goes on");
  const stopped = await runner.run("stop");
  assert.equal(stopped.code, 0, stopped.err);
  assertClean();
});

Deno.test("the number of regions keeps to its least and its largest in every snapshot", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  await using runner = new DamoRunner();
  await busy.go();
  for (const [least, largest] of [[60, 100], [10, 20]]) {
    const path = `${OUT}/${least}.arrow`;
    const done = async (...args: string[]) => {
      const { code, err } = await runner.run(...args);
      assert.equal(code, 0, err);
    };
    await done("start", String(busy.pid), "-n", String(least), "-m", String(largest));
    await done("record", "ongoing", "--timeout", "4", "-o", path);
    await done("stop");
    const { snapshots } = await readRecord(path);
    const counts = snapshots.map(({ regions }) => regions.length);
    assert.ok(counts.length >= 20, `${counts.length} snapshots`);
    // The kernel divides each of three ranges into whole pieces of the size that the least number asks for.
    assert.ok(Math.min(...counts) >= least - 3 && Math.max(...counts) <= largest, `${least} to ${largest}: ${counts}`);
  }
  assertClean();
});

Deno.test("a scheme with an apply interval five times as long is tried a fifth as often", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  await busy.go();
  const schemes = [scheme({ applyIntervalUs: 100_000 }), scheme({ applyIntervalUs: 500_000 })];
  const started = await startKdamond(roots, { contexts: [context(busy.pid, { schemes })] });
  await sleep(6000);
  put("0/state", "update_schemes_stats");
  const [kdamond] = await chooseInterface(roots, "sysfs").read();
  const [often, seldom] = kdamond.contexts[0].schemes!.map(({ stats }) => stats!.szTriedBytes);
  await started.stop();
  // Both have the same regions before them: what they were tried on is as large as they were tried often.
  const ratio = often / seldom;
  assert.ok(ratio > 4 && ratio < 6.5, `${often} bytes at 100 ms, ${seldom} at 500 ms`);
  assertClean();
});

Deno.test("damo module turns DAMON_LRU_SORT on, changes it while it runs, and turns it off", async () => {
  await using runner = new DamoRunner();
  const done = async (...args: string[]) => {
    const { code, out, err } = await runner.run(...args);
    assert.equal(code, 0, err);
    return out;
  };
  const parameter = (name: string) => Deno.readTextFileSync(`/sys/module/damon_lru_sort/parameters/${name}`).trim();
  const before = parameter("cold_min_age");
  await done("lru_sort", "enable", "--cold_min_age", "20s", "--quota", "10ms", "1s");
  assert.equal(parameter("enabled"), "Y");
  assert.equal(parameter("cold_min_age"), "20000000");
  assert.equal(threadsOf(roots).length, 1);
  await done("lru_sort", "commit", "--cold_min_age", "7s");
  assert.equal(parameter("cold_min_age"), "7000000");
  assert.equal(parameter("commit_inputs"), "N", "the kernel has taken it");
  await done("lru_sort", "disable");
  assert.deepEqual([parameter("enabled"), parameter("cold_min_age")], ["N", before]);
  assert.deepEqual(threadsOf(roots), []);
  assert.deepEqual(damonTree(), { [`${KDAMONDS}/nr_kdamonds`]: "0\n" });
});

import assert from "assert";
import { damo, foreignKdamond } from "./guest.ts";

const MODULES = "/sys/module";

/** All parameters of both modules; the kernel's statistics stay as they were when it is turned off. */
function parameters(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const module of ["damon_reclaim", "damon_lru_sort"]) {
    for (const { name } of Deno.readDirSync(`${MODULES}/${module}/parameters`)) {
      if (!/^(nr|bytes)_.*(regions|exceeds)$/.test(name)) files[`${module}/${name}`] = text(`${module}/${name}`);
    }
  }
  return files;
}

const path = (name: string) => `${MODULES}/${name.replace("/", "/parameters/")}`;
const text = (name: string) => Deno.readTextFileSync(path(name)).trim();
const put = (name: string, value: string) => Deno.writeTextFileSync(path(name), value, { create: false });

/** A module that somebody else turned on, off again after the test. */
function foreignModule(name: string): Disposable {
  put(`${name}/enabled`, "Y");
  return { [Symbol.dispose]: () => put(`${name}/enabled`, "N") };
}

async function done(...args: string[]): Promise<string> {
  const { code, out, err } = await damo(...args);
  assert.equal(code, 0, err);
  return out;
}

async function refused(message: RegExp, ...args: string[]): Promise<void> {
  const before = parameters();
  const { code, err } = await damo(...args);
  assert.notEqual(code, 0);
  assert.match(err, message);
  assert.deepEqual(parameters(), before);
}

Deno.test("damo module turns DAMON_RECLAIM on, changes it while it runs, and leaves it as it was", async () => {
  const before = parameters();
  const options = ["--min_age", "30s", "--quota", "20ms", "64M", "2s", "--wmarks", "1s", "100%", "99%", "0"];
  const plan = await done("module", "reclaim", "enable", ...options, "--dry_run");
  assert.equal(plan.trim().split("\n").length, 9);
  assert.match(plan, /^echo 67108864 > \/sys\/module\/damon_reclaim\/parameters\/quota_sz$/m);
  assert.deepEqual(parameters(), before);

  await done("module", "reclaim", "enable", ...options);
  assert.equal(text("damon_reclaim/enabled"), "Y");
  assert.equal(text("damon_reclaim/min_age"), "30000000");
  assert.match(Deno.readTextFileSync(`/proc/${text("damon_reclaim/kdamond_pid")}/comm`), /^kdamond/);
  assert.match(await done("module", "reclaim"), /turned on by damo\.\s+It\s+works\s+now/);
  assert.match(await done("reclaim", "commit", "--min_age", "10s"), /min_age: 30 s -> 10 s/);
  assert.equal(text("damon_reclaim/commit_inputs"), "N");
  await refused(/is on already, turned on by damo/, "module", "reclaim", "enable");
  await refused(/DAMON_RECLAIM is on/, "module", "lru_sort", "enable");
  await done("reclaim", "disable");
  assert.deepEqual(parameters(), before);
});

Deno.test("damo module does not turn a module on beside a kdamond of somebody else", async () => {
  using _foreign = foreignKdamond(true);
  await refused(/kdamond 0 .* has it: damo did not start it/, "lru_sort", "enable", "--cold_min_age", "10s");
});

Deno.test("damo module leaves a module alone that somebody else turned on, until it is told twice", async () => {
  {
    using _foreign = foreignModule("damon_lru_sort");
    await refused(/to disable it all the same, add --force to: .*lru_sort disable$/m, "module", "lru_sort", "disable");
    await refused(/left untouched/, "module", "lru_sort", "commit", "--cold_min_age", "10s");
    await refused(/left untouched/, "module", "lru_sort", "write", "quota_ms", "3");
    assert.match(await done("status"), /DAMON_LRU_SORT is on/);
    const before = text("damon_lru_sort/quota_ms");
    await done("module", "lru_sort", "commit", "--quota", "20ms", "2s", "--force");
    assert.equal(text("damon_lru_sort/quota_ms"), "20");
    await done("module", "lru_sort", "write", "quota_ms", before, "quota_reset_interval_ms", "1s", "--force");
    await done("module", "lru_sort", "disable", "--force");
    assert.equal(text("damon_lru_sort/enabled"), "N");
  }
  put("damon_lru_sort/monitor_region_start", "0");
  put("damon_lru_sort/monitor_region_end", "0");
});

Deno.test("damo module names the first kernel with a parameter that this one lacks, before anything is written", async () => {
  if ("damon_reclaim/addr_unit" in parameters()) return;
  await refused(
    /addr_unit: .*; the first with it is Linux 6\.18/,
    "reclaim",
    "enable",
    "--min_age",
    "3s",
    "--addr_unit",
    "8",
  );
});

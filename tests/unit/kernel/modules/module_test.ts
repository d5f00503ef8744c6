import assert from "assert";
import { moduleOf } from "../../../../damon/mod.ts";
import { changeModule, type ModuleRequest, planModule } from "../../../../kernel/modules/module_change.ts";
import { readModuleEntry } from "../../../../kernel/modules/module_entry.ts";
import { moduleNames, modulesOn, readModule } from "../../../../kernel/modules/modules.ts";
import { moduleOptions } from "../../../../cli/module/options.ts";
import { formatModule } from "../../../../cli/module/text.ts";
import { pairsOf, valuesOf, writingOf } from "../../../../cli/module/values.ts";
import { fakeModules } from "../../../fake_modules.ts";
import { fakeRoots, kdamondFiles } from "../../../fake_sysfs.ts";

const RECLAIM = moduleOf("reclaim");

/** Values of the same length as the captured ones: a plain file keeps the end of what was longer. */
function request(
  action: ModuleRequest["action"],
  values: Record<string, string> = {},
  more: Partial<ModuleRequest> = {},
): ModuleRequest {
  const command = `damo module reclaim ${action}`;
  return { module: RECLAIM, action, values: new Map(Object.entries(values)), command, ...more };
}

const FOREIGN = {
  "damon/admin/kdamonds/nr_kdamonds": "1\n",
  ...kdamondFiles(0, { state: "on", pid: 55, operations: "paddr" }),
};

Deno.test("planModule says the exact writes, and does none", async () => {
  using roots = fakeModules();
  const before = roots.all();
  const { writes } = await planModule(roots, request("enable", { min_age: "300000000", quota_ms: "20" }));
  assert.deepEqual(writes.map(({ path, text }) => `${text} > ${path}`), [
    "300000000 > damon_reclaim/parameters/min_age",
    "20 > damon_reclaim/parameters/quota_ms",
    "Y > damon_reclaim/parameters/enabled",
  ]);
  assert.deepEqual(roots.all(), before);
  assert.equal(readModuleEntry(roots, RECLAIM), undefined);
});

Deno.test("changeModule turns a module on and off, and all is as it was before", async () => {
  using roots = fakeModules();
  const before = roots.all();
  const on = await changeModule(roots, request("enable", { min_age: "300000000" }));
  assert.equal(on.after.thread?.pid, 77);
  assert.equal(roots.text("damon_reclaim/min_age"), "300000000");
  assert.deepEqual(modulesOn(roots).map(({ name }) => name), ["damon_reclaim"]);
  await changeModule(roots, request("commit", { quota_ms: "30" }));
  assert.equal(roots.text("damon_reclaim/commit_inputs"), "N");
  // What the kernel itself has set is put back too; as plain files do, this one keeps its length.
  assert.equal(roots.text("damon_reclaim/monitor_region_end"), "4096");
  roots.put("damon_reclaim/monitor_region_end", "1");
  // Nor is it left on for what does not fit.
  roots.put("damon_reclaim/monitor_region_start", "9");
  await changeModule(roots, request("disable"));
  await until(() => roots.text("damon_reclaim/kdamond_pid") === "-1");
  assert.deepEqual(roots.all(), before);
  assert.equal(readModuleEntry(roots, RECLAIM), undefined);
});

Deno.test("changeModule changes nothing of a module that somebody else turned on, unless forced to", async () => {
  using roots = fakeModules();
  roots.put("damon_reclaim/enabled", "Y");
  await until(() => roots.text("damon_reclaim/kdamond_pid") !== "-1");
  const before = roots.all();
  for (const action of ["disable", "commit", "write"] as const) {
    await assert.rejects(changeModule(roots, request(action, action === "write" ? { quota_ms: "20" } : {})), {
      name: "BusyError",
      message: new RegExp(
        `left untouched; to ${action} it all the same, add .*force to: damo module reclaim ${action}$`,
      ),
    });
  }
  assert.deepEqual(roots.all(), before);
  await changeModule(roots, request("write", { quota_ms: "20" }, { force: true }));
  await changeModule(roots, request("disable", {}, { force: true }));
  // Whoever turned it on may want it as it was set: nothing but the switch is changed.
  assert.equal(roots.text("damon_reclaim/quota_ms"), "20");
  assert.equal(roots.text("damon_reclaim/enabled"), "N");
});

Deno.test("a module that was turned off and on again by somebody else is not ours any more", async () => {
  using roots = fakeModules();
  await changeModule(roots, request("enable", { quota_ms: "20" }));
  roots.put("damon_reclaim/enabled", "N");
  await until(() => roots.text("damon_reclaim/kdamond_pid") === "-1");
  roots.put("damon_reclaim/enabled", "Y");
  await until(() => roots.text("damon_reclaim/kdamond_pid") === "78");
  await assert.rejects(changeModule(roots, request("disable")), { name: "BusyError" });
});

Deno.test("disable after somebody else turned ours off puts back what still is as we set it", async () => {
  using roots = fakeModules();
  await changeModule(roots, request("enable", { quota_ms: "20", min_age: "300000000" }));
  roots.put("damon_reclaim/enabled", "N");
  await until(() => roots.text("damon_reclaim/kdamond_pid") === "-1");
  roots.put("damon_reclaim/min_age", "400000000");
  // Turned on once more, what we set ourselves is not taken for what was before us.
  await changeModule(roots, request("enable"));
  assert.equal(readModuleEntry(roots, RECLAIM)!.before.quota_ms, "10");
  await changeModule(roots, request("disable"));
  assert.equal(roots.text("damon_reclaim/quota_ms"), "10");
  assert.equal(roots.text("damon_reclaim/min_age"), "400000000");
});

Deno.test("enable is refused while anybody has DAMON, naming who", async () => {
  using roots = fakeModules(FOREIGN);
  const before = roots.all();
  await assert.rejects(changeModule(roots, request("enable", { quota_ms: "20" })), {
    name: "BusyError",
    message: /kdamond 0 \(pid 55, paddr, on\) has it: damo did not start it and left it untouched/,
  });
  assert.deepEqual(roots.all(), before);

  using others = fakeModules();
  others.put("damon_lru_sort/enabled", "Y");
  await assert.rejects(changeModule(others, request("enable")), {
    name: "BusyError",
    message: /DAMON_LRU_SORT is on: .*damo module lru_sort disable$/,
  });
});

Deno.test("where a write fails half-way, changeModule takes back what it wrote", async () => {
  using roots = fakeModules();
  const before = roots.all();
  // A file that reads as off and takes no write.
  const file = `${roots.modules}/damon_reclaim/parameters/enabled`;
  Deno.removeSync(file);
  Deno.symlinkSync("/proc/version", file);
  await assert.rejects(changeModule(roots, request("enable", { quota_ms: "20" })), {
    name: "KernelError",
    message: /enabled\): E(IO|ACCES|PERM)/,
  });
  Deno.removeSync(file);
  Deno.writeTextFileSync(file, "N\n");
  assert.deepEqual(roots.all(), before);
  assert.equal(readModuleEntry(roots, RECLAIM), undefined);
});

Deno.test("where the kernel gives up what it is told to read, commit puts all back and says so", async () => {
  let refuses = true;
  using roots = fakeModules({}, () => refuses);
  await changeModule(roots, request("enable"));
  await assert.rejects(changeModule(roots, request("commit", { quota_ms: "20" })), {
    name: "KernelError",
    message: /Cannot commit DAMON_RECLAIM .*they were put back as they were/,
  });
  refuses = false;
  assert.equal(roots.text("damon_reclaim/quota_ms"), "10");
});

Deno.test("planModule names the first kernel with a parameter that is not there, and what cannot be written", async () => {
  using roots = fakeModules();
  const refused: [Record<string, string>, RegExp][] = [
    [{ addr_unit: "1" }, /DAMON_RECLAIM has no parameter addr_unit: .*; the first with it is Linux 6\.18$/],
    [{ autotune_monitoring_intervals: "Y" }, /the first with it is Linux 7\.2$/],
    [{ swappiness: "1" }, /it has enabled, commit_inputs, min_age/],
    [{ kdamond_pid: "1" }, /kdamond_pid of DAMON_RECLAIM can only be read/],
    [{ enabled: "Y" }, /damo module reclaim enable or disable$/],
    [{ commit_inputs: "Y" }, /damo module reclaim commit$/],
    [{ sample_interval: "200000" }, /sample_interval \(200000\) must be <= aggr_interval/],
  ];
  for (const [values, message] of refused) {
    await assert.rejects(planModule(roots, request("write", values)), { message });
  }
  await assert.rejects(planModule(roots, request("commit")), { name: "TypeError", message: /DAMON_RECLAIM is off/ });
});

Deno.test("readModule names the build option that brings a module, and the modules that there are", async () => {
  using roots = fakeModules();
  assert.deepEqual(moduleNames(roots), ["damon_lru_sort", "damon_reclaim"]);
  await assert.rejects(readModule(roots, moduleOf("stat")), {
    name: "UnsupportedError",
    message: /has no DAMON_STAT.*; boot Linux 6\.17 or newer built with CONFIG_DAMON_STAT=y/,
  });
  await assert.rejects(readModule(roots, moduleOf("sample_wsse")), { message: /it has lru_sort, reclaim$/ });
});

Deno.test("a module that is not known is read and written as text, and turned on by its own switch", async () => {
  using roots = fakeRoots({
    "module/damon_sample_wsse/parameters/enable": "N\n",
    "module/damon_sample_wsse/parameters/target_pid": "0\n",
  });
  const module = moduleOf("sample_wsse");
  const values = pairsOf(module, ["target_pid", "7"]);
  const { writes } = await planModule(roots, { module, action: "enable", values, command: "" });
  assert.deepEqual(writes.map(({ path }) => path.split("/").at(-1)), ["target_pid", "enable"]);
  await changeModule(roots, { module, action: "write", values, command: "" });
  assert.equal((await readModule(roots, module)).values.get("target_pid"), "7");
});

Deno.test("valuesOf takes the Python damo's options, in groups, with units", () => {
  const given = { min_age: "30s", quota: ["20ms", "64M", "1s"], wmarks: ["1s", "50%", "400", "20%"], skip_anon: true };
  assert.deepEqual(Object.fromEntries(valuesOf(RECLAIM, given)), {
    min_age: "30000000",
    skip_anon: "Y",
    quota_ms: "20",
    quota_sz: "67108864",
    quota_reset_interval_ms: "1000",
    wmarks_interval: "1000000",
    wmarks_high: "500",
    wmarks_mid: "400",
    wmarks_low: "200",
  });
  assert.deepEqual([...valuesOf(moduleOf("lru_sort"), { quota: ["5", "100"] }).values()], ["5", "100"]);
  assert.throws(() => valuesOf(RECLAIM, { quota: ["5", "100"] }), {
    message: /--quota takes 3 values \(quota_ms, quota_sz, quota_reset_interval_ms\), not 2/,
  });
  assert.throws(() => valuesOf(RECLAIM, { skip_anon: true, no_skip_anon: true }), {
    message: /skip_anon is set twice/,
  });
  assert.throws(() => pairsOf(RECLAIM, ["min_age"]), { name: "TypeError", message: /min_age has no value/ });
});

Deno.test("writingOf takes writing to enabled and commit_inputs for what they are", () => {
  const of = (...words: string[]) => {
    const { action, values } = writingOf(RECLAIM, words);
    return [action, ...values];
  };
  assert.deepEqual(of("enabled", "Y"), ["enable"]);
  assert.deepEqual(of("min_age", "1s", "enabled", "1"), ["enable", ["min_age", "1000000"]]);
  assert.deepEqual(of("enabled", "N"), ["disable"]);
  assert.deepEqual(of("commit_inputs", "yes", "quota_ms", "3"), ["commit", ["quota_ms", "3"]]);
  assert.deepEqual(of("quota_ms", "3"), ["write", ["quota_ms", "3"]]);
  for (
    const words of [["commit_inputs", "N"], ["enabled", "N", "quota_ms", "3"], ["enabled", "Y", "commit_inputs", "Y"]]
  ) {
    assert.throws(() => writingOf(RECLAIM, words), { name: "TypeError" });
  }
});

Deno.test("each input of a module has an option", () => {
  for (const short of ["reclaim", "lru_sort"]) {
    const module = moduleOf(short);
    const inputs = module.parameters.filter(({ access }) => access === "input").map(({ name }) => name);
    const reached = moduleOptions(module).flatMap(({ parameters }) => parameters);
    assert.deepEqual([...new Set(reached)].sort(), inputs.sort());
  }
});

Deno.test("formatModule says whether a module works or rests, at 80 columns", async () => {
  using roots = fakeModules();
  roots.put("damon_reclaim/enabled", "Y");
  await until(() => roots.text("damon_reclaim/kdamond_pid") !== "-1");
  const status = await readModule(roots, RECLAIM);
  const at = (freePermil: number) => formatModule(status, { width: 80, owner: "damo", freePermil });
  assert.match(at(800), /It is on\s+\(kernel thread 77\), turned on by damo\. It rests now: 80 % of memory is free,/);
  assert.match(at(300), /It works now/);
  assert.match(at(100), /less\s+than\s+20\s+%\s+\(wmarks_low\)/);
  assert.deepEqual(at(300).split("\n").filter((line) => line.length > 80), []);
  Deno.removeSync(`${roots.proc}/77`, { recursive: true });
  assert.match(
    formatModule(await readModule(roots, RECLAIM), { width: 80, owner: "damo", freePermil: 1 }),
    /on\s+by\s+name\s+only/,
  );
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((done) => setTimeout(done, 2));
}

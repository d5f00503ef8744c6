import assert from "assert";
import {
  type Kdamond,
  maxNrAccessesOf,
  nrProbesOf,
  SYSFS_FEATURES,
  type SysfsFeatureName,
} from "../../../damon/mod.ts";
import { chooseInterface } from "../../../kernel/control/choose_interface.ts";
import { readKernelTypes } from "../../../kernel/machine/kernel_types.ts";
import { findFeature } from "../../../kernel/control/features.ts";
import { startKdamonds, tuneKdamonds } from "../../../kernel/control/kdamond.ts";
import { assertClean, context, hotCold, roots, scheme, sleeper } from "./control.ts";
import { damo, exercised, readRecord, startWorkload, until } from "./guest.ts";

const OUT = Deno.makeTempDirSync();
const types = readKernelTypes(roots);
const has = (name: SysfsFeatureName) => findFeature(roots, SYSFS_FEATURES[name], types).has === true;
const word = (name: string) => types!.constants.has(name);
const ANY = {
  szBytes: { min: 0, max: 2 ** 64 },
  nrAccesses: { min: 0, max: 20 },
  age: { min: 0, max: 2 ** 32 - 1 },
};

/** A test of what came after Linux 6.12; it does nothing, and the table says since when there is one, where this kernel has it not. */
function since(name: SysfsFeatureName, what: string, test: () => Promise<void>): void {
  Deno.test(`${what} (${SYSFS_FEATURES[name].name})`, async () => {
    if (!has(name)) return;
    await test();
    assertClean();
    exercised(SYSFS_FEATURES[name].name);
  });
}

/** What the kernel shows of a kdamond that is started with this, refreshed after `waitMs`. */
async function running(kdamond: Kdamond, waitMs: number, use?: () => Promise<void>) {
  const damon = chooseInterface(roots);
  const [started] = await startKdamonds(roots, [kdamond]);
  try {
    await use?.();
    await new Promise((done) => setTimeout(done, waitMs));
    await damon.run(damon.refreshPlan(0));
    return (await damon.read())[0].contexts[0];
  } finally {
    await started.stop();
  }
}

since("allow", "a filter that allows lets its memory pass, and nothing else", async () => {
  await using busy = await startWorkload("hot_cold", OUT);
  const filters = [{ type: "anon", matching: true, allow: true }, {
    type: "anon",
    matching: false,
    allow: false,
  }] as const;
  const schemes = [scheme({ accessPattern: ANY, filters: [...filters] }), scheme({ accessPattern: ANY })];
  const { schemes: shown } = await running({ contexts: [context(busy.pid, { schemes })] }, 3000);
  const [some, all] = shown!.map(({ stats }) => stats!);
  assert.ok(
    some.szOpsFilterPassedBytes! > 0 && some.szOpsFilterPassedBytes! < all.szTriedBytes,
    JSON.stringify([some, all]),
  );
  assert.deepEqual(shown![0].filters, filters);
  if (has("sz_ops_filter_passed")) exercised(SYSFS_FEATURES.sz_ops_filter_passed.name);
  if (has("core_filters")) {
    // Filters of whole regions have a list of their own, and are written there.
    const addr = { type: "addr", matching: true, allow: false, start: 0, end: 2 ** 47 } as const;
    const none = await running({
      contexts: [context(busy.pid, { schemes: [scheme({ accessPattern: ANY, filters: [addr] })] })],
    }, 2000);
    assert.equal(none.schemes![0].stats!.nrApplied, 0);
    exercised(SYSFS_FEATURES.core_filters.name);
  }
});

since("intervals_goal", "the kernel tunes both intervals, and the record's snapshots have those in force", async () => {
  await using busy = await startWorkload(hotCold(), OUT);
  await busy.go();
  const path = `${OUT}/tuned.arrow`;
  const goal = ["--monitoring_intervals_goal", "40%", "2", "1ms", "1s"];
  const { code, err } = await damo(
    ...[
      "record",
      String(busy.pid),
      "--monitor",
      "damon",
      "-s",
      "1ms",
      "-a",
      "20ms",
      ...goal,
      "--timeout",
      "8",
      "-o",
      path,
    ],
  );
  assert.equal(code, 0, err);
  const { snapshots } = await readRecord(path);
  const intervals = new Set(snapshots.map(({ sampleUs }) => sampleUs));
  assert.ok(intervals.size > 1 && intervals.has(1000), [...intervals].join());
  assert.ok(snapshots.every(({ sampleUs, aggrUs }) => aggrUs >= sampleUs && sampleUs >= 1000));
});

since("dests", "memory migrates to several nodes by weight", async () => {
  await using busy = await startWorkload("hot_cold", OUT);
  const dests = [{ nid: 0, weight: 2 }, { nid: 0, weight: 1 }];
  const { schemes } = await running({
    contexts: [context(busy.pid, { schemes: [scheme({ action: "migrate_hot", accessPattern: ANY, dests })] })],
  }, 2000);
  assert.deepEqual(schemes![0].dests, dests);
  assert.ok(schemes![0].stats!.nrTried > 0);
});

since("refresh_ms", "the kernel refreshes its files by itself", async () => {
  await using busy = sleeper();
  const damon = chooseInterface(roots);
  const schemes = [scheme({ accessPattern: ANY })];
  const [started] = await startKdamonds(roots, [{ contexts: [context(busy.pid, { schemes })], refreshMs: 200 }]);
  try {
    // Nobody asks for it.
    await until(
      async () => (await damon.read())[0].contexts[0].schemes![0].stats!.nrTried > 0,
      "statistics did not move",
    );
    assert.equal((await damon.read())[0].refreshMs, 200);
  } finally {
    await started.stop();
  }
});

since("addr_unit", "a unit of addresses leaves the record's in bytes", async () => {
  const path = `${OUT}/unit.arrow`;
  const { code, err } = await damo(
    ...["record", "paddr", "--damon_addr_unit", "4096", "-r", "16M-256M", "--timeout", "2", "-o", path],
  );
  assert.equal(code, 0, err);
  const { snapshots } = await readRecord(path);
  const { regions } = snapshots.at(-1)!;
  assert.deepEqual([regions.start[0], regions.end.at(-1)], [16 << 20, 256 << 20]);
});

since("obsolete_target", "one target is taken out of a kdamond that runs", async () => {
  await using one = sleeper();
  await using two = sleeper();
  const targets = [one, two].map(({ pid }) => ({ pid, regions: [] }));
  const damon = chooseInterface(roots);
  const [started] = await startKdamonds(roots, [{ contexts: [context(one.pid, { targets })] }]);
  try {
    const obsolete = [{ ...targets[0], obsolete: true }, targets[1]];
    await tuneKdamonds(roots, new Map([[0, { contexts: [context(one.pid, { targets: obsolete })] }]]));
    await new Promise((done) => setTimeout(done, 500));
    assert.ok(damon.isOn(0, started.pid));
    assert.deepEqual((await damon.read())[0].contexts[0].targets.map(({ pid }) => pid).at(-1), two.pid);
  } finally {
    await started.stop();
  }
});

since("max_nr_snapshots", "a scheme ends after as many snapshots as it is given", async () => {
  await using busy = sleeper();
  const { schemes } = await running({
    contexts: [
      context(busy.pid, {
        schemes: [scheme({ accessPattern: ANY, maxNrSnapshots: 5 }), scheme({ accessPattern: ANY })],
      }),
    ],
  }, 3000);
  const [few, many] = schemes!.map(({ stats }) => stats!.nrSnapshots!);
  assert.ok(few === 5 && many > 10, `${few}, ${many}`);
  exercised(SYSFS_FEATURES.nr_snapshots.name);
});

/** A goal that is missed by far, so that the quota moves. */
const QUOTA = {
  timeMs: 0,
  szBytes: 16 << 20,
  resetIntervalMs: 500,
  weights: { szPermil: 0, nrAccessesPermil: 0, agePermil: 0 },
  goals: [{ metric: "user_input", targetValue: 10_000, currentValue: 1 } as const],
};

since("goal_tuner", "the tuner of goals is chosen", async () => {
  await using busy = sleeper();
  for (const goalTuner of ["temporal", "consist"] as const) {
    const { schemes } = await running({
      contexts: [context(busy.pid, { schemes: [scheme({ accessPattern: ANY, quotas: { ...QUOTA, goalTuner } })] })],
    }, 1500);
    // The one goes to the limit at once where the goal is missed; the other begins small.
    const { effectiveBytes, quotas } = schemes![0];
    // The kernel's own choice is not a choice.
    assert.equal(quotas!.goalTuner ?? "consist", goalTuner);
    assert.ok(effectiveBytes! > 0 && effectiveBytes! <= QUOTA.szBytes, `${goalTuner}: ${effectiveBytes}`);
  }
});

since("fail_charge", "what fails is charged the share that is asked for", async () => {
  await using busy = sleeper();
  const quotas = { ...QUOTA, goals: [], failCharge: { num: 1, denom: 4096 } };
  const { schemes } = await running({
    contexts: [context(busy.pid, { schemes: [scheme({ action: "pageout", accessPattern: ANY, quotas })] })],
  }, 1000);
  assert.deepEqual(schemes![0].quotas!.failCharge, quotas.failCharge);
});

since("pause", "damo pause lets a kdamond rest, and resume has it go on", async () => {
  await using busy = sleeper();
  const damon = chooseInterface(roots);
  const tried = async () => {
    await damon.run(damon.refreshPlan(0));
    return (await damon.read())[0].contexts[0].schemes![0].stats!.nrTried;
  };
  const done = async (...args: string[]) => {
    const { code, err } = await damo(...args);
    assert.equal(code, 0, err);
  };
  await done("start", String(busy.pid), "--damos_action", "stat");
  try {
    await done("pause");
    const before = await tried();
    await new Promise((done) => setTimeout(done, 1500));
    assert.equal(await tried(), before);
    await done("resume");
    await until(async () => await tried() > before, "it did not go on");
  } finally {
    await done("stop");
  }
});

since("probes", "a probe tells how much of physical memory is anonymous, in the record and in its report", async () => {
  await using busy = await startWorkload(hotCold(), OUT);
  await busy.go();
  const path = `${OUT}/probes.arrow`;
  const probe = ["--probe_filter", "allow", "anon", "--probe_filter", "allow", "none", "anon", "--nr_probes", "2"];
  const { code, err } = await damo(
    "record",
    "paddr",
    ...probe,
    "--nr_probe_filters",
    "1",
    "1",
    "--timeout",
    "6",
    "-o",
    path,
  );
  assert.equal(code, 0, err);
  const anonymous = Number(/^AnonPages:\s+(\d+)/m.exec(Deno.readTextFileSync("/proc/meminfo"))![1]) * 1024;
  const { snapshots } = await readRecord(path);
  assert.ok(snapshots.length > 20 && snapshots.every((snapshot) => nrProbesOf(snapshot) === 2));
  const [anon, others] = [0, 1].map((probe) => {
    const bytes = snapshots.map(({ regions: { start, end, length }, probeHits, ...snapshot }) =>
      Array.from({ length }, (_, i) => (end[i] - start[i]) * probeHits![i * 2 + probe] / maxNrAccessesOf(snapshot))
        .reduce((sum, part) => sum + part, 0)
    );
    return bytes.reduce((sum, each) => sum + each, 0) / bytes.length;
  });
  console.log({ anonymous, anon, others });
  assert.ok(anon > anonymous * 0.6 && anon < anonymous * 1.4, `${anon} of ${anonymous}`);
  assert.ok(others > 0);
  const { out } = await damo("report", "access", "-i", path, "--snapshot_idx", "20", "20");
  assert.match(out, /Probe 0: about [\d.]+ .iB were anon\nProbe 1: about [\d.]+ .iB were none anon\n/);
});

Deno.test("probes of a process's memory are refused, as the kernel would leave them out", async () => {
  if (!has("probes") || has("probes_vaddr")) return;
  await using busy = sleeper();
  const { code, err } = await damo("start", String(busy.pid), "--probe_filter", "allow", "anon");
  assert.equal(code, 1);
  assert.match(err, /probes of processes' memory/);
  assertClean();
});

Deno.test("every action, filter and goal that this kernel has a word for is taken", async () => {
  await using busy = sleeper();
  const group = "/sys/fs/cgroup/damo-newer";
  Deno.mkdirSync(group, { recursive: true });
  Deno.writeTextFileSync("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
  const filters = [
    ...(word("DAMOS_FILTER_TYPE_ACTIVE") ? [{ type: "active", matching: true, allow: false } as const] : []),
    ...(word("DAMOS_FILTER_TYPE_UNMAPPED") ? [{ type: "unmapped", matching: true, allow: false } as const] : []),
    ...(word("DAMOS_FILTER_TYPE_HUGEPAGE_SIZE")
      ? [{ type: "hugepage_size", matching: true, allow: false, minBytes: 1 << 20, maxBytes: 4 << 20 } as const]
      : []),
  ];
  const goals = [
    ...(word("DAMOS_QUOTA_NODE_MEM_USED_BP")
      ? [{ metric: "node_mem_used_bp", targetValue: 9000, nid: 0 } as const]
      : []),
    ...(word("DAMOS_QUOTA_NODE_MEM_FREE_BP") ? [{ metric: "node_mem_free_bp", targetValue: 10, nid: 0 } as const] : []),
    ...(word("DAMOS_QUOTA_NODE_MEMCG_USED_BP")
      ? [{ metric: "node_memcg_used_bp", targetValue: 10, nid: 0, path: "/damo-newer" } as const]
      : []),
    ...(word("DAMOS_QUOTA_NODE_MEMCG_FREE_BP")
      ? [{ metric: "node_memcg_free_bp", targetValue: 10, nid: 0, path: "/damo-newer" } as const]
      : []),
    ...(word("DAMOS_QUOTA_ACTIVE_MEM_BP") ? [{ metric: "active_mem_bp", targetValue: 10 } as const] : []),
    ...(word("DAMOS_QUOTA_INACTIVE_MEM_BP") ? [{ metric: "inactive_mem_bp", targetValue: 10 } as const] : []),
    ...(word("DAMOS_QUOTA_NODE_ELIGIBLE_MEM_BP")
      ? [{ metric: "node_eligible_mem_bp", targetValue: 10, nid: 0 } as const]
      : []),
  ];
  const schemes = [
    scheme({ accessPattern: ANY, ...(filters.length > 0 && { filters }) }),
    ...(goals.length > 0 ? [scheme({ accessPattern: ANY, quotas: { ...QUOTA, goals } })] : []),
    ...(word("DAMOS_COLLAPSE") ? [scheme({ action: "collapse" })] : []),
  ];
  const { schemes: shown } = await running({ contexts: [context(busy.pid, { schemes })] }, 1000);
  assert.deepEqual(shown!.map(({ action }) => action), schemes.map(({ action }) => action));
  assert.deepEqual(shown![0].filters ?? [], filters);
  if (goals.length > 0) {
    assert.deepEqual(
      shown![1].quotas!.goals.map(({ metric }) => metric),
      goals.map(({ metric }) => metric),
    );
  }
  Deno.removeSync(group);
  assertClean();
});

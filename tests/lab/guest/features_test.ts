import assert from "assert";
import {
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Kdamond,
  SYSFS_FEATURES,
  type SysfsFeature,
} from "../../../damon/mod.ts";
import { chooseInterface } from "../../../kernel/control/choose_interface.ts";
import { readKernelTypes } from "../../../kernel/machine/kernel_types.ts";
import { findFeature } from "../../../kernel/control/features.ts";
import { startKdamonds, tuneKdamonds } from "../../../kernel/control/kdamond.ts";
import { readKdamonds } from "../../../kernel/control/sysfs.ts";
import { assertClean, context, roots, scheme, sleeper } from "./control.ts";
import { exists } from "../../../kernel/machine/files.ts";
import { damo, exercised, KDAMONDS, readRecord } from "./guest.ts";

const OUT = Deno.makeTempDirSync();

/** Every file of the features' table that this kernel has must be found by its types too, before anything is staged. */
Deno.test("findFeature says by the kernel's types what the files of a staged kdamond say", async () => {
  await using busy = sleeper();
  const types = readKernelTypes(roots);
  assert.ok(types);
  const features = Object.values<SysfsFeature>(SYSFS_FEATURES).filter(({ file }) => file !== undefined);
  const byTypes = features.map((feature) => findFeature(roots, feature, types));
  assert.ok(byTypes.every(({ by }) => by === "types"));
  const [running] = await startKdamonds(roots, [{ contexts: [context(busy.pid, { schemes: [scheme()] })] }]);
  const byFiles = features.map((feature) => findFeature(roots, feature, types));
  // The file of a folder that is not there either is not asked for.
  const isAsked = ({ file }: SysfsFeature) => exists(`${KDAMONDS}/0/${file!}`.replace(/\/[^/]*$/, ""));
  const asked = features.map(isAsked);
  await running.stop();
  assert.deepEqual(byFiles.map(({ by }) => by === "files"), asked);
  assert.ok(asked.filter(Boolean).length >= 5);
  features.forEach(({ name }, i) => assert.equal(byTypes[i].has, byFiles[i].has, name));
  assertClean();
});

Deno.test("every feature of this kernel's sysfs interface works with a kdamond that runs", async () => {
  await using busy = sleeper();
  const group = "/sys/fs/cgroup/damo-test";
  Deno.mkdirSync(group, { recursive: true });
  Deno.writeTextFileSync("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
  const types = readKernelTypes(roots);
  const has = (name: keyof typeof SYSFS_FEATURES) => findFeature(roots, SYSFS_FEATURES[name], types).has === true;
  const word = (name: string) => types!.constants.has(name);
  const no = { matching: true, allow: false };
  const goals = [
    { metric: "user_input", targetValue: 100, currentValue: 50 } as const,
    ...(word("DAMOS_QUOTA_SOME_MEM_PSI_US") ? [{ metric: "some_mem_psi_us", targetValue: 1000 } as const] : []),
  ];
  const full = scheme({
    action: "pageout",
    ...(has("apply_interval") && { applyIntervalUs: 200_000 }),
    quotas: {
      timeMs: 10,
      szBytes: 1 << 20,
      resetIntervalMs: 1000,
      weights: { szPermil: 1, nrAccessesPermil: 2, agePermil: 3 },
      goals: has("goals") ? goals : [],
    },
    watermarks: { metric: "free_mem_rate", intervalUs: 5_000_000, highPermil: 999, midPermil: 998, lowPermil: 1 },
    ...(has("filters") && {
      filters: [
        ...(word("DAMOS_FILTER_TYPE_ADDR") ? [{ type: "addr", ...no, start: 4096, end: 2 ** 40 } as const] : []),
        ...(word("DAMOS_FILTER_TYPE_TARGET") ? [{ type: "target", ...no, targetIndex: 7 } as const] : []),
        { type: "anon", ...no },
        ...(exists(`${group}/memory.stat`) ? [{ type: "memcg", ...no, memcgPath: "/damo-test" } as const] : []),
        ...(word("DAMOS_FILTER_TYPE_YOUNG") ? [{ type: "young", matching: false, allow: false } as const] : []),
      ],
    }),
  });
  const actions = (["willneed", "cold", "hugepage", "nohugepage"] as const).map((action) => scheme({ action }));
  const kdamond: Kdamond = { contexts: [context(busy.pid, { schemes: [full, ...actions] })] };
  const damon = chooseInterface(roots);
  const [running] = await startKdamonds(roots, [kdamond]);
  const [status] = await damon.read();
  const read = status.contexts.map(({ schemes, ...rest }) => ({
    ...rest,
    schemes: schemes!.map(({ stats: _stats, effectiveBytes: _quota, triedBytes: _bytes, ...each }) => each),
  }));
  assert.deepEqual(read, kdamond.contexts);
  // A stat scheme on everything, to see statistics move.
  await tuneKdamonds(
    roots,
    new Map([[0, {
      contexts: [
        context(busy.pid, {
          schemes: [
            scheme({
              accessPattern: {
                szBytes: { min: 0, max: 2 ** 64 },
                nrAccesses: { min: 0, max: 20 },
                age: { min: 0, max: 1000 },
              },
            }),
          ],
        }),
      ],
    }]]),
  );
  await new Promise((done) => setTimeout(done, 2000));
  await damon.run(damon.refreshPlan(0, ["stats", "tried"]));
  const [after] = (await damon.read())[0].contexts[0].schemes!;
  assert.ok(after.stats!.nrTried > 0, JSON.stringify(after));
  if (has("total_bytes")) assert.ok(after.triedBytes! > 0);
  await running.stop();
  assertClean();
  for (const name of ["schemes", "quotas of time and size", "watermarks", "scheme statistics"]) exercised(name);
  for (const { name, since, file, type } of Object.values<SysfsFeature>(SYSFS_FEATURES)) {
    if (findFeature(roots, { name, since, type, ...(file !== undefined && { file }) }, types).has === false) {
      exercised(name, since);
    }
  }
  for (
    const name of [
      "avail_operations",
      "tried_regions",
      "filters",
      "total_bytes",
      "apply_interval",
      "goals",
      "effective_bytes",
    ] as const
  ) {
    if (has(name)) exercised(SYSFS_FEATURES[name].name);
  }
});

Deno.test("paddr watches all of the machine's memory, sorts it, and moves it to a node", async () => {
  const types = readKernelTypes(roots);
  const has = (name: keyof typeof SYSFS_FEATURES) => findFeature(roots, SYSFS_FEATURES[name], types).has === true;
  const schemes = [
    ...(types!.constants.has("DAMOS_LRU_PRIO")
      ? [scheme({ action: "lru_prio" }), scheme({ action: "lru_deprio" })]
      : []),
    ...(has("target_nid") ? [scheme({ action: "migrate_cold", targetNid: 0 })] : []),
  ];
  const path = `${OUT}/paddr-all.arrow`;
  const { code, err } = await damo("record", "paddr", "--timeout", "2", "-o", path);
  assert.equal(code, 0, err);
  const { snapshots } = await readRecord(path);
  const { regions } = snapshots.at(-1)!;
  const bytes = [...regions].reduce((sum, { start, end }) => sum + end - start, 0);
  const memory = Number(/^MemTotal:\s+(\d+)/m.exec(Deno.readTextFileSync("/proc/meminfo"))![1]) * 1024;
  assert.ok(bytes >= memory, `${bytes} of ${memory} bytes`);
  const target = { regions: [{ start: 16 << 20, end: 256 << 20 }] };
  const [running] = await startKdamonds(roots, [{
    contexts: [{
      operations: "paddr",
      intervals: DEFAULT_INTERVALS,
      nrRegions: DEFAULT_NR_REGIONS,
      targets: [target],
      ...(schemes.length > 0 && { schemes }),
    }],
  }]);
  assert.deepEqual(
    (await readKdamonds(roots))[0].contexts[0].schemes?.map(({ action }) => action),
    schemes.length ? schemes.map(({ action }) => action) : undefined,
  );
  await running.stop();
  assertClean();
  exercised("paddr");
  if (has("target_nid")) exercised(SYSFS_FEATURES.target_nid.name);
});

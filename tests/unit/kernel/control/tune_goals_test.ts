import assert from "assert";
import { DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type Kdamond } from "../../../../damon/mod.ts";
import { startKdamonds } from "../../../../kernel/control/kdamond.ts";
import { SysfsInterface } from "../../../../kernel/control/sysfs_interface.ts";
import { FakeKernel } from "../../../fake_kernel.ts";

const asked = (currentValue: number, szBytes: number): Kdamond => ({
  contexts: [{
    operations: "vaddr",
    intervals: DEFAULT_INTERVALS,
    nrRegions: DEFAULT_NR_REGIONS,
    targets: [{ pid: Deno.pid, regions: [] }],
    schemes: [{
      action: "stat",
      accessPattern: { szBytes: { min: 0, max: 1 }, nrAccesses: { min: 0, max: 1 }, age: { min: 0, max: 1 } },
      quotas: {
        timeMs: 0,
        szBytes,
        resetIntervalMs: 1000,
        weights: { szPermil: 0, nrAccessesPermil: 0, agePermil: 0 },
        goals: [{ metric: "user_input", targetValue: 100, currentValue }],
      },
    }],
  }],
});

Deno.test("tunePlan commits goals alone by their own word, and all else by commit", async () => {
  using kernel = new FakeKernel("7.2", true);
  const damon = new SysfsInterface(kernel.roots, kernel.write);
  const [running] = await startKdamonds(kernel.roots, [asked(10, 4096)], { damon });
  const planOf = (wanted: Kdamond) =>
    damon.tunePlan(0, wanted).map(({ path, text }) => [path.replace(/^.*\/kdamonds\/0\//, ""), text]);
  const goal = "contexts/0/schemes/0/quotas/goals/0/current_value";
  assert.deepEqual(planOf(asked(20, 4096)), [[goal, "20"], ["state", "commit_schemes_quota_goals"]]);
  assert.deepEqual(planOf(asked(20, 8192)), [
    ["contexts/0/schemes/0/quotas/bytes", "8192"],
    [goal, "20"],
    ["state", "commit"],
  ]);
  await running.stop();
});

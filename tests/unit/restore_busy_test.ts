import assert from "assert";
import { DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, KernelError } from "../../damon/mod.ts";
import { startKdamonds } from "../../kernel/kdamond.ts";
import { SysfsInterface } from "../../kernel/sysfs_interface.ts";
import { FakeKernel } from "../fake_kernel.ts";
import { treeOf } from "../fake_sysfs.ts";

Deno.test("stop takes everything back also where somebody else reads DAMON's files in that moment", async () => {
  using kernel = new FakeKernel("6.12");
  let busy = 3;
  const damon = new SysfsInterface(kernel.roots, (path, text, hint) => {
    if (path.endsWith("/nr_contexts") && text === "0" && busy-- > 0) throw new KernelError("write 0", 16, path);
    kernel.write(path, text, hint);
  });
  const before = treeOf(kernel.roots.damon);
  const targets = [{ pid: Deno.pid, regions: [] }];
  const context = {
    operations: "vaddr" as const,
    intervals: DEFAULT_INTERVALS,
    nrRegions: DEFAULT_NR_REGIONS,
    targets,
  };
  const [running] = await startKdamonds(kernel.roots, [{ contexts: [context] }], { damon });
  await running.stop();
  assert.equal(busy, -1);
  assert.deepEqual(treeOf(kernel.roots.damon), before);
});

Deno.test("a kdamond that rests has nothing new to say, which is no failure; that it does not take a change is one", () => {
  using kernel = new FakeKernel("6.12");
  const damon = new SysfsInterface(kernel.roots, (path, text) => {
    throw new KernelError(`write ${text}`, 125, path);
  });
  const path = `${kernel.roots.damon}/admin/kdamonds/0/state`;
  damon.run(["update_schemes_stats", "update_schemes_tried_bytes"].map((text) => ({ path, text })));
  assert.throws(() => damon.run([{ path, text: "commit" }]), { name: "KernelError", message: /cancelled/ });
});

import assert from "assert";
import { loadableModules } from "../../../../kernel/machine/loadable.ts";
import { type KernelMount, missingMount, mountCommand, mountMissing } from "../../../../kernel/control/mounts.ts";
import type { Roots } from "../../../../kernel/machine/roots.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

const SYSFS = (dir: string) => `sysfs ${dir}/sys sysfs rw 0 0\n`;
const DEBUGFS = (dir: string) => `none ${dir}/sys/kernel/debug debugfs rw 0 0\n`;

/** Trees where the kernel has them, below one folder. */
function machine(mounts: (dir: string) => string, files: string[] = []): Roots & Disposable {
  const made = fakeRoots(Object.fromEntries(files.map((file) => [file, ""])));
  const dir = made.proc.replace(/\/proc$/, "");
  Deno.writeTextFileSync(`${dir}/proc/mounts`, mounts(dir));
  return {
    ...made,
    damon: `${dir}/sys/kernel/mm/damon`,
    debugfs: `${dir}/sys/kernel/debug/damon`,
    [Symbol.dispose]: () => made[Symbol.dispose](),
  };
}

Deno.test("missingMount names debugfs where the interface is to be looked for in it, and it is not mounted", () => {
  using bare = machine(SYSFS);
  const place = bare.debugfs.replace(/\/damon$/, "");
  assert.deepEqual(missingMount(bare, "debugfs"), { type: "debugfs", place });
  assert.deepEqual(missingMount(bare, "auto"), { type: "debugfs", place });
  assert.equal(missingMount(bare, "sysfs"), undefined);
  assert.equal(mountCommand(missingMount(bare, "debugfs")!), `mount -t debugfs debugfs ${place}`);

  using mounted = machine((dir) => SYSFS(dir) + DEBUGFS(dir));
  for (const name of ["debugfs", "auto", "sysfs"] as const) assert.equal(missingMount(mounted, name), undefined);

  using both = machine(SYSFS, ["sys/kernel/mm/damon/admin/kdamonds/nr_kdamonds"]);
  assert.equal(missingMount(both, "auto"), undefined);
  assert.equal(missingMount(both, "debugfs")?.type, "debugfs");
});

Deno.test("mountMissing mounts sysfs before debugfs, which is in it, and nothing twice", async () => {
  using roots = machine(() => "");
  const dir = roots.proc.replace(/\/proc$/, "");
  const done: KernelMount[] = [];
  const run = (what: KernelMount) => {
    done.push(what);
    const line = `${what.type} ${what.place} ${what.type} rw 0 0\n`;
    Deno.writeTextFileSync(`${dir}/proc/mounts`, line, { append: true });
    return Promise.resolve();
  };
  assert.deepEqual(await mountMissing(roots, "debugfs", run), done);
  assert.deepEqual(done.map(({ type, place }) => [type, place.slice(dir.length)]), [
    ["sysfs", "/sys"],
    ["debugfs", "/sys/kernel/debug"],
  ]);
  assert.deepEqual(await mountMissing(roots, "debugfs", run), []);
  // One that does not appear in the list is not tried for ever.
  using stubborn = machine(() => "");
  assert.equal((await mountMissing(stubborn, "debugfs", () => Promise.resolve())).length, 1);
});

Deno.test("loadableModules finds DAMON's modules that are not loaded, and no others", () => {
  using roots = fakeRoots({ "module/damon_dbgfs/refcnt": "0" });
  const release = Deno.osRelease();
  const dir = `${roots.proc.replace(/\/proc$/, "")}/lib/modules/${release}`;
  assert.deepEqual(loadableModules(roots), []);
  Deno.mkdirSync(dir, { recursive: true });
  Deno.writeTextFileSync(
    `${dir}/modules.dep`,
    "kernel/mm/zsmalloc.ko.xz:\nkernel/mm/damon/damon-core.ko.xz:\n" +
      "kernel/mm/damon/damon-dbgfs.ko: kernel/mm/damon/damon-core.ko\n",
  );
  assert.deepEqual(loadableModules(roots), ["damon_core"]);
});

import assert from "assert";
import { requireProcess } from "../../../../kernel/control/detect.ts";
import { withFollowed } from "../../../../damon/mod.ts";
import { isAlive, MappingsWatch, processOf, readProcess, startTicksOf } from "../../../../kernel/machine/process.ts";
import { RenamedProcesses } from "../../../../kernel/machine/renamed.ts";
import { HEADER } from "../../../records.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

const stat = (comm: string, state: string, ticks: number) =>
  `42 (${comm}) ${state} 1 42 42 0 -1 4194304 ${"0 ".repeat(12)}${ticks} 0 0\n`;

Deno.test("readProcess takes the command line without what renaming left behind", () => {
  using roots = fakeRoots({
    "proc/42/comm": "redis\n",
    "proc/42/cmdline": "redis-server 127.0.0.1:7399   \0\0  \0",
    "proc/43/comm": "sh\n",
    "proc/43/cmdline": "sh\0-c\0\0exec true\0",
  });
  assert.deepEqual(readProcess(roots, 42), {
    pid: 42,
    comm: "redis",
    cmdline: ["redis-server 127.0.0.1:7399"],
    exe: "",
  });
  assert.deepEqual(readProcess(roots, 43).cmdline, ["sh", "-c", "", "exec true"]);
  assert.throws(() => readProcess(roots, 44), { name: "NotFound", message: /no such process/ });
});

Deno.test("isAlive and startTicksOf are not fooled by a name with brackets and blanks", () => {
  using roots = fakeRoots({
    "proc/42/stat": stat("a) Z (b", "S", 777),
    "proc/43/stat": stat("gone", "Z", 778),
  });
  assert.equal(isAlive(roots, 42), true);
  assert.equal(startTicksOf(roots, 42), 777);
  assert.equal(isAlive(roots, 43), false, "a zombie has no memory left");
  assert.equal(isAlive(roots, 44), false);
  assert.equal(startTicksOf(roots, 44), undefined);
});

Deno.test("MappingsWatch gives the mappings when they have changed, and only then", () => {
  using roots = fakeRoots({ "proc/42/maps": "1000-2000 rw-p 00000000 00:00 0 \n" });
  const watch = new MappingsWatch(roots, 42);
  assert.equal(watch.changed()?.length, 1);
  assert.equal(watch.changed(), undefined);
  Deno.writeTextFileSync(`${roots.proc}/42/maps`, "1000-3000 rw-p 00000000 00:00 0 \n");
  assert.equal(watch.changed()?.[0].end, 0x3000);
  Deno.removeSync(`${roots.proc}/42/maps`);
  assert.equal(watch.changed(), undefined);
});

Deno.test("requireProcess tells a process that has ended, but is still there as a zombie, from none", () => {
  using roots = fakeRoots({ "proc/43/stat": stat("gone", "Z", 778), "proc/43/comm": "gone\n" });
  assert.throws(() => requireProcess(roots, 43), /^RangeError: Cannot watch process 43: it has ended, as a zombie$/);
  assert.throws(() => requireProcess(roots, 44), /^RangeError: Cannot watch process 44: there is no such process$/);
});

Deno.test("RenamedProcesses tells the name that a process got by exec, and none of one that has ended", () => {
  using roots = fakeRoots({
    "proc/1/comm": "bash\n",
    "proc/1/cmdline": "bash\0run.sh\0",
    "proc/2/comm": "sleep\n",
    "proc/2/cmdline": "sleep\x009\0",
  });
  const write = (pid: number, comm: string, cmdline: string) => {
    Deno.writeTextFileSync(`${roots.proc}/${pid}/comm`, `${comm}\n`);
    Deno.writeTextFileSync(`${roots.proc}/${pid}/cmdline`, cmdline);
  };
  const before = [1, 2].map((pid) => processOf(roots, pid));
  const renamed = new RenamedProcesses(roots, before);
  renamed.look(true);
  assert.deepEqual(renamed.all(), []);
  write(1, "python3", "python3\0train.py\0");
  write(2, "defunct", "");
  renamed.look();
  assert.deepEqual(renamed.all(), []);
  renamed.look(true);
  const after = { pid: 1, comm: "python3", cmdline: ["python3", "train.py"], exe: "" };
  assert.deepEqual(renamed.all(), [after]);
  const header = withFollowed({ ...HEADER, processes: before }, { processes: renamed.all() });
  assert.deepEqual(header.processes, [after, before[1]]);
});

import assert from "assert";
import { dropStaleEntries } from "../../../../kernel/control/stale_entries.ts";
import { fakeRoots, kdamondFiles } from "../../../fake_sysfs.ts";

const RECORDER = { pid: 5, startTicks: 500, command: [] };
const entry = (index: number, bootId = "boot-1") =>
  JSON.stringify({ index, bootId, nrKdamondsBefore: 0, kdamond: { contexts: [] }, recorder: RECORDER });
const stat = (ticks: number) => `5 (deno) S ${"0 ".repeat(18)}${ticks} 0\n`;

Deno.test("dropStaleEntries removes what no command can need any more, and nothing else", async () => {
  using roots = fakeRoots({
    "damon/admin/kdamonds/nr_kdamonds": "1\n",
    ...kdamondFiles(0, { state: "off", pid: -1, operations: "vaddr" }),
    "run/lock": "",
    "run/something-else.json": "{}",
    "run/kdamond-0.json": entry(0),
    "run/kdamond-1.json": entry(1),
    "run/kdamond-2.json": entry(2, "an earlier boot"),
    "run/kdamond-3.json.new": entry(3),
    "run/module-damon_reclaim.json": JSON.stringify({ module: "damon_reclaim", bootId: "boot-1" }),
    "run/module-damon_stat.json": "half of it",
  });
  assert.deepEqual(await dropStaleEntries(roots), [
    "kdamond-1.json",
    "kdamond-2.json",
    "kdamond-3.json.new",
    "module-damon_stat.json",
  ]);
  const left = [...Deno.readDirSync(roots.run)].map(({ name }) => name).sort();
  assert.deepEqual(left, ["kdamond-0.json", "lock", "module-damon_reclaim.json", "something-else.json"]);
});

Deno.test("dropStaleEntries leaves the entry of a recorder that still runs, and makes no folder", async () => {
  const files = { "damon/admin/kdamonds/nr_kdamonds": "0\n", "proc/5/stat": stat(500) };
  using roots = fakeRoots({ ...files, "run/kdamond-0.json": entry(0) });
  assert.deepEqual(await dropStaleEntries(roots), []);
  Deno.writeTextFileSync(`${roots.proc}/5/stat`, stat(501));
  assert.deepEqual(await dropStaleEntries(roots), ["kdamond-0.json"]);
  using none = fakeRoots(files);
  assert.deepEqual(await dropStaleEntries(none), []);
  assert.throws(() => Deno.statSync(none.run), { name: "NotFound" });
});

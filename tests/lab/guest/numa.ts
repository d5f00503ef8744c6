import assert from "assert";
import { assertClean, COLD, HOT, hotCold, turnOffStat } from "./control.ts";
import { damo, startWorkload } from "./guest.ts";

// Needs two nodes, so it is not part of the lab's suite: deno task numa runs it.
turnOffStat();
const MIB = 1 << 20;
const [major, minor] = Deno.osRelease().split(/[.-]/).map(Number);
const movesProcesses = major > 6 || (major === 6 && minor >= 17);
const PATTERN = {
  migrate_cold: ["--damos_access_rate", "0%", "0%", "--damos_age", "2s", "max"],
  migrate_hot: ["--damos_access_rate", "30%", "100%", "--damos_age", "200ms", "max"],
};

/** Bytes of the mapping of this size on each of the two nodes. */
function bytesOn(pid: number, size: number): [number, number] {
  const maps = Deno.readTextFileSync(`/proc/${pid}/maps`).split("\n");
  const starts = maps.flatMap((line) => {
    const [start, end] = line.split(" ")[0].split("-").map((word) => parseInt(word, 16));
    return Math.abs(end - start - size) < MIB ? [start] : [];
  });
  const lines = Deno.readTextFileSync(`/proc/${pid}/numa_maps`).split("\n");
  const mine = lines.filter((line) => starts.includes(parseInt(line, 16)));
  const on = (node: number) =>
    mine.reduce((sum, line) => sum + Number(new RegExp(` N${node}=(\\d+)`).exec(line)?.[1] ?? 0), 0);
  return [on(0) * 4096, on(1) * 4096];
}

Deno.test("this machine has two nodes with memory", () => {
  assert.equal(Deno.readTextFileSync("/sys/devices/system/node/has_memory").trim(), "0-1");
});

for (const action of ["migrate_cold", "migrate_hot"] as const) {
  const [moved, left] = action === "migrate_cold" ? [COLD, HOT] : [HOT, COLD];
  Deno.test(`${action} moves that part of a process to the node where the kernel does that, and is refused where it does not`, async () => {
    await using busy = await startWorkload(hotCold(), Deno.makeTempDirSync());
    await busy.go();
    const before = { moved: bytesOn(busy.pid, moved), left: bytesOn(busy.pid, left) };
    assert.ok(before.moved[0] > 0.9 * moved && before.left[0] > 0.9 * left, JSON.stringify(before));
    const args = ["schemes", String(busy.pid), "--damos_action", action, "1", ...PATTERN[action], "--timeout", "8"];
    const { code, err } = await damo(...args);
    const after = { moved: bytesOn(busy.pid, moved), left: bytesOn(busy.pid, left) };
    console.log(Deno.osRelease(), JSON.stringify({ before, after }), err);
    if (!movesProcesses) {
      assert.equal(code, 1, err);
      assert.match(err, /6\.17/);
      assert.deepEqual(after, before);
    } else {
      assert.equal(code, 0, err);
      assert.ok(after.moved[1] > 0.5 * moved, `${after.moved[1]} of ${moved} bytes were moved`);
      assert.ok(after.left[1] / left < after.moved[1] / moved / 2, `${after.left[1]} of ${left} bytes were moved too`);
    }
    assertClean();
  });
}

Deno.test("migrate_cold moves memory of the machine to the other node", async () => {
  await using busy = await startWorkload(hotCold(), Deno.makeTempDirSync());
  await busy.go();
  const before = bytesOn(busy.pid, COLD);
  const args = ["--damos_action", "migrate_cold", "1", ...PATTERN.migrate_cold, "--timeout", "10"];
  const { code, err } = await damo("schemes", "paddr", ...args);
  const after = bytesOn(busy.pid, COLD);
  console.log(Deno.osRelease(), JSON.stringify({ before, after }), err);
  assert.equal(code, 0, err);
  assert.ok(after[1] > 0.5 * COLD, `${after[1]} of ${COLD} bytes were moved`);
  assertClean();
});

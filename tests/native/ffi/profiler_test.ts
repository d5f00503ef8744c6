import assert from "assert";
import { openProfiler } from "../../../ffi/profiler.ts";

const DAMO = new URL("../../../damo", import.meta.url).pathname;

async function compiled(dir: string, source: string, ...options: string[]): Promise<string> {
  await Deno.writeTextFile(`${dir}/prog.c`, source);
  const args = [...options, "-o", `${dir}/prog`, `${dir}/prog.c`];
  const { success, stderr } = await new Deno.Command("cc", { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return `${dir}/prog`;
}

async function inFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * Reads each page of a table of 32 MiB, within less than a sampling interval also on a slow machine, for half a second, then
 * calculates for as long, and so on for 6 seconds: of its own processor time, so that a busy machine takes no samples from either.
 */
const PROGRAM = `
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define BYTES (32 << 20)
static double now(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec + t.tv_nsec / 1e9; }
__attribute__((noinline)) long scan_table(volatile char *p) { long s = 0; for (int i = 0; i < BYTES; i += 4096) s += p[i]; return s; }
__attribute__((noinline)) long calculate(void) { volatile long s = 1; for (int i = 0; i < 100000; i++) s = s * 31 + i; return s; }
int main(void) {
  char *table = malloc(BYTES);
  memset(table, 1, BYTES);
  volatile long sum = 0;
  for (double begin = now(); now() - begin < 6;) {
    for (double t = now(); now() - t < 0.5;) sum += scan_table(table);
    for (double t = now(); now() - t < 0.5;) sum += calculate();
  }
}
`;

Deno.test("openProfiler samples what a watched process runs, and nothing of others", async () => {
  await inFolder(async (dir) => {
    const prog = await compiled(dir, PROGRAM, "-O1", "-fno-omit-frame-pointer", "-mno-omit-leaf-frame-pointer");
    await using profiler = openProfiler({ hz: 199 });
    const child = new Deno.Command(prog).spawn();
    try {
      assert.ok(profiler.watch(child.pid));
      let samples: ReturnType<typeof profiler.drain> = [];
      while (samples.length < 50) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        samples = [...samples, ...profiler.drain()];
      }
      assert.ok(samples.every(({ pid, tid }) => pid === child.pid && tid === child.pid));
      assert.ok(samples.every(({ timeNs }, i) => i === 0 || timeNs > samples[i - 1].timeNs));
      assert.ok(samples.some(({ user, kernel }) => user.length >= 2 && kernel.length === 0));
      const { sent, received, dropped } = profiler.counters();
      assert.ok(received === samples.length && sent >= received && dropped === 0);
    } finally {
      child.kill();
      await child.status;
    }
  });
});

Deno.test("Profiler has room for 64 processes, and says of one more that it has none until one is watched no more", async () => {
  await using profiler = openProfiler({ hz: 1 });
  // As large as none of this machine is.
  const pids = Array.from({ length: 65 }, (_, i) => 5_000_000 + i);
  assert.deepEqual(pids.map((pid) => profiler.watch(pid)), [...Array(64).fill(true), false]);
  profiler.unwatch(pids[3]);
  assert.ok(profiler.watch(pids[64]));
  assert.equal(profiler.watch(pids[3]), false);
  assert.deepEqual(profiler.counters(), { sent: 0, received: 0, dropped: 0 });
});

Deno.test("openProfiler refuses a rate out of bounds", () => {
  for (const hz of [0, 1.5, 10_001]) {
    assert.throws(() => openProfiler({ hz }), { name: "RangeError", message: /1 to 10000/ });
  }
});

Deno.test("damo report profile says which code ran while a table was hot, and which while it was not", async () => {
  await inFolder(async (dir) => {
    const prog = await compiled(dir, PROGRAM, "-O1", "-fno-omit-frame-pointer", "-mno-omit-leaf-frame-pointer");
    const damo = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(DAMO, { args, cwd: dir }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      return { out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
    };
    // The table is found within a few snapshots, which are short here, and not stretched on a slow machine.
    const monitor = ["--monitor", "pages", "-a", "50ms", "--max_overhead", "50%"];
    const { err } = await damo("record", "--profile", ...monitor, "-o", "p.arrow", "--", prog);
    assert.match(err, /\d+ CPU samples/);
    const { out } = await damo(
      "report",
      "profile",
      "-i",
      "p.arrow",
      "--mapping",
      "anon",
      "--access_rate",
      "30",
      "max",
      "--sz_region",
      "4M",
      "max",
      "--format",
      "jsonl",
    );
    const rows = out.trim().split("\n").map((line) => JSON.parse(line));
    const [scan, calculate] = ["scan_table", "calculate"].map((name) => rows.find((row) => row.function === name));
    assert.equal(scan.file, "prog");
    // Snapshots and halves of a second overlap.
    assert.ok(scan.own_percent > 2 * scan.otherwise_percent, JSON.stringify([scan, calculate]));
    assert.ok(calculate.otherwise_percent > 2 * calculate.own_percent, JSON.stringify([scan, calculate]));
    const { out: folded } = await damo("report", "profile", "-i", "p.arrow", "--folded");
    // What calls it has a name only where the C library has debug symbols here.
    assert.match(folded, /^([^;]+;)+scan_table \d+$/m);
  });
});

Deno.test("damo record refuses --profile for a format that cannot hold it, before it starts anything", async () => {
  await inFolder(async (dir) => {
    const { code, stderr } = await new Deno.Command(DAMO, {
      args: ["record", "--profile", "-o", "p.parquet", "--", "touch", "ran"],
      cwd: dir,
    }).output();
    assert.deepEqual([code, [...Deno.readDirSync(dir)].map(({ name }) => name)], [2, []]);
    assert.match(new TextDecoder().decode(stderr), /parquet has no room for --profile/);
  });
});

import assert from "assert";
import { AGE_UNKNOWN } from "../../../../damon/mod.ts";
import { readBytes, snapshotsIn } from "../../../record_samples.ts";

const read = async (lines: string[]) => {
  const back = await readBytes(new TextEncoder().encode(lines.map((line) => line + "\n").join("")));
  return { ...back, snapshots: snapshotsIn(back) };
};

/** The same two snapshots, as each tool prints them. */
const FORMS: Record<string, (seconds: string, payload: string) => string> = {
  "perf script": (time, payload) => `       kdamond.0  4452 [000] ${time}: damon:damon_aggregated: ${payload}`,
  "trace-cmd report": (time, payload) => `       kdamond.0-4452  [005] ..... ${time}: damon_aggregated:     ${payload}`,
  "trace-cmd report without flags": (time, payload) => `kdamond.0-4452 [005] ${time}: damon_aggregated: ${payload}`,
  "trace-cmd of a task without a name": (time, payload) =>
    `           <...>-4452  [005] d..1. ${time}: damon_aggregated: ${payload}`,
  "perf trace": (time, payload) =>
    `  ${(Number(time) * 1000).toFixed(3)} kdamond.0/4452 damon:damon_aggregated(${payload})`,
};

for (const [tool, line] of Object.entries(FORMS)) {
  Deno.test(`text of ${tool} is read, with age and without`, async () => {
    for (const age of [" 3", ""]) {
      const { snapshots, incomplete, format } = await read([
        line("10.000000", `target_id=18446623435582458881 nr_regions=2 4096-8192: 5${age}`),
        line("10.000001", `target_id=18446623435582458881 nr_regions=2 8192-18446744073709547520: 0${age}`),
        line("10.100000", `target_id=18446623435582458881 nr_regions=1 4096-8192: 6${age}`),
      ]);
      assert.equal(format, "trace");
      assert.equal(incomplete, undefined);
      assert.equal(snapshots.length, 2);
      const [first, second] = snapshots;
      assert.deepEqual([first.startNs, first.endNs, second.startNs, second.endNs], [9.9e9, 10e9, 10e9, 10.1e9]);
      assert.deepEqual([first.kdamond, first.targetId], [4452, 18446623435582458881n]);
      assert.deepEqual([first.sampleUs, first.aggrUs], [5000, 100_000]);
      assert.deepEqual([...first.regions.end], [8192, 18446744073709547520]);
      assert.deepEqual([...first.regions.age], age ? [3, 3] : [AGE_UNKNOWN, AGE_UNKNOWN]);
    }
  });
}

const perf = FORMS["perf script"];

Deno.test("a trace's comments, headers and other events are passed over", async () => {
  const { snapshots } = await read([
    "# tracer: nop",
    "cpus=4",
    "  bash 77 [001] 9.900000: sched:sched_switch: prev_comm=damon_x",
    perf("10.0", "target_id=0 nr_regions=1 0-4096: 1 1"),
    "kdamond.0 4452 [000] 10.05: damon:damos_esz: ctx_idx=0 scheme_idx=0 esz=4096",
    perf("10.2", "target_id=0 nr_regions=1 0-4096: 1 1"),
  ]);
  assert.deepEqual(snapshots.map(({ endNs }) => endNs), [10e9, 10.2e9]);
});

Deno.test("a snapshot of which lines are missing is left out and counted", async () => {
  const { snapshots, incomplete } = await read([
    perf("10.0", "target_id=0 nr_regions=2 0-4096: 1 1"),
    perf("10.1", "target_id=0 nr_regions=2 0-4096: 1 1"),
    perf("10.1", "target_id=0 nr_regions=2 4096-8192: 1 1"),
    perf("10.2", "target_id=0 nr_regions=1 0-4096: 1 1"),
    perf("10.3", "target_id=0 nr_regions=3 0-4096: 1 1"),
  ]);
  assert.deepEqual(snapshots.map(({ endNs }) => endNs), [10.1e9, 10.2e9]);
  assert.match(incomplete!, /events of 2 snapshots are missing/);
});

Deno.test("kdamonds whose lines are mixed are told apart", async () => {
  const other = (time: string, payload: string) => perf(time, payload).replace("4452", "99");
  const { snapshots } = await read([
    perf("10.0", "target_id=0 nr_regions=2 0-4096: 1 1"),
    other("10.0", "target_id=0 nr_regions=2 0-8192: 2 1"),
    perf("10.0", "target_id=0 nr_regions=2 4096-8192: 1 1"),
    other("10.0", "target_id=0 nr_regions=2 8192-12288: 2 1"),
    perf("10.1", "target_id=0 nr_regions=1 0-4096: 1 1"),
  ]);
  assert.deepEqual(snapshots.map(({ kdamond, regions }) => [kdamond, regions.length]).sort(), [[4452, 1], [4452, 2], [
    99,
    2,
  ]]);
});

Deno.test("intervals that the kernel tuned hold from the next snapshot on", async () => {
  const { snapshots } = await read([
    perf("10.0", "target_id=0 nr_regions=1 0-4096: 1 1"),
    perf("10.1", "target_id=0 nr_regions=1 0-4096: 1 1"),
    "kdamond.0 4452 [000] 10.1: damon:damon_monitor_intervals_tune: sample_us=8000",
    perf("10.26", "target_id=0 nr_regions=1 0-4096: 1 1"),
  ]);
  assert.deepEqual(snapshots.map(({ sampleUs, aggrUs }) => [sampleUs, aggrUs]), [
    [5000, 100_000],
    [5000, 100_000],
    [8000, 160_000],
  ]);
});

Deno.test("where only schemes were traced, the regions that each tried are a snapshot", async () => {
  const line = (time: string, payload: string) =>
    `kdamond.0 4452 [000] ${time}: damon:damos_before_apply: ctx_idx=0 scheme_idx=1 target_idx=0 nr_regions=9 ${payload}`;
  const { snapshots } = await read([
    line("10.0", "4096-8192: 0 136"),
    line("10.0", "12288-16384: 0 7"),
    line("10.1", "4096-8192: 0 137"),
  ]);
  assert.deepEqual(snapshots.map(({ regions, scheme }) => [regions.length, scheme!.index]), [[2, 1], [1, 1]]);
  assert.deepEqual([...snapshots[0].regions.age], [136, 7]);
});

Deno.test("the fake snapshot at the end of the Python damo's text says how long the only one was", async () => {
  const { snapshots } = await read([
    "kdamond.x xxxx xxxx 539.900000: damon:damon_aggregated: target_id=0 nr_regions=1 4096-8192: 3 4",
    "kdamond.x xxxx xxxx 542.900000: damon:damon_aggregated: target_id=0 nr_regions=1 0-0: -1 -1",
  ]);
  assert.equal(snapshots.length, 1);
  assert.deepEqual([snapshots[0].startNs, snapshots[0].endNs, snapshots[0].kdamond], [536.9e9, 539.9e9, 0]);
});

Deno.test("text of a trace without a snapshot says so", async () => {
  await assert.rejects(
    read(["kdamond.0 1 [0] 1.0: damon:damos_esz: ctx_idx=0 scheme_idx=0 esz=1"]),
    /it has no damon_aggregated/,
  );
  await assert.rejects(read([perf("1.0", "target_id=0 nr_regions=5 0-4096: 1 1")]), /no snapshot in it is whole/);
});

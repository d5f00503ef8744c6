import assert from "assert";
import { type ReadBack, readBytes, snapshotsIn } from "../../../record_samples.ts";

/**
 * What perf 6.1, trace-cmd 3.1.6 and Linux 6.12 printed of events in the lab, by tests/lab/traces: `one` of one kdamond, `two` of two
 * with intervals of 200 and 300 ms on one processor, `losses` of buffers that are too small. `one.txt` and `two.txt` are what perf script says.
 */
const TRACES = new URL("../../../testdata/traces/lab/", import.meta.url);

const readTrace = (name: string): Promise<ReadBack> => readBytes(Deno.readFileSync(new URL(`${name}.txt`, TRACES)));

async function contentOf(name: string) {
  return snapshotsIn(await readTrace(name)).map(({ kdamond, targetId, startNs, endNs, regions }) => ({
    kdamond,
    targetId,
    ms: Math.round((endNs - startNs) / 1e7) * 10,
    regions: [...regions],
  }));
}

Deno.test("the lab's events of one kdamond are six snapshots of some 200 ms, those of two are told apart", async () => {
  const one = await contentOf("one");
  assert.deepEqual(one.map(({ kdamond, ms }) => [kdamond, ms]), Array(6).fill([269, 200]));
  assert.ok(one.every(({ regions }) => regions.length === 4));
  const two = await contentOf("two");
  assert.deepEqual([508, 509].map((pid) => two.filter(({ kdamond }) => kdamond === pid).length), [10, 5]);
  assert.deepEqual(new Set(two.filter(({ kdamond }) => kdamond === 509).map(({ ms }) => ms)), new Set([360]));
});

// Of a thread that began while perf looked it prints the name of who made it: kthreadd.
const SAME = {
  one: ["one_perf_trace_live", "one_trace_cmd_B_mono_raw"],
  two: ["two_kernel", "two_perf_trace_nanosleep", "two_trace_cmd_more"],
};
for (const [reference, names] of Object.entries(SAME)) {
  for (const name of names) {
    Deno.test(`${name} of the lab says what perf script says`, async () => {
      assert.deepEqual(await contentOf(name), await contentOf(reference));
    });
  }
}

const REFUSED = {
  one_trace_cmd_B_counter: /two snapshots in it have the same time \(0 s\): its clock .*; trace by another one/,
  one_trace_cmd_B_uptime: /two snapshots in it have the same time \(0\.000003 s\)/,
  one_trace_cmd_profile: /its lines name damon_aggregated and tell no single event, as a summary does/,
  one_trace_cmd_B_local_profile: /it has no damon_aggregated .*; its last line is cut off/,
  two_perf_script_F_time_event_trace: /it has no pids, and its snapshots seem to be of several kdamonds .* -F \+tid/,
};
for (const [name, message] of Object.entries(REFUSED)) {
  Deno.test(`${name} of the lab is refused with the reason`, async () => {
    await assert.rejects(readTrace(name), { name: "RecordError", message });
  });
}

for (const [name, count] of [["losses_kernel", 2], ["losses_trace_cmd_B_F", 1]] as const) {
  Deno.test(`${name} of the lab tells what the kernel lost`, async () => {
    const back = await readTrace(name);
    assert.match(back.incomplete!, /its text says that 390 events (before its first )?were (lost|overwritten)/);
    assert.equal(snapshotsIn(back).length, count);
    assert.ok(snapshotsIn(back).every(({ regions }) => regions.length === 60));
  });
}

Deno.test("perf script -D, which begins with dumps of perf's own records, is read", async () => {
  const dump =
    "\n0x198@perf.data [0x50]: event: 69\n.\n. ... raw event: size 80 bytes\n.  0000:  45 00 00 00  E...\n\n" +
    "0 0 0x198 [0x50]: PERF_RECORD_ID_INDEX nr: 2\n".repeat(200);
  const text = dump + Deno.readTextFileSync(new URL("one.txt", TRACES));
  assert.equal(snapshotsIn(await readBytes(new TextEncoder().encode(text))).length, 6);
});

Deno.test("a text without pids whose intervals change once, or that lost a snapshot, is of one kdamond", async () => {
  const read = async (times: number[], starts = [4096]) => {
    const lines = times.map((ms, i) =>
      `${(100 + ms / 1000).toFixed(6)}: damon:damon_aggregated: target_id=0 nr_regions=1 ${
        starts[i % starts.length]
      }-1048576: 7 0\n`
    );
    return snapshotsIn(await readBytes(new TextEncoder().encode(lines.join("")))).length;
  };
  assert.equal(await read([0, 100, 200, 300, 400, 600, 800, 1000, 1200]), 9);
  assert.equal(await read([0, 100, 200, 400, 500, 600, 700, 900, 1000, 1100, 1200]), 11);
  const mixed = { name: "RecordError", message: /several kdamonds/ };
  await assert.rejects(read([0, 30, 100, 130, 200, 230, 300]), mixed);
  // In turn, at even times: their regions begin elsewhere.
  await assert.rejects(read([0, 50, 100, 150, 200, 250, 300], [4096, 8192]), mixed);
});

import assert from "assert";
import { deflateSync } from "node:zlib";
import { AGE_UNKNOWN } from "../../../../damon/mod.ts";
import { readBytes, snapshotsIn } from "../../../record_samples.ts";

const encode = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const read = (value: unknown) => readBytes(encode(value));

const region = (start: string, end: string, samples = 3, age: string | null = "1,234") => ({
  start,
  end,
  nr_accesses: { samples, percent: null },
  age: { usec: null, aggr_intervals: age },
});
const snapshot = (regions: unknown[], more = {}) => ({
  start_time: "1000000000",
  end_time: "1100000000",
  regions,
  ...more,
});
const record = (snapshots: unknown[], more = {}) => ({ target_id: 0, ...more, snapshots });

Deno.test("the Python damo's JSON of older versions has no ids, no intervals, no ages", async () => {
  const text = `[{"kdamond_idx": null, "intervals": null, "target_id": 18446623438842320001, "snapshots": [
    {"start_time": "539809434100", "end_time": "539914032967", "regions": [
      {"start": "94,827,419,009,024", "end": "94,827,423,150,080", "nr_accesses": {"samples": 7, "percent": null},
       "age": {"usec": null, "aggr_intervals": null}}], "total_bytes": "4141056"}]}]`;
  const { header, items, incomplete, format } = await read(text);
  assert.equal(format, "json");
  assert.equal(incomplete, undefined);
  assert.deepEqual(header.kdamonds, []);
  const [one] = snapshotsIn({ header, items });
  // More digits than a double has.
  assert.equal(one.targetId, 18446623438842320001n);
  assert.deepEqual([one.startNs, one.endNs], [539809434100, 539914032967]);
  // 104.6 ms from snapshot to snapshot.
  assert.deepEqual([one.sampleUs, one.aggrUs], [5000, 100_000]);
  assert.deepEqual([...one.regions], [
    { start: 94827419009024, end: 94827423150080, nrAccesses: 7, age: undefined },
  ]);
  assert.equal(one.regions.age[0], AGE_UNKNOWN);
});

Deno.test("the Python damo's JSON may write any number as a person would", async () => {
  const { items } = await read([record([{
    start_time: "1 s",
    end_time: "1 s 100 ms",
    regions: [{
      start: "4.000 KiB",
      end: "9,007,199,254,740,992",
      nr_accesses: { samples: null, percent: "50 %" },
      age: { usec: "2 s 500 ms", aggr_intervals: null },
      sz_filter_passed: "143.027 MiB",
    }, region("9007199254740992", "max", 20, "0")],
  }], {
    intervals: { sample_us: "5 ms", aggr_us: "100 ms", ops_update_us: "1 s" },
    scheme_idx: 1,
    kdamond_idx: 0,
  })]);
  const [{ startNs, endNs, sampleUs, aggrUs, regions, scheme }] = snapshotsIn({ items, header: undefined! });
  assert.deepEqual([startNs, endNs, sampleUs, aggrUs], [1e9, 1.1e9, 5000, 100_000]);
  assert.deepEqual([...regions], [
    { start: 4096, end: 2 ** 53, nrAccesses: 10, age: 25 },
    { start: 2 ** 53, end: 2 ** 64, nrAccesses: 20, age: 0 },
  ]);
  assert.equal(scheme!.index, 1);
  assert.deepEqual(scheme!.passedBytes, Float64Array.of(Math.trunc(143.027 * 2 ** 20), 0));
});

Deno.test("the Python damo writes the tuned sampling interval in ns, whatever the field's name says", async () => {
  const { items } = await read([record([snapshot([], { sample_interval_us: "8000000" })], {
    intervals: { sample_us: "5000", aggr_us: "100000", ops_update_us: "1000000" },
  })]);
  const [{ sampleUs, aggrUs }] = snapshotsIn({ items, header: undefined! });
  assert.deepEqual([sampleUs, aggrUs], [8000, 160_000]);
});

Deno.test("the names of a record may come in any order, as jq -S writes them", async () => {
  const more = { intervals: { aggr_us: "200000", ops_update_us: "1000000", sample_us: "1000" } };
  const { snapshots } = record([snapshot([region("4,096", "8,192")])]);
  const { items } = await read([{ data_source: "unknown", snapshots, target_id: 7, ...more }]);
  const [one] = snapshotsIn({ items, header: undefined! });
  assert.deepEqual([one.targetId, one.sampleUs, one.aggrUs], [7n, 1000, 200_000]);
  assert.equal(one.regions.end[0], 8192);
});

Deno.test("filters, counters and goals of the Python damo's JSON become ours", async () => {
  const { header, items } = await read([record([snapshot([], {
    damos_stats: { nr_tried: "5", sz_tried: "20,480", nr_applied: "4", sz_applied: "16384", qt_exceeds: "1" },
  })], {
    kdamond_idx: 1,
    scheme_idx: 0,
    target_id: null,
    intervals: {
      sample_us: "5000",
      aggr_us: "100000",
      ops_update_us: "1000000",
      intervals_goal: { access_bp: "400.000000", aggrs: "3", min_sample_us: "5000", max_sample_us: "10000000" },
    },
    // An older name of allow.
    scheme_filters: [{ filter_type: "anon", matching: true, filter_pass: true, memcg_path: "" }],
  })]);
  const [{ schemes, intervals }] = header.kdamonds[0].contexts;
  assert.equal(header.kdamonds[0].index, 1);
  assert.deepEqual(schemes![0].filters, [{ type: "anon", matching: true, allow: true }]);
  assert.deepEqual(intervals.goal, { accessBp: 400, aggrs: 3, minSampleUs: 5000, maxSampleUs: 10_000_000 });
  const [{ scheme, kdamond }] = snapshotsIn({ header, items });
  assert.equal(kdamond, 1);
  assert.deepEqual(scheme!.stats, {
    nrTried: 5,
    szTriedBytes: 20_480,
    nrApplied: 4,
    szAppliedBytes: 16_384,
    qtExceeds: 1,
  });
});

Deno.test("DAMON_STAT's record, with index -1, is the first kdamond's", async () => {
  const { header } = await read([record([snapshot([])], { kdamond_idx: -1, data_source: "damon_stat" })]);
  assert.equal(header.kdamonds[0].index, 0);
});

Deno.test("several records, one a target, come one after the other", async () => {
  const { items } = await read([
    record([snapshot([region("4096", "8192")])], { target_id: 0 }),
    record([snapshot([region("8192", "12288")])], { target_id: 1 }),
    record([], { target_id: 2 }),
  ]);
  assert.deepEqual(snapshotsIn({ items, header: undefined! }).map(({ targetId }) => targetId), [0n, 1n]);
});

Deno.test("regions that look different each time are read as well as those that look alike", async () => {
  const alike = Array.from(
    { length: 3000 },
    (_, i) => region(String(i * 4096), String((i + 1) * 4096), i % 21, String(i)),
  );
  const mixed = alike.map((one, i) =>
    i % 3 === 0 ? { extra: [i, "}"], ...one } : i % 3 === 1 ? { ...one, sz_filter_passed: "0 B" } : one
  );
  const [a, b] = await Promise.all([read([record([snapshot(alike)])]), read([record([snapshot(mixed)])])]);
  const [one, two] = [a, b].map((back) => snapshotsIn(back)[0].regions);
  assert.equal(one.length, 3000);
  assert.equal(one.age[2999], 2999);
  assert.deepEqual(two, one);
});

Deno.test("the pieces in which text comes do not matter", async () => {
  const bytes = encode([record([snapshot([region("4,096", "18,446,744,073,709,547,520"), region("0", "4096")])])]);
  const { decodePythonDamoJson } = await import("../../../../format/python_damo/read.ts");
  for (let size = 1; size < 40; size++) {
    const reader = await decodePythonDamoJson(
      (async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
      })(),
      "test",
    );
    const items = await Array.fromAsync(reader.items());
    assert.equal(reader.incomplete, undefined);
    const [{ regions }] = snapshotsIn({ items, header: reader.header });
    assert.deepEqual([...regions.end], [18446744073709547520, 4096]);
  }
});

Deno.test("JSON of the Python damo that is no record is named by what it is", async () => {
  await assert.rejects(read([{ time: 1.5, procvmas: [] }]), /it is JSON, but no record of damo: .* time, procvmas/);
  await assert.rejects(read("[1, 2]"), { name: "RecordError" });
  await assert.rejects(readBytes(deflateSync(new TextEncoder().encode("hello"))), /unknown format/);
});

import assert from "assert";
import { DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type Scheme } from "../../../../damon/mod.ts";
import { formatKdamondsJson, parseKdamonds } from "../../../../format/config/kdamonds.ts";
import { formatSchemesJson } from "../../../../format/config/kdamonds_json.ts";
import { parseSchemes } from "../../../../format/config/schemes.ts";

const context = (more: object) => ({ ops: "vaddr", targets: [{ pid: 42, regions: [] }], ...more });
const parse = (...contexts: object[]) => parseKdamonds(JSON.stringify({ kdamonds: [{ contexts }] }), "x.json");
const schemeOf = async (scheme: object) => (await parse(context({ schemes: [scheme] })))[0].contexts[0].schemes![0];

Deno.test("parseKdamonds takes a file of the Python damo with all that it writes, and leaves out what says nothing", async () => {
  const text = JSON.stringify([{
    state: "on",
    pid: "1234",
    refresh_ms: 0,
    contexts: [{
      ops: "vaddr",
      addr_unit: "1 B",
      targets: [{ pid: 42, obsolete: false, regions: [{ start: "4,294,967,296", end: "8,589,934,592" }] }],
      intervals: {
        sample_us: "5 ms",
        aggr_us: "100 ms",
        ops_update_us: "1 s",
        intervals_goal: { access_bp: "0 %", aggrs: "0", min_sample_us: "0 ns", max_sample_us: "0 ns" },
      },
      nr_regions: { min: "10", max: "1,000" },
      probes: [],
      sample_control: { primitives_enabled: { page_table: true, page_fault: false }, sample_filters: [] },
      pause: false,
      schemes: [{
        action: "stat",
        dests: [],
        access_pattern: {
          sz_bytes: { min: "0 B", max: "max" },
          nr_accesses: { min: "0 %", max: "18,446,744,073,709,551,615 %" },
          age: { min: "0 ns", max: "max" },
        },
        apply_interval_us: "0 ns",
        quotas: {
          time_ms: "0 ns",
          sz_bytes: "0 B",
          reset_interval_ms: "max",
          fail_charge_num: "0",
          fail_charge_denom: "0",
          goals: [],
          goal_tuner: "consist",
          effective_sz_bytes: "0 B",
          weights: { sz_permil: "0 %", nr_accesses_permil: "0 %", age_permil: "0 %" },
        },
        watermarks: { metric: "none", interval_us: "0 ns", high_permil: "0 %", mid_permil: "0 %", low_permil: "0 %" },
        filters: [],
        stats: { nr_tried: "0", sz_tried: "0 B", max_nr_snapshots: "0" },
      }],
    }],
  }]);
  const any = { min: 0, max: 2 ** 64 };
  assert.deepEqual(await parseKdamonds(text, "damon.data.kdamonds"), [{
    contexts: [{
      operations: "vaddr",
      intervals: DEFAULT_INTERVALS,
      nrRegions: DEFAULT_NR_REGIONS,
      targets: [{ pid: 42, regions: [{ start: 2 ** 32, end: 2 ** 33 }] }],
      schemes: [{ action: "stat", accessPattern: { szBytes: any, nrAccesses: any, age: any } }],
    }],
  }]);
});

Deno.test("parseKdamonds takes any text of the Python damo's for a number: bare ones in the unit that the key names", async () => {
  const cases: [string | number, number][] = [[5000, 5000], ["5000", 5000], ["5,000", 5000], ["5ms", 5000], [
    "0.005 s",
    5000,
  ]];
  for (const [sample, us] of cases) {
    const [{ contexts: [{ intervals }] }] = await parse(context({ intervals: { sample_us: sample } }));
    assert.equal(intervals.sampleUs, us, String(sample));
  }
  const { quotas, watermarks } = await schemeOf({
    quotas: {
      time_ms: 10,
      sz_bytes: "200MB",
      reset_interval_ms: "1 s",
      weights: { sz_permil: "30 %", nr_accesses_permil: 300, age_permil: "7" },
      goals: [
        { metric: "node_mem_used_bp", target_value: "99.7%", current_value: 0, nid: 1, memcg_path: null },
        { metric: "some_mem_psi_us", target_value: "10 ms", current_value: "0" },
        { target_value_bp: 100, current_value_bp: 50 },
      ],
    },
    watermarks: {
      metric: "free_mem_rate",
      interval_us: "5 s",
      high_permil: "50 %",
      mid_permil: 400,
      low_permil: "200",
    },
  });
  assert.deepEqual(quotas, {
    timeMs: 10,
    szBytes: 200 * 2 ** 20,
    resetIntervalMs: 1000,
    weights: { szPermil: 300, nrAccessesPermil: 300, agePermil: 7 },
    goals: [
      { metric: "node_mem_used_bp", targetValue: 9970, nid: 1 },
      { metric: "some_mem_psi_us", targetValue: 10_000 },
      { metric: "user_input", targetValue: 100, currentValue: 50 },
    ],
  });
  assert.deepEqual(watermarks, {
    metric: "free_mem_rate",
    intervalUs: 5_000_000,
    highPermil: 500,
    midPermil: 400,
    lowPermil: 200,
  });
});

Deno.test("parseKdamonds takes access patterns of the Python damo in percent and time, and in counts", async () => {
  const patternOf = async (nr_accesses: object, age: object) =>
    (await schemeOf({ access_pattern: { sz_bytes: { min: "min", max: "min" }, nr_accesses, age } })).accessPattern;
  assert.deepEqual(await patternOf({ min: 25, max: "50%" }, { min: "1s", max: 2_000_000 }), {
    szBytes: { min: 0, max: 0 },
    nrAccesses: { min: 5, max: 10 },
    age: { min: 10, max: 20 },
  });
  assert.deepEqual(
    await patternOf({ min: "3 samples", max: "max samples" }, { min: "13 aggr_intervals", max: "20 aggr_intervals" }),
    {
      szBytes: { min: 0, max: 0 },
      nrAccesses: { min: 3, max: 2 ** 64 },
      age: { min: 13, max: 20 },
    },
  );
});

Deno.test("parseKdamonds takes filters of the Python damo, old names of their keys too", async () => {
  const { filters } = await schemeOf({
    filters: [
      { filter_type: "anon", matching: "yes", memcg_path: "" },
      { filter_type: "young", matching: false, filter_pass: true },
      { filter_type: "memcg", matching: "Y", allow: "n", memcg_path: "/a/b" },
      { filter_type: "addr", matching: true, address_range: { start: "4K", end: "1,048,576" }, memcg_path: null },
      { filter_type: "target", matching: true, damon_target_idx: "1" },
      { filter_type: "hugepage_size", matching: true, allow: true, hugepage_size: ["2.000 MiB", "max"] },
    ],
  });
  assert.deepEqual(filters, [
    { type: "anon", matching: true, allow: false },
    { type: "young", matching: false, allow: true },
    { type: "memcg", matching: true, allow: false, memcgPath: "/a/b" },
    { type: "addr", matching: true, allow: false, start: 4096, end: 2 ** 20 },
    { type: "target", matching: true, allow: false, targetIndex: 1 },
    { type: "hugepage_size", matching: true, allow: true, minBytes: 2 ** 21, maxBytes: 2 ** 64 },
  ]);
});

Deno.test("parseKdamonds names the place of what is wrong in a file of the Python damo", async () => {
  const refused = (what: Promise<unknown>, message: RegExp) => assert.rejects(what, { name: "SyntaxError", message });
  await refused(
    parse({ ops: "maddr", targets: [] }),
    /^x\.json:1:34: ops must be vaddr, fvaddr or paddr, not "maddr"$/,
  );
  await refused(parse({ ops: "vaddr" }), /a context needs targets, and has only ops$/);
  await refused(parse(context({ intervals: { sample_us: "5 x" } })), /sample_us must be a time, not "5 x"$/);
  await refused(schemeOf({ action: "foo" }), /action must be willneed, .* or stat, not "foo"$/);
  await refused(
    schemeOf({ filters: [{ filter_type: "memcg", matching: true }] }),
    /a filter of memcg needs memcg_path$/,
  );
  await refused(
    schemeOf({ access_pattern: { nr_accesses: { min: "x", max: "max" } } }),
    /min and max must be access rates, as 5 % or 3 samples, not "x" and "max"$/,
  );
  await refused(
    parse(context({ sample_control: { primitives_enabled: {}, sample_filters: [{ filter_type: "write" }] } })),
    /sample_filters must be empty: damo knows no kernel that has them$/,
  );
});

Deno.test("formatKdamondsJson has every key that the Python damo must find", () => {
  const kdamonds = [{
    contexts: [{
      operations: "paddr" as const,
      intervals: DEFAULT_INTERVALS,
      nrRegions: DEFAULT_NR_REGIONS,
      targets: [{ regions: [{ start: 2 ** 32, end: 2 ** 64 }] }],
      probes: [{ filters: [{ type: "anon" as const, matching: true, allow: true }] }],
    }],
  }];
  assert.deepEqual(JSON.parse(formatKdamondsJson(kdamonds, { omitDefaults: true })), {
    kdamonds: [{
      contexts: [{
        ops: "paddr",
        targets: [{ pid: null, obsolete: false, regions: [{ start: "4294967296", end: "max" }] }],
        probes: [{ filters: [{ filter_type: "anon", matching: true, allow: true, path: null }] }],
      }],
    }],
  });
  assert.deepEqual(JSON.parse(formatKdamondsJson(kdamonds, { raw: true })).kdamonds[0].contexts[0].intervals, {
    sample_us: "5000",
    aggr_us: "100000",
    ops_update_us: "1000000",
  });
});

Deno.test("formatSchemesJson takes percent and times only where the Python damo reads the same counts", async () => {
  const scheme = (min: number, max: number): Scheme => ({
    action: "stat",
    accessPattern: { szBytes: { min: 0, max: 4096 }, nrAccesses: { min, max }, age: { min: 3, max: 2 ** 64 } },
  });
  const patternOf = (scheme: Scheme, intervals = DEFAULT_INTERVALS) =>
    JSON.parse(formatSchemesJson([scheme], intervals))[0].access_pattern;
  assert.deepEqual(patternOf(scheme(1, 7)), {
    sz_bytes: { min: "0", max: "4K" },
    nr_accesses: { min: "5 %", max: "35 %" },
    age: { min: "300ms", max: "max" },
  });
  // 29 % is 28.999999999999996 there, which is cut to 28.
  const hundred = { sampleUs: 1000, aggrUs: 100_000, updateUs: 1e6 };
  assert.deepEqual(patternOf(scheme(29, 2 ** 64), hundred).nr_accesses, { min: "29 samples", max: "max samples" });
  const odd = { sampleUs: 3000, aggrUs: 100_001, updateUs: 1e6 };
  assert.deepEqual(patternOf(scheme(1, 2), odd), {
    sz_bytes: { min: "0", max: "4K" },
    nr_accesses: { min: "1 samples", max: "2 samples" },
    age: { min: "3 aggr_intervals", max: "max aggr_intervals" },
  });
  assert.deepEqual(await parseSchemes(formatSchemesJson([scheme(1, 2)], odd), "x", odd), [scheme(1, 2)]);
});

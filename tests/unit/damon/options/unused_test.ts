import assert from "assert";
import type { DamonOptions } from "../../../../damon/options/option_reader.ts";
import type { Kdamond } from "../../../../damon/mod.ts";
import { kdamondsOf } from "../../../../damon/options/options.ts";

const PADDR = { target: "paddr", ramRanges: () => [], nodeRanges: () => [] } as const;
const REFUSED: [string, DamonOptions, RegExp, (typeof PADDR | { target: { pid: number } })?][] = [
  ["--pause_ctx of a context that is not there", { pause_ctx: [["3"]] }, /no context 3/],
  ["--numa_node with a process", { numa_node: [["0"]] }, /needs paddr/, { target: { pid: 1 } }],
  ["--numa_node with --regions", { numa_node: [["0"]], regions: [["4G-6G"]] }, /use one/],
  ["--sample_primitives of another name", { sample_primitives: [["page_tabel"]] }, /"page_tabel"/],
  ["--probe_weights without probes", { probe_weights: [["3"]] }, /no probes/],
  ["--nr_probes without probes", { nr_probes: [["2"]] }, /no probes/],
  ["--nr_schemes without schemes", { nr_schemes: [["1"]] }, /there are 0 schemes/],
  ["--damos_nr_filters without filters", { damos_action: [["stat"]], damos_nr_filters: [["1"]] }, /no damos_filter/],
  [
    "--damos_nr_quota_goals without goals",
    { damos_action: [["stat"]], damos_nr_quota_goals: [["1"]] },
    /no damos_quota_goal/,
  ],
  [
    "--damos_quota_fail_charge_ratio over 0",
    { damos_action: [["stat"]], damos_quota_fail_charge_ratio: [["1", "0"]] },
    /denominator/,
  ],
];

for (const [what, options, message, surroundings] of REFUSED) {
  Deno.test(`kdamondsOf refuses ${what}: nothing asked for is left out in silence`, () => {
    assert.throws(() => kdamondsOf(options, surroundings ?? PADDR), message);
  });
}

Deno.test("kdamondsOf takes counts of zero where there is nothing to count", () => {
  const options = { damos_action: [["stat"]], damos_nr_filters: [["0"]], nr_schemes: [["1"]] };
  assert.strictEqual(kdamondsOf(options, PADDR)[0].contexts[0].schemes?.length, 1);
});

Deno.test("kdamondsOf takes filters and goals of running schemes away where none are asked for", () => {
  const before = kdamondsOf({
    damos_action: [["pageout"]],
    damos_filter: [["reject", "anon"]],
    damos_quota_space: [["1M"]],
    damos_quota_interval: [["1s"]],
    damos_quota_goal: [["user_input", "100", "80"]],
  }, PADDR);
  const options = { damos_nr_filters: [["0"]], damos_nr_quota_goals: [["0"]] };
  const [scheme] = kdamondsOf(options, {}, before)[0].contexts[0].schemes ?? [];
  assert.deepEqual(scheme.filters, []);
  assert.deepEqual(scheme.quotas?.goals ?? [], []);
  assert.equal(scheme.quotas?.szBytes, 1 << 20);
});

Deno.test("kdamondsOf keeps what --damos_quotas does not say of a running scheme's quota, and has a new one for all time", () => {
  const quotas = (options: Parameters<typeof kdamondsOf>[0], before?: Kdamond[]) =>
    kdamondsOf(options, before ? {} : PADDR, before)[0].contexts[0].schemes![0].quotas!;
  const action = { damos_action: [["pageout"]] };
  const before = kdamondsOf({ ...action, damos_quotas: [["5ms", "7M", "2s", "1", "2", "3"]] }, PADDR);
  const { timeMs, szBytes, resetIntervalMs, weights } = quotas({ damos_quotas: [["9ms"]] }, before);
  assert.deepEqual([timeMs, szBytes, resetIntervalMs], [9, 7 << 20, 2000]);
  assert.deepEqual(weights, { szPermil: 1, nrAccessesPermil: 2, agePermil: 3 });
  const alone = quotas({ ...action, damos_quotas: [["9ms"]] });
  assert.deepEqual([alone.szBytes, alone.resetIntervalMs, alone.weights.agePermil], [0, 0xffff_ffff, 0]);
});

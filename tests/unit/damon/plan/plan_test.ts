import assert from "assert";
import { planOf } from "../../../../damon/mod.ts";

Deno.test("planOf writes counts before what they make room for, and addresses in full", () => {
  const writes = planOf({
    contexts: [{
      operations: "fvaddr",
      intervals: { sampleUs: 5000, aggrUs: 100_000, updateUs: 1_000_000 },
      nrRegions: { min: 10, max: 1000 },
      targets: [{ pid: 42, regions: [{ start: 4096, end: 2 ** 63 + 4096 }] }, {
        pid: 43,
        regions: [{ start: 0, end: 2 ** 64 }],
      }],
    }],
  }, 3);
  assert.deepEqual(
    writes.map(({ path, text }) => `${path} ${text}`),
    [
      "3/contexts/nr_contexts 1",
      "3/contexts/0/operations fvaddr",
      "3/contexts/0/monitoring_attrs/intervals/sample_us 5000",
      "3/contexts/0/monitoring_attrs/intervals/aggr_us 100000",
      "3/contexts/0/monitoring_attrs/intervals/update_us 1000000",
      "3/contexts/0/monitoring_attrs/nr_regions/min 10",
      "3/contexts/0/monitoring_attrs/nr_regions/max 1000",
      "3/contexts/0/targets/nr_targets 2",
      "3/contexts/0/targets/0/pid_target 42",
      "3/contexts/0/targets/0/regions/nr_regions 1",
      "3/contexts/0/targets/0/regions/0/start 4096",
      "3/contexts/0/targets/0/regions/0/end 9223372036854779904",
      "3/contexts/0/targets/1/pid_target 43",
      "3/contexts/0/targets/1/regions/nr_regions 1",
      "3/contexts/0/targets/1/regions/0/start 0",
      "3/contexts/0/targets/1/regions/0/end 18446744073709551615",
    ],
  );
});

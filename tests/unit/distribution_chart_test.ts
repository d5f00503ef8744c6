import assert from "assert";
import { type Distribution, distributionSpec, percentileRange } from "../../report/mod.ts";

const SECONDS: Distribution = {
  name: "",
  timesNs: Float64Array.of(0, 1e9, 2e9),
  values: Float64Array.of(5, 9, 7),
};

const specOf = (sortBy: "size" | "time", samples?: string) =>
  distributionSpec({
    title: "Memory in use",
    figure: { name: "bytes", title: "memory in use", description: "bytes in use", kind: "bytes" },
    parts: [SECONDS],
    percentiles: percentileRange([0, 101, 1]),
    sortBy,
    caption: [],
    ...(samples !== undefined && { samples }),
  }) as unknown as {
    layer: { data: { values: Record<string, number>[] }; encoding: Record<string, { stack?: null; axis?: unknown }> }[];
  };

Deno.test("distributionSpec over time has each value once, however many percentiles it is", () => {
  const { layer: [line] } = specOf("time");
  assert.deepEqual(line.data.values.map(({ time_s, bytes }) => [time_s, bytes]), [[0, 5], [1, 9], [2, 7]]);
});

Deno.test("distributionSpec puts no value on another one, and says what the percentiles are of", () => {
  const { layer: [line] } = specOf("size", "samples");
  assert.equal(line.data.values.length, 101);
  assert.equal(line.encoding.y.stack, null);
  assert.match(JSON.stringify(line.encoding.x.axis), /percentile of the samples/);
});

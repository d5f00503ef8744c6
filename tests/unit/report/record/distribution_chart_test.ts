import assert from "assert";
import { type Distribution, distributionSpec, percentileRange } from "../../../../report/mod.ts";

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

Deno.test("distributionSpec draws a snapshot's figure before its end, and that of a sample after its moment", () => {
  const markOf = (sortBy: "size" | "time", samples?: string) => JSON.stringify(specOf(sortBy, samples).layer[0]);
  assert.match(markOf("time"), /"step-before"/);
  assert.match(markOf("time", "samples"), /"step-after"/);
  assert.match(markOf("size"), /"step-after"/);
});

Deno.test("distributionSpec writes no mean over another one", () => {
  const parts = [100, 101, 1000].map((value) => ({ ...SECONDS, name: `${value}`, values: Float64Array.of(value) }));
  const { layer } = distributionSpec({
    title: "Memory in use",
    figure: { name: "bytes", title: "memory in use", description: "bytes in use", kind: "bytes" },
    parts,
    percentiles: [0, 100],
    sortBy: "size",
    caption: [],
  }) as unknown as { layer: { data: { values: { mean: number; label: number }[] } }[] };
  const { values } = layer.at(-1)!.data;
  assert.deepEqual(values.map(({ mean }) => mean), [100, 101, 1000]);
  assert.deepEqual(values.map(({ label }) => Math.round(label)), [100, 144, 1000]);
});

import assert from "assert";
import { ratioOfPairs } from "../bench/ratio_of_pairs.ts";

Deno.test("ratioOfPairs finds a slowdown of 2 % in windows that differ by 20 %", () => {
  const those = Array.from({ length: 200 }, (_, i) => 100 + (i * 37) % 21);
  // Each differs by up to 4 % from the one beside it, besides.
  const { ratio, low, high } = ratioOfPairs(those.map((value, i) => value * (0.96 + (i % 5) / 100)), those);
  assert.ok(Math.abs(ratio - 0.98) < 1e-9, `${ratio}`);
  assert.ok(low <= ratio && ratio <= high && high < 1, `${low} to ${high}`);
});

Deno.test("ratioOfPairs leaves open what chance explains", () => {
  const { low, high } = ratioOfPairs([90, 110, 95, 105, 100], [105, 95, 100, 90, 110]);
  assert.ok(low < 1 && high > 1, `${low} to ${high}`);
});

Deno.test("ratioOfPairs refuses what is no pairs", () => {
  assert.throws(() => ratioOfPairs([], []), RangeError);
  assert.throws(() => ratioOfPairs([1], [1, 2]), RangeError);
});

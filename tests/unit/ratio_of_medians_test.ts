import assert from "assert";
import { ratioOfMedians } from "../bench/ratio_of_medians.ts";

Deno.test("ratioOfMedians finds a slowdown of 2 % in windows that differ by 20 %", () => {
  const those = Array.from({ length: 200 }, (_, i) => 100 + (i * 37) % 21);
  const { ratio, low, high } = ratioOfMedians(those.map((value) => value * 0.98), those);
  assert.ok(Math.abs(ratio - 0.98) < 1e-9, `${ratio}`);
  assert.ok(low < 1 && low <= ratio && ratio <= high && high < 1, `${low} to ${high}`);
});

Deno.test("ratioOfMedians leaves open what chance explains", () => {
  const { low, high } = ratioOfMedians([90, 110, 95, 105, 100], [105, 95, 100, 90, 110]);
  assert.ok(low < 1 && high > 1, `${low} to ${high}`);
});

Deno.test("ratioOfMedians refuses what is no pairs", () => {
  assert.throws(() => ratioOfMedians([], []), RangeError);
  assert.throws(() => ratioOfMedians([1], [1, 2]), RangeError);
});

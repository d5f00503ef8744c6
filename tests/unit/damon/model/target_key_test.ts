import assert from "assert";
import { keyOf, seriesKeyOf } from "../../../../damon/mod.ts";

Deno.test("keyOf tells targets apart at the bounds of numbers and beyond, and seriesKeyOf their schemes", () => {
  const all = [0, 1, 7, 2 ** 22 - 1, 2 ** 22, 2 ** 32, -1].flatMap((kdamond) =>
    [0n, 1n, 2n ** 31n - 1n, 2n ** 31n, 0xffff_8881_0000_0000n].map((targetId) => ({ kdamond, targetId }))
  );
  assert.equal(new Set(all.map(keyOf)).size, all.length);
  assert.deepEqual(all.map(keyOf), all.map((one) => keyOf({ ...one })));
  const series = all.flatMap((one) => [one, { ...one, scheme: { index: 0 } }, { ...one, scheme: { index: 1 } }]);
  assert.equal(new Set(series.map(seriesKeyOf)).size, series.length);
});

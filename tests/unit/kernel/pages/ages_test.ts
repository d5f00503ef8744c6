import assert from "assert";
import { Regions } from "../../../../damon/mod.ts";
import { PagesAges } from "../../../../kernel/pages/ages.ts";

/** A snapshot of regions `[start, end, nrAccesses, age]`, with 10 samples of `sampleUs` each. */
function seen(sampleUs: number, ...rows: [number, number, number, number][]) {
  const regions = Regions.from(rows.map(([start, end, nrAccesses, age]) => ({ start, end, nrAccesses, age })));
  return { regions, sampleUs, aggrUs: 10 * sampleUs };
}
const agesOf = ({ regions }: { regions: Regions }) => [...regions.age];

Deno.test("PagesAges keeps the time that memory was idle, or in use, across a change of how it is looked at", () => {
  const ages = new PagesAges();
  ages.change();
  const before = seen(10_000, [0, 100, 0, 19], [100, 200, 10, 5], [200, 300, 0, 3]);
  ages.complete(before, 19);
  assert.deepEqual(agesOf(before), [19, 5, 3]);
  ages.change();
  const after = seen(20_000, [0, 100, 0, 40], [100, 200, 10, 0], [200, 300, 4, 0]);
  ages.complete(after, 0);
  assert.deepEqual(agesOf(after), [20, 6, 0], "what is accessed otherwise than before begins anew");
  const next = seen(20_000, [0, 100, 0, 41], [100, 200, 10, 1], [200, 300, 4, 0]);
  ages.complete(next, 1);
  assert.deepEqual(agesOf(next), [21, 7, 0]);
  const changed = seen(20_000, [0, 100, 1, 0], [100, 200, 10, 2], [200, 300, 4, 1]);
  ages.complete(changed, 2);
  assert.deepEqual(agesOf(changed), [0, 8, 1], "what has changed since then has the age since that");
});

Deno.test("PagesAges gives a region over several the mean of their ages over its bytes, and new memory none", () => {
  const ages = new PagesAges();
  ages.complete(seen(10_000, [0, 100, 0, 9], [100, 400, 0, 1], [400, 500, 10, 9], [900, 1000, 0, 9]), 9);
  ages.change();
  const after = seen(10_000, [0, 400, 0, 0], [400, 500, 9, 0], [500, 900, 0, 0], [850, 1000, 0, 0]);
  ages.complete(after, 0);
  // (100 * 10 + 300 * 2) / 400; nine of ten accesses are as ten are; nothing was there; only what was there counts.
  assert.deepEqual(agesOf(after), [4, 10, 0, 10]);
});

Deno.test("PagesAges carries ages over several changes", () => {
  const ages = new PagesAges();
  ages.complete(seen(10_000, [0, 100, 0, 4]), 4);
  for (const [sampleUs, age] of [[50_000, 5], [10_000, 6]]) {
    ages.change();
    const next = seen(sampleUs, [0, 100, 0, 0]);
    ages.complete(next, 0);
    assert.deepEqual(agesOf(next), [age]);
  }
});

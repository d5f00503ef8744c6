import assert from "assert";
import fc from "../../../fast_check.ts";
import { type Region, Regions, type Snapshot } from "../../../../damon/mod.ts";
import { classOf, IdleFold, IdleTime } from "../../../../report/mod.ts";
import { PROCESS_HEADER } from "../../../memory_record.ts";

const rows = fc.array(
  fc.record({
    bytes: fc.integer({ min: 1, max: 1 << 20 }),
    nrAccesses: fc.integer({ min: 0, max: 2 }),
    age: fc.nat({ max: 2000 }),
  }),
  { minLength: 1, maxLength: 20 },
);

function snapshotOf(i: number, regions: { bytes: number; nrAccesses: number; age: number }[]): Snapshot {
  let start = 0;
  return {
    kdamond: 1,
    targetId: 0n,
    startNs: i * 1e8,
    endNs: (i + 1) * 1e8,
    sampleUs: 5000,
    aggrUs: 100_000,
    regions: Regions.from(regions.map(({ bytes, ...rest }): Region => ({ start, end: start += bytes, ...rest }))),
  };
}

Deno.test("IdleFold loses no byte: shares add up to all, in each part of the time and at the end", () => {
  fc.assert(
    fc.property(fc.array(rows, { minLength: 1, maxLength: 40 }), fc.integer({ min: 2, max: 9 }), (all, parts) => {
      const fold = new IdleFold(PROCESS_HEADER, { timeParts: parts });
      all.forEach((regions, i) => fold.add({ kind: "snapshot", snapshot: snapshotOf(i, regions) }));
      const report = fold.finish();
      const total = (regions: typeof all[number]) => regions.reduce((sum, { bytes }) => sum + bytes, 0);
      assert.equal(report.now.totalBytes, total(all.at(-1)!));
      const mean = all.reduce((sum, regions) => sum + total(regions), 0) / all.length;
      assert.ok(Math.abs(report.mean!.totalBytes! - mean) < 1e-6 * mean);
      for (const { distribution } of [...report.overTime, { distribution: report.now }]) {
        assert.ok(Math.abs(distribution.shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
      }
      assert.ok(report.overTime.length <= parts);
    }),
  );
});

Deno.test("a percentile of IdleFold is exceeded by no more memory than it says", () => {
  fc.assert(fc.property(rows, fc.nat({ max: 100 }), (regions, percentile) => {
    const fold = new IdleFold(PROCESS_HEADER);
    fold.add({ kind: "snapshot", snapshot: snapshotOf(0, regions) });
    const { percentilesNs } = fold.finish();
    const idle = regions.map(({ bytes, nrAccesses, age }) => ({ bytes, ns: (nrAccesses ? -1 : 1) * (age + 1) * 1e8 }));
    const total = idle.reduce((sum, { bytes }) => sum + bytes, 0);
    const above = idle.reduce((sum, { bytes, ns }) => sum + (ns > percentilesNs[percentile] ? bytes : 0), 0);
    const below = idle.reduce((sum, { bytes, ns }) => sum + (ns < percentilesNs[percentile] ? bytes : 0), 0);
    assert.ok(above * 100 <= total * (100 - percentile) + 1e-6);
    assert.ok(below * 100 <= total * percentile + 1e-6);
  }));
});

Deno.test("IdleTime has the same sums however often its parts have doubled", () => {
  const span = fc.record({
    from: fc.nat({ max: 5000 }),
    length: fc.integer({ min: 1, max: 300 }),
    bytes: fc.nat(1000),
  });
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 50 }), fc.integer({ min: 2, max: 9 }), (spans, most) => {
      const time = new IdleTime(1, most);
      // One target each: what one has is not mixed with what another has.
      spans.forEach(({ from, length, bytes }, i) => time.add(String(i), from, from + length, Float64Array.of(bytes)));
      const parts = time.parts();
      assert.ok(parts.length <= most);
      for (const { startNs, endNs, bytes } of parts) {
        const seen = spans.filter(({ from, length }) => from < endNs && from + length > startNs);
        const wanted = seen.reduce((sum, { bytes }) => sum + bytes, 0);
        assert.ok(Math.abs(bytes[0] - wanted) < 1e-6 * (wanted + 1), `${bytes[0]} is not ${wanted}`);
      }
    }),
  );
});

Deno.test("classOf puts an idle time above its lower edge and below its upper one", () => {
  const edges = [1, 5, 30];
  fc.assert(fc.property(fc.double({ min: -10, max: 100, noNaN: true }), (ns) => {
    const at = classOf(ns, edges);
    if (ns <= 0) return assert.equal(at, 0);
    assert.ok(ns >= (edges[at - 2] ?? 0) && ns < (edges[at - 1] ?? Infinity));
  }));
});

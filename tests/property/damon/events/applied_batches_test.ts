import assert from "assert";
import fc from "../../../fast_check.ts";
import { AppliedBatches, type AppliedRegions, type SchemeApplied } from "../../../../damon/mod.ts";

/** Looks of schemes at regions, region by region, as the kernel does it: each scheme takes some of them. */
const looks = fc.array(
  fc.record({
    target: fc.integer({ min: 0, max: 1 }),
    regions: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 6 }),
    isEnded: fc.boolean(),
  }),
  { maxLength: 12 },
);

Deno.test("AppliedBatches gives back every region once, by scheme and target, ascending in each batch, in the order of time", () => {
  fc.assert(fc.property(looks, fc.boolean(), (all, isKnown) => {
    const batches = new AppliedBatches();
    const sent: string[] = [];
    const got: AppliedRegions[] = [];
    let timeNs = 0;
    for (const { target, regions, isEnded } of all) {
      regions.forEach((schemes, page) => {
        for (let scheme = 0; scheme < 3; scheme++) {
          if (!(schemes >> scheme & 1)) continue;
          const event: SchemeApplied = {
            kdamond: 7,
            timeNs: ++timeNs,
            context: 0,
            scheme: isKnown ? scheme : undefined,
            targetId: isKnown ? BigInt(target) : undefined,
            region: { start: page * 8, end: page * 8 + 8, nrAccesses: schemes, age: timeNs },
            nrRegions: regions.length,
          };
          sent.push(`${event.scheme}/${event.targetId}/${page * 4096}/${timeNs}`);
          got.push(...batches.push(event, 512));
        }
      });
      if (isEnded) got.push(...batches.take(7));
      assert.deepEqual(batches.take(8), []);
    }
    got.push(...batches.take());
    const back = got.flatMap(({ scheme, targetId, startNs, endNs, regions }) => {
      assert.ok(regions.length > 0 && startNs === regions.age[0] && endNs === regions.age[regions.length - 1]);
      return [...regions].map(({ start, end, age }, i) => {
        assert.ok(end === start + 4096 && (i === 0 || regions.end[i - 1] <= start));
        return `${scheme}/${targetId}/${start}/${age}`;
      });
    });
    const byTime = (a: string, b: string) => Number(a.split("/")[3]) - Number(b.split("/")[3]);
    assert.deepEqual(back.sort(byTime), sent);
  }));
});

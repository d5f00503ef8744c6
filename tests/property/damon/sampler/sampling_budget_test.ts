import assert from "assert";
import fc from "../../../fast_check.ts";
import { SamplingBudget } from "../../../../damon/mod.ts";

Deno.test("SamplingBudget holds the cost that it was told to the budget, whatever came before", () => {
  const costs = fc.array(fc.tuple(fc.double({ min: 1, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 50 })), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(fc.property(
    costs,
    fc.integer({ min: 1, max: 100_000 }),
    fc.integer({ min: 1, max: 100 }),
    fc.double({ min: 0.001, max: 1, noNaN: true }),
    fc.integer({ min: 1, max: 20 }),
    (costs, sampleUs, wished, maxOverhead, minSamples) => {
      const intervals = { sampleUs, aggrUs: sampleUs * wished };
      const budget = new SamplingBudget({ intervals, maxOverhead, minSamples });
      for (const [each, samples] of costs) {
        budget.note(each * samples, samples);
        const now = budget.inForce();
        // To a rounding error.
        assert.ok(each / now.sampleUs <= maxOverhead * 1.000001);
        assert.ok(now.sampleUs >= sampleUs);
        assert.equal(now.aggrUs, now.samples * now.sampleUs);
        assert.ok(now.samples >= Math.min(wished, minSamples) && now.samples <= wished);
        // It is stretched by no more than whole parts of a second, two digits above it, and the slow way back ask for.
        const worst = Math.max(...costs.map(([cost]) => cost));
        assert.ok(now.sampleUs <= Math.max(sampleUs, worst / maxOverhead * 1.125 * 2 + 1));
      }
    },
  ));
});

Deno.test("SamplingBudget keeps few samples in an interval rather than make it longer than it may get", () => {
  const intervals = { sampleUs: 5_000, aggrUs: 100_000 };
  const of = (costUs: number) => {
    const budget = new SamplingBudget({ intervals, maxOverhead: 0.02, minSamples: 5, longestAggrUs: 1e6 });
    budget.note(costUs, 1);
    return budget.inForce();
  };
  assert.deepEqual(of(2_000), { sampleUs: 125_000, aggrUs: 625_000, samples: 5 });
  assert.deepEqual(of(8_000), { sampleUs: 500_000, aggrUs: 1_000_000, samples: 2 });
  assert.deepEqual(of(20_000), { sampleUs: 1_200_000, aggrUs: 1_200_000, samples: 1 });
  assert.deepEqual(of(10), { sampleUs: 5_000, aggrUs: 100_000, samples: 20 });
  const budget = new SamplingBudget({ intervals, maxOverhead: 0.02, minSamples: 5, longestAggrUs: 1e6 });
  budget.note(2_000, 1);
  budget.minSamples = 2;
  assert.deepEqual(budget.inForce(), { sampleUs: 125_000, aggrUs: 250_000, samples: 2 });
});

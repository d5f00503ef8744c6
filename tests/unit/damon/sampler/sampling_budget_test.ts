import assert from "assert";
import { SamplingBudget } from "../../../../damon/mod.ts";

const intervals = { sampleUs: 5_000, aggrUs: 100_000 };

Deno.test("SamplingBudget leaves the intervals as they are wished for while they cost little", () => {
  const budget = new SamplingBudget({ intervals, maxOverhead: 0.02, minSamples: 5 });
  budget.note(20 * 90, 20);
  assert.deepEqual(budget.inForce(), { sampleUs: 5_000, aggrUs: 100_000, samples: 20 });
  assert.equal(budget.isStretched, false);
});

Deno.test("SamplingBudget stretches the sampling interval, with fewer samples in the same aggregation interval", () => {
  const budget = new SamplingBudget({ intervals, maxOverhead: 0.02, minSamples: 5 });
  budget.note(200, 1);
  assert.deepEqual(budget.inForce(), { sampleUs: 11_364, aggrUs: 90_912, samples: 8 });
  assert.equal(budget.isStretched, true);
});

Deno.test("SamplingBudget keeps minSamples, by stretching the aggregation interval too", () => {
  const budget = new SamplingBudget({ intervals, maxOverhead: 0.02, minSamples: 5 });
  budget.note(1_000, 1);
  assert.deepEqual(budget.inForce(), { sampleUs: 58_824, aggrUs: 294_120, samples: 5 });
});

Deno.test("SamplingBudget never takes more samples than are wished for", () => {
  const few = { sampleUs: 5_000, aggrUs: 10_000 };
  const budget = new SamplingBudget({ intervals: few, maxOverhead: 0.02, minSamples: 5 });
  assert.equal(budget.inForce().samples, 2);
  budget.note(1_000, 1);
  assert.deepEqual(budget.inForce(), { sampleUs: 58_824, aggrUs: 117_648, samples: 2 });
});

Deno.test("SamplingBudget goes back when sampling gets cheaper, and rests on small changes", () => {
  const budget = new SamplingBudget({ intervals, maxOverhead: 0.02, minSamples: 5 });
  budget.note(1_000, 1);
  const { sampleUs } = budget.inForce();
  for (const cost of [1_050, 980, 1_040, 900]) budget.note(cost, 1);
  assert.equal(budget.inForce().sampleUs, sampleUs);
  budget.note(10, 1);
  assert.ok(budget.inForce().sampleUs > 5_000, "one cheap sample may be an accident");
  for (let i = 0; i < 30; i++) budget.note(10, 1);
  assert.deepEqual(budget.inForce(), { sampleUs: 5_000, aggrUs: 100_000, samples: 20 });
  budget.note(1_000, 1);
  budget.reset(10);
  assert.equal(budget.inForce().sampleUs, 5_000);
});

Deno.test("SamplingBudget looks no more often than accesses may be lost, whatever it may spend", () => {
  const at = (maxOverhead: number) => {
    const budget = new SamplingBudget({ intervals, maxOverhead, minSamples: 2, maxLost: 0.02 });
    budget.note(2_000, 1, 1_000);
    return budget.inForce().sampleUs;
  };
  assert.deepEqual([0.02, 0.1, 0.3].map(at), [125_000, 58_824, 58_824]);
  // Where that would be too seldom, it says how much is lost.
  const seldom = new SamplingBudget({ intervals, maxOverhead: 0.3, minSamples: 2, longestAggrUs: 1e6, maxLost: 0.02 });
  seldom.note(200_000, 1, 100_000);
  assert.ok(seldom.inForce().sampleUs >= 1e6 && seldom.inForce().sampleUs <= 1.2e6);
  assert.ok(seldom.lostShare > 0.08 && seldom.lostShare <= 0.1);
});

Deno.test("SamplingBudget refuses a budget of nothing, and one of more than a CPU", () => {
  for (const maxOverhead of [0, -1, 1.1, NaN]) {
    assert.throws(() => new SamplingBudget({ intervals, maxOverhead, minSamples: 5 }), RangeError);
  }
  assert.throws(() => new SamplingBudget({ intervals, maxOverhead: 0.1, minSamples: 0 }), RangeError);
});

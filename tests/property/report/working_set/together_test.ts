import assert from "assert";
import fc from "../../../fast_check.ts";
import type { WorkingSetSample } from "../../../../report/working_set/working_set.ts";
import { togetherOf } from "../../../../report/working_set/together.ts";

/** Windows of one target, one after the other, with gaps. */
const windows = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 3 }),
    long: fc.integer({ min: 1, max: 5 }),
    bytes: fc.integer({ min: 0, max: 100 }),
    resident: fc.option(fc.integer({ min: 100, max: 200 }), { nil: undefined }),
    shared: fc.dictionary(fc.constantFrom("a", "b"), fc.integer({ min: 1, max: 50 })),
  }),
  { maxLength: 6 },
).map((all) => {
  let now = 0;
  return all.map(({ gap, long, bytes, resident, shared }): WorkingSetSample => {
    const startNs = now + gap;
    now = startNs + long;
    return {
      ...{ startNs, endNs: now, bytes: bytes + 100, lowBytes: bytes, highBytes: bytes + 150, variance: bytes },
      ...(resident !== undefined && { residentBytes: resident }),
      shared: new Map(Object.entries(shared)),
    };
  });
});

/** What is touched at a moment, one sample after the other. */
function sumAt(samples: readonly WorkingSetSample[]) {
  const keys = new Set(samples.flatMap(({ shared }) => [...shared!.keys()]));
  let twice = 0;
  for (const key of keys) {
    const parts = samples.map(({ shared }) => shared!.get(key) ?? 0);
    twice += parts.reduce((a, b) => a + b) - Math.max(...parts);
  }
  const sum = (of: (one: WorkingSetSample) => number) => samples.reduce((all, one) => all + of(one), 0);
  return [
    sum(({ bytes }) => bytes) - twice,
    Math.max(0, sum(({ lowBytes }) => lowBytes) - twice),
    sum(({ highBytes }) => highBytes),
    sum(({ variance }) => variance),
    samples.some(({ residentBytes }) => residentBytes === undefined) ? undefined : sum((one) => one.residentBytes!),
  ];
}

Deno.test("the working set of several targets is at each moment the sum of theirs, what they share counted once", () => {
  fc.assert(fc.property(fc.array(windows, { minLength: 2, maxLength: 5 }), (all) => {
    const courses = all.map((samples) => ({ wantedNs: 1, method: "exact" as const, samples }));
    if (courses.filter(({ samples }) => samples.length > 0).length < 2) return;
    const { samples } = togetherOf(courses, 1);
    for (let ns = 0; ns < 50; ns++) {
      const there = all.flat().filter(({ startNs, endNs }) => startNs <= ns && ns < endNs);
      const found = samples.filter(({ startNs, endNs }) => startNs <= ns && ns < endNs);
      assert.equal(found.length, there.length > 0 ? 1 : 0, `at ${ns}`);
      if (found.length === 0) continue;
      const { bytes, lowBytes, highBytes, variance, residentBytes } = found[0];
      assert.deepEqual([bytes, lowBytes, highBytes, variance, residentBytes], sumAt(there), `at ${ns}`);
    }
  }));
});

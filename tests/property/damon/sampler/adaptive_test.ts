import assert from "assert";
import fc from "../../../fast_check.ts";
import { AdaptiveRegions, rangesOf } from "../../../../damon/sampler/adaptive.ts";
import type { AddressRange } from "../../../../damon/model/kdamond.ts";

const PAGE = 4096;

/** Ascending page-aligned ranges with gaps between them. */
const ranges = fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 5000 })), {
  minLength: 1,
  maxLength: 8,
})
  .map((steps) => {
    let at = PAGE;
    return steps.map(([gap, length]): AddressRange => {
      const start = at + gap * PAGE;
      at = start + length * PAGE;
      return { start, end: at };
    });
  });

const bytesOf = (all: readonly AddressRange[]) => all.reduce((sum, { start, end }) => sum + end - start, 0);

function seeded(seed: number): () => number {
  return () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
}

Deno.test("AdaptiveRegions cover their ranges exactly, within their bounds, whatever is accessed", () => {
  fc.assert(
    fc.property(
      fc.array(ranges, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 3, max: 30 }),
      fc.integer({ min: 0, max: 100 }),
      fc.nat(),
      fc.integer({ min: 1, max: 20 }),
      (epochs, min, more, seed, samples) => {
        const max = min + more;
        const random = seeded(seed);
        const regions = new AdaptiveRegions({ nrRegions: { min, max }, pageBytes: PAGE, random });
        for (const epoch of epochs) {
          regions.setRanges(epoch);
          for (let round = 0; round < 3; round++) {
            for (let s = 0; s < samples; s++) {
              const pages = regions.pick();
              for (const page of pages) {
                assert.equal(page % PAGE, 0);
                assert.ok(epoch.some(({ start, end }) => start <= page && page < end));
              }
              regions.note(pages.map(() => random() < 0.4 ? 1 : 0));
            }
            const snapshot = [...regions.aggregate()];
            assert.equal(bytesOf(snapshot), bytesOf(epoch));
            snapshot.forEach((region, i) => {
              assert.ok(region.start < region.end && region.start % PAGE === 0 && region.end % PAGE === 0);
              assert.ok(epoch.some(({ start, end }) => start <= region.start && region.end <= end));
              assert.ok(region.nrAccesses <= samples);
              if (i > 0) assert.ok(snapshot[i - 1].end <= region.start);
            });
            // Ranges cannot be merged across gaps, nor regions above the size that keeps `min` of them.
            assert.ok(snapshot.length <= Math.max(max, 2 * min + 2 * epoch.length), `${snapshot.length}`);
            assert.ok(regions.length <= Math.max(3 * snapshot.length, max));
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("AdaptiveRegions find a hot spot of a tenth of the memory, and its age grows", () => {
  const random = seeded(7);
  const regions = new AdaptiveRegions({ nrRegions: { min: 10, max: 200 }, pageBytes: PAGE, random });
  regions.setRanges([{ start: 0, end: 10_000 * PAGE }]);
  const isHot = (address: number) => address >= 3000 * PAGE && address < 4000 * PAGE;
  let snapshot = regions.aggregate();
  for (let round = 0; round < 60; round++) {
    for (let s = 0; s < 20; s++) regions.note(regions.pick().map((page) => isHot(page) ? 1 : 0));
    snapshot = regions.aggregate();
  }
  const all = [...snapshot];
  const hot = all.filter(({ nrAccesses }) => nrAccesses >= 10);
  const right = hot.reduce(
    (sum, { start, end }) => sum + Math.max(0, Math.min(end, 4000 * PAGE) - Math.max(start, 3000 * PAGE)),
    0,
  );
  assert.ok(right / (1000 * PAGE) > 0.9, "recall");
  assert.ok(right / bytesOf(hot) > 0.9, "precision");
  assert.ok(all.filter(({ nrAccesses }) => nrAccesses === 0).some(({ age }) => age! > 20));
});

Deno.test("rangesOf closes the smallest gaps first", () => {
  const mappings = [
    { start: 0, end: 10 },
    { start: 10, end: 20 },
    { start: 25, end: 30 },
    { start: 100, end: 110 },
    { start: 1000, end: 1001 },
  ];
  assert.deepEqual(rangesOf(mappings, 3), [{ start: 0, end: 30 }, { start: 100, end: 110 }, {
    start: 1000,
    end: 1001,
  }]);
  assert.deepEqual(rangesOf(mappings, 1), [{ start: 0, end: 1001 }]);
  assert.equal(rangesOf(mappings, 9).length, 4);
  assert.deepEqual(rangesOf([], 3), []);
});

Deno.test("AdaptiveRegions.add of counts is the same as that many notes, and bounds are where pick picks", () => {
  fc.assert(fc.property(ranges, fc.nat(), fc.integer({ min: 1, max: 20 }), (all, seed, samples) => {
    const [one, other] = [0, 1].map(() => {
      const regions = new AdaptiveRegions({ nrRegions: { min: 10, max: 40 }, pageBytes: PAGE, random: seeded(seed) });
      regions.setRanges(all);
      return regions;
    });
    const random = seeded(seed + 1);
    for (let round = 0; round < 3; round++) {
      const { start, end } = other.bounds();
      const counts = new Uint32Array(other.length);
      for (let s = 0; s < samples; s++) {
        const accessed = Array.from(counts, () => random() < 0.5 ? 1 : 0);
        accessed.forEach((each, i) => counts[i] += each);
        one.note(accessed);
      }
      one.pick().forEach((page, i) => assert.ok(one.length !== other.length || start[i] <= page && page < end[i]));
      // pick draws random numbers, so that the other one has to as well.
      other.pick();
      other.add(counts, new Uint32Array(counts.length).fill(samples), samples);
      assert.deepEqual([...one.aggregate()], [...other.aggregate()]);
    }
    const more = new Uint32Array(other.length + 1);
    assert.throws(() => other.add(more, more, 1), RangeError);
  }));
});

Deno.test("AdaptiveRegions.aggregate takes a changed number of samples for no change of the accesses", () => {
  const regions = new AdaptiveRegions({ nrRegions: { min: 3, max: 10 }, pageBytes: PAGE, random: seeded(1) });
  regions.setRanges([{ start: 0, end: 100 * PAGE }]);
  const ages = [20, 20, 5, 40].map((samples) => {
    const all = new Uint32Array(regions.length).fill(samples);
    regions.add(all, all, samples);
    return new Set(regions.aggregate().age);
  });
  assert.deepEqual(ages, [new Set([0]), new Set([1]), new Set([2]), new Set([3])]);
});

Deno.test("AdaptiveRegions have a region for each range at least, none of two ranges, and call nothing never accessed that was", () => {
  const touching = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 50 })), {
    minLength: 1,
    maxLength: 40,
  }).map((steps) => {
    let at = PAGE;
    return steps.map(([gap, length]): AddressRange => {
      const start = at + gap * PAGE;
      at = start + length * PAGE;
      return { start, end: at };
    });
  });
  fc.assert(fc.property(fc.array(touching, { minLength: 1, maxLength: 3 }), fc.nat(), (epochs, seed) => {
    const random = seeded(seed);
    const regions = new AdaptiveRegions({ nrRegions: { min: 3, max: 20 }, pageBytes: PAGE, random });
    for (const all of epochs) {
      regions.setRanges(all);
      for (let round = 0; round < 4; round++) {
        const { start, end } = regions.bounds();
        const looks = Uint32Array.from(start, () => Math.floor(random() * 500));
        const hits = looks.map((most) => random() < 0.5 ? Math.min(most, 1) : Math.floor(random() * (most + 1)));
        const resident = Float64Array.from(
          start,
          (from, i) => Math.floor(random() * ((end[i] - from) / PAGE + 1)) * PAGE,
        );
        regions.add(hits, looks, 20);
        const snapshot = [...regions.aggregate(resident)];
        const { evidence } = regions;
        const rangeOf = ({ start }: AddressRange) =>
          all.findIndex((range) => range.start <= start && start < range.end);
        assert.equal(new Set(snapshot.map(rangeOf)).size, all.length);
        const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
        assert.equal(sum(evidence.residentBytes), sum(resident));
        assert.equal(sum(evidence.looks), sum(looks));
        const right = Array.from(resident, (bytes, i) => looks[i] ? hits[i] / looks[i] * bytes : 0);
        assert.ok(Math.abs(sum(evidence.usedBytes) - sum(right)) < 1);
        snapshot.forEach((region, i) => {
          assert.ok(region.end <= all[rangeOf(region)].end);
          const wasHit = hits.some((count, j) => count > 0 && start[j] >= region.start && end[j] <= region.end);
          assert.equal(region.nrAccesses > 0, wasHit);
          assert.ok(evidence.residentBytes[i] <= region.end - region.start);
          assert.ok(evidence.usedBytes[i] <= evidence.residentBytes[i] + 1e-6);
        });
      }
    }
  }));
});

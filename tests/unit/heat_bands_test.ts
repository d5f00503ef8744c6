import assert from "assert";
import { bandsOf } from "../../report/heat_bands.ts";

const MIB = 2 ** 20;
const segment = (start: number, end: number, heatNs: number) => ({
  start: start * MIB,
  end: end * MIB,
  heatNs,
  watchedNs: 1000,
});
const hottest = { drawRange: "hottest", maxBands: 6 } as const;
const inMib = (bands: { start: number; end: number }[]) => bands.map(({ start, end }) => [start / MIB, end / MIB]);

Deno.test("bandsOf cuts out what is idle and keeps a margin of it", () => {
  const bands = bandsOf([segment(0, 1000, 0), segment(1000, 1032, 500), segment(1032, 9000, 0)], hottest);
  assert.deepEqual(inMib(bands), [[999, 1033]]);
});

Deno.test("bandsOf joins hot ranges over a gap that is small beside them", () => {
  const near = [segment(0, 320, 500), segment(320, 330, 0), segment(330, 650, 500), segment(650, 9000, 0)];
  assert.equal(bandsOf(near, hottest).length, 1);
  const far = [segment(0, 320, 500), segment(320, 1200, 0), segment(1200, 1520, 500)];
  assert.equal(bandsOf(far, hottest).length, 2);
});

Deno.test("bandsOf leaves out a large area with a hundredth of the accesses", () => {
  const bands = bandsOf([segment(0, 64, 900), segment(64, 5000, 0), segment(5000, 5400, 1)], hottest);
  assert.deepEqual(inMib(bands), [[0, 66]]);
});

Deno.test("bandsOf keeps the bands with the most heat where there are too many", () => {
  const many = Array.from({ length: 20 }, (_, i) => segment(i * 10_000, i * 10_000 + 10, 100 + i));
  const bands = bandsOf(many, { ...hottest, maxBands: 3 });
  assert.deepEqual(bands.map(({ start }) => start / MIB / 10_000), [17, 18, 19]);
});

Deno.test("bandsOf draws all that was monitored where nothing was accessed, or all is asked for", () => {
  const idle = [segment(0, 10, 0), segment(5000, 5100, 0)];
  assert.deepEqual(inMib(bandsOf(idle, hottest)), [[0, 10], [5000, 5100]]);
  const mixed = [segment(0, 10, 900), segment(10, 5100, 0)];
  assert.deepEqual(inMib(bandsOf(mixed, { ...hottest, drawRange: "all" })), [[0, 5100]]);
});

Deno.test("bandsOf takes no margin where nothing was monitored", () => {
  assert.deepEqual(inMib(bandsOf([segment(100, 200, 5)], hottest)), [[100, 200]]);
});

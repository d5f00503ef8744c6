import assert from "assert";
import { bandsOf, scatteredBandsOf } from "../../../../report/heatmap/heat_bands.ts";

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

const piecesInMib = (bands: { start: number; end: number }[][]) => bands.map(inMib);

Deno.test("scatteredBandsOf draws hot ranges that are few as bandsOf does", () => {
  const two = [segment(0, 10, 500), segment(5000, 5010, 500)];
  assert.deepEqual(piecesInMib(scatteredBandsOf(two, hottest)), [[[0, 10]], [[5000, 5010]]]);
});

Deno.test("scatteredBandsOf leaves out ranges with few of the accesses rather than cut within bands", () => {
  const many = Array.from({ length: 8 }, (_, i) => segment(i * 10_000, i * 10_000 + 10, i < 6 ? 1000 : 20));
  assert.deepEqual(scatteredBandsOf(many, hottest).map(([{ start }]) => start / MIB / 10_000), [0, 1, 2, 3, 4, 5]);
});

Deno.test("scatteredBandsOf shows all of a scattered address space: gaps are cut out within bands, the largest between them", () => {
  const near = Array.from({ length: 20 }, (_, i) => segment(i * 100, i * 100 + 1, 500));
  const far = Array.from({ length: 20 }, (_, i) => segment(1e6 + i * 100, 1e6 + i * 100 + 1, 500));
  const bands = scatteredBandsOf([...near, ...far], { ...hottest, maxBands: 2 });
  assert.deepEqual(bands.map((ranges) => ranges.length), [20, 20]);
  assert.deepEqual(inMib(bands[1])[0], [1e6, 1e6 + 1]);
});

Deno.test("scatteredBandsOf gives no band to a range that is small, however far it is from others", () => {
  const many = Array.from({ length: 30 }, (_, i) => segment(i * i * 100, i * i * 100 + 10, 500));
  const bands = scatteredBandsOf([...many, segment(1e9, 1e9 + 1, 500)], { ...hottest, maxBands: 3 });
  assert.equal(bands.length, 3);
  assert.deepEqual(inMib(bands[2]).at(-1), [1e9, 1e9 + 1]);
  assert.ok(bands[2].length > 1);
});

Deno.test("scatteredBandsOf draws nothing that was not monitored, in whatever gap", () => {
  const many = Array.from({ length: 40 }, (_, i) => segment(i * 3, i * 3 + 1 + i % 2, i % 2 ? 0 : 500))
    .concat(Array.from({ length: 40 }, (_, i) => segment(1e6 + i * 1000, 1e6 + i * 1000 + 1, 500)));
  const watched = many.reduce((sum, { start, end }) => sum + end - start, 0);
  const drawn = scatteredBandsOf(many, hottest).flat();
  assert.ok(drawn.length > 40);
  assert.ok(drawn.reduce((sum, { start, end }) => sum + end - start, 0) <= watched);
});

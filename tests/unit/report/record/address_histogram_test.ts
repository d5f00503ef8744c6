import assert from "assert";
import { AddressHistogram } from "../../../../report/record/address_histogram.ts";

function add(
  histogram: AddressHistogram,
  start: number,
  end: number,
  ns: number,
  hot: [number, number, number][] = [],
) {
  const area = histogram.areaOf(start, end);
  area.addWatched(start, end, ns);
  for (const [from, to, heat] of hot) area.addHeat(from, to, heat);
}

Deno.test("AddressHistogram tells accessed from idle to the page", () => {
  const histogram = new AddressHistogram();
  add(histogram, 0x1000, 0x9000, 100, [[0x2000, 0x3000, 50]]);
  add(histogram, 0x1000, 0x9000, 100, [[0x2000, 0x4000, 10]]);
  assert.deepEqual(histogram.segments(), [
    { start: 0x1000, end: 0x2000, heatNs: 0, watchedNs: 200 },
    { start: 0x2000, end: 0x3000, heatNs: 60, watchedNs: 200 },
    { start: 0x3000, end: 0x4000, heatNs: 10, watchedNs: 200 },
    { start: 0x4000, end: 0x9000, heatNs: 0, watchedNs: 200 },
  ]);
});

Deno.test("AddressHistogram leaves out what lies between areas, however far they are apart", () => {
  const histogram = new AddressHistogram();
  add(histogram, 0x5555_0000_0000, 0x5555_0000_1000, 1);
  add(histogram, 0xffff_ffff_ff60_0000, 0xffff_ffff_ff60_1000, 1);
  assert.deepEqual(histogram.segments().map(({ start, end }) => [start, end]), [
    [0x5555_0000_0000, 0x5555_0000_1000],
    [0xffff_ffff_ff60_0000, 0xffff_ffff_ff60_1000],
  ]);
});

Deno.test("AddressHistogram keeps what it counted when an area grows to both sides", () => {
  const histogram = new AddressHistogram();
  add(histogram, 0x10_0000, 0x20_0000, 5, [[0x10_0000, 0x10_1000, 5]]);
  add(histogram, 0x8_0000, 0x18_0000, 5);
  add(histogram, 0x18_0000, 0x4000_0000, 5);
  const segments = histogram.segments();
  assert.equal(segments[0].start, 0x8_0000);
  assert.equal(segments.at(-1)!.end, 0x4000_0000);
  const heat = segments.reduce((sum, { start, end, heatNs }) => sum + (end - start) * heatNs, 0);
  const bin = 0x4000_0000 / 8192;
  assert.equal(heat, bin * 5, "one page was hot; it is widened to the larger area's bin");
});

Deno.test("AddressHistogram never loses a small hot range in a large area", () => {
  const histogram = new AddressHistogram();
  add(histogram, 0, 2 ** 46, 7, [[2 ** 45 + 0x5000, 2 ** 45 + 0x6000, 7]]);
  const hot = histogram.segments().filter(({ heatNs }) => heatNs > 0);
  assert.equal(hot.length, 1);
  assert.ok(hot[0].start <= 2 ** 45 + 0x5000 && hot[0].end >= 2 ** 45 + 0x6000);
});

Deno.test("AddressHistogram bounds its areas by joining the nearest", () => {
  const histogram = new AddressHistogram();
  for (let i = 0; i < 1000; i++) add(histogram, i * 2 ** 30, i * 2 ** 30 + 0x1000 * (i + 1), 1);
  const segments = histogram.segments();
  assert.ok(segments.length >= 64);
  assert.equal(segments[0].start, 0);
  assert.equal(segments.at(-1)!.end, 999 * 2 ** 30 + 0x1000 * 1000);
});

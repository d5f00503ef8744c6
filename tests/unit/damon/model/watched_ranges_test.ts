import assert from "assert";
import { bytesOutside, type PageRun, watchedRangesOf } from "../../../../damon/mod.ts";

const KIB = 1024;
const TIB = 2 ** 40;
const run = (start: number, bytes: number): PageRun => ({
  start,
  end: start + bytes,
  residentBytes: bytes,
  swapBytes: 0,
});
const most = 100;

Deno.test("watchedRangesOf joins what touches or lies a few pages apart, and nothing else", () => {
  const runs = [
    run(0x10000, 64 * KIB),
    run(0x20000, 64 * KIB), // touches
    run(0x40000, 64 * KIB), // 64 KiB on
    run(0x80000, 64 * KIB), // 192 KiB on
    run(2 * TIB, 4 * KIB),
  ];
  assert.deepEqual(watchedRangesOf(runs, { most }), {
    ranges: [
      { start: 0x10000, end: 0x50000 },
      { start: 0x80000, end: 0x90000 },
      { start: 2 * TIB, end: 2 * TIB + 4 * KIB },
    ],
    leftOutBytes: 0,
  });
  assert.deepEqual(watchedRangesOf([], { most }), { ranges: [], leftOutBytes: 0 });
});

Deno.test("watchedRangesOf keeps a small hole in what is watched already, and no large one", () => {
  const runs = [run(TIB, 1 << 20), run(TIB + (1 << 20) + 512 * KIB, 1 << 20), run(TIB + (8 << 20), 1 << 20)];
  const before = [{ start: TIB, end: TIB + (9 << 20) }];
  assert.deepEqual(watchedRangesOf(runs, { most, before }).ranges, [
    { start: TIB, end: runs[1].end },
    { start: runs[2].start, end: runs[2].end },
  ]);
  assert.equal(watchedRangesOf(runs, { most }).ranges.length, 3);
});

Deno.test("watchedRangesOf closes the smallest gaps where there are too many ranges, up to a quarter of what is there", () => {
  // 40 of 1 MiB, 200 KiB apart; then 40 of 1 MiB, a TiB apart.
  const near = Array.from({ length: 40 }, (_, i) => run(TIB + i * (1024 + 200) * KIB, 1 << 20));
  const far = Array.from({ length: 40 }, (_, i) => run((i + 2) * TIB, 1 << 20));
  const { ranges, leftOutBytes } = watchedRangesOf([...near, ...far], { most: 50 });
  assert.ok(ranges.length <= 50, `${ranges.length}`);
  assert.equal(leftOutBytes, 0);
  assert.equal(bytesOutside([...near, ...far], ranges), 0);
  const bytes = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  assert.ok(bytes <= 80 * 1.25 * (1 << 20), `${bytes / (1 << 20)} MiB`);
});

Deno.test("watchedRangesOf leaves out what is least where the gaps are too large to be closed, and says how much", () => {
  const runs = Array.from({ length: 60 }, (_, i) => run((i + 1) * TIB, (i % 2 ? 4 : 1024) * KIB));
  const { ranges, leftOutBytes } = watchedRangesOf(runs, { most: 30 });
  assert.deepEqual(ranges.map(({ start, end }) => end - start), Array(30).fill(1024 * KIB));
  assert.equal(leftOutBytes, 30 * 4 * KIB);
  assert.equal(bytesOutside(runs, ranges), leftOutBytes);
});

Deno.test("watchedRangesOf takes what is in swap as what is in memory", () => {
  const swapped: PageRun = { start: TIB, end: TIB + (1 << 20), residentBytes: 0, swapBytes: 1 << 20 };
  const { ranges } = watchedRangesOf([run(0x10000, 4096), swapped], { most: 1 });
  assert.deepEqual(ranges, [{ start: TIB, end: TIB + (1 << 20) }]);
});

Deno.test("bytesOutside counts the part of a run that no range holds", () => {
  const runs = [run(0x100000, 0x100000), run(0x300000, 0x100000)];
  assert.equal(bytesOutside(runs, [{ start: 0x180000, end: 0x340000 }]), 0x80000 + 0xc0000);
  assert.equal(bytesOutside(runs, [{ start: 0x100000, end: 0x140000 }, { start: 0x150000, end: 0x400000 }]), 0x10000);
});

import assert from "assert";
import { exactWorkingSet, panelWorkingSet, residencyOf } from "../../../../kernel/pages/items.ts";
import { MethodChoice } from "../../../../kernel/pages/method.ts";
import { panelUnion } from "../../../../kernel/pages/union.ts";

const PAGE = 4096;
const WINDOW = { startNs: 0, endNs: 1e9 };
const areas = [
  { start: 0, end: 10 * PAGE, residentBytes: 8 * PAGE, usedBytes: 3 * PAGE, swapBytes: PAGE },
  { start: 20 * PAGE, end: 30 * PAGE, residentBytes: 0, usedBytes: 0, swapBytes: 5 * PAGE },
];

Deno.test("exactWorkingSet and residencyOf add up mappings, and a mapping that is in swap alone has no working set", () => {
  const set = exactWorkingSet(7, WINDOW, areas);
  const { pid, method, residentBytes, bytes, errorBytes, looks, hits, mappings } = set;
  assert.deepEqual([pid, method, residentBytes, bytes, errorBytes, looks, hits, mappings.length], [
    7,
    "exact",
    8 * PAGE,
    3 * PAGE,
    0,
    8,
    3,
    1,
  ]);
  assert.equal(exactWorkingSet(7, WINDOW, areas, 0.5).errorBytes, 1.5 * PAGE);
  const residency = residencyOf(7, 5, areas);
  assert.deepEqual([residency.timeNs, residency.residentBytes, residency.swapBytes], [5, 8 * PAGE, 6 * PAGE]);
});

Deno.test("panelWorkingSet: its interval holds the truth in about 95 of 100 panels", () => {
  let seed = 1;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  // Mappings of different sizes, and how much of each is used.
  const truth = [[50_000, 0.4], [20_000, 0.02], [300, 0.9], [100, 0], [8, 0.5]] as const;
  const used = truth.reduce((sum, [pages, share]) => sum + pages * share * PAGE, 0);
  let right = 0;
  for (let turn = 0; turn < 500; turn++) {
    const strata = truth.map(([pages, share], i) => {
      const looks = Math.min(pages, Math.max(8, Math.floor(1000 * pages / 70_408)));
      const hits = looks === pages
        ? pages * share
        : Array.from({ length: looks }, random).filter((x) => x < share).length;
      return { start: i * 2 ** 30, end: (i + 1) * 2 ** 30, residentBytes: pages * PAGE, looks, hits };
    });
    const { bytes, errorBytes } = panelWorkingSet(1, WINDOW, strata, { atStart: 70_408, atEnd: 70_408 });
    right += Number(Math.abs(bytes - used) <= errorBytes);
  }
  assert.ok(right >= 460 && right <= 495, `${right} of 500`);
});

Deno.test("panelWorkingSet takes what came in the window as accessed, and guesses for what could not be looked at", () => {
  const strata = [
    { start: 0, end: 400 * PAGE, residentBytes: 400 * PAGE, looks: 40, hits: 10 },
    { start: 500 * PAGE, end: 600 * PAGE, residentBytes: 100 * PAGE, looks: 0, hits: 0 },
  ];
  const set = panelWorkingSet(1, WINDOW, strata, { atStart: 600, atEnd: 650 });
  // A quarter of the 500 drawn from and of the 100 that came too late for that, and all of the 50 new ones.
  assert.equal(set.bytes, (600 / 4 + 50) * PAGE);
  assert.equal(set.residentBytes, 650 * PAGE);
  assert.equal(set.mappings[1].bytes, 25 * PAGE);
  assert.ok(set.errorBytes > 0);
});

Deno.test("panelUnion counts memory that several processes map once", () => {
  const setOf = (pid: number, hits: number) =>
    panelWorkingSet(pid, WINDOW, [
      { start: 0, end: 100 * PAGE, residentBytes: 100 * PAGE, looks: 100, hits },
      { start: 2 ** 30, end: 2 ** 30 + 10 * PAGE, residentBytes: 10 * PAGE, looks: 10, hits: 5 },
    ], { atStart: 110, atEnd: 110 });
  const both = panelUnion(WINDOW, [setOf(1, 40), setOf(2, 60)], (_, start) => start === 0 ? "file@0" : undefined);
  // Of the shared 100 pages one process accessed 40, the other 60: together 76, if they do it independently, 60 at least.
  assert.deepEqual([both.pid, both.residentBytes, both.bytes], [0, 120 * PAGE, 86 * PAGE]);
  assert.ok(both.errorBytes >= 16 * PAGE);
});

Deno.test("panelUnion finds shared memory in parts of a panel that are of several mappings", () => {
  const setOf = (pid: number) =>
    panelWorkingSet(pid, WINDOW, [{ start: 0, end: 300 * PAGE, residentBytes: 200 * PAGE, looks: 20, hits: 10 }], {
      ...{ atStart: 200, atEnd: 200 },
    });
  const areas = [
    { start: 0, end: 100 * PAGE, residentBytes: 50 * PAGE },
    { start: 150 * PAGE, end: 300 * PAGE, residentBytes: 150 * PAGE },
  ];
  const both = panelUnion(WINDOW, [setOf(1), setOf(2)], (_, start) => start > 0 ? "file@0" : undefined, () => areas);
  // 50 pages of each, and 150 that they share.
  assert.deepEqual([both.residentBytes, both.bytes], [250 * PAGE, (2 * 25 + 0.75 * 150) * PAGE]);
});

Deno.test("MethodChoice looks at every page as long as that can be paid for once a second, or is no dearer than less", () => {
  const small = { pages: 40_000, mappings: 400 };
  const large = { pages: 2_000_000, mappings: 40 };
  const scattered = { pages: 28_000, mappings: 28_000 };
  const of = (overhead: number, facts: typeof small, costUs?: number, intervals = 2) => {
    const choice = new MethodChoice("auto", overhead);
    for (let i = 0; i < intervals; i++) choice.note(facts, costUs);
    return choice.current;
  };
  assert.equal(of(0.02, small), "exact");
  assert.equal(of(0.02, large), "adaptive");
  // More budget is never poorer.
  assert.equal(of(0.3, large), "exact");
  assert.equal(of(0.02, scattered, 60_000), "exact");
  assert.equal(of(0.02, small, 60_000), "adaptive");
  // A first look at what has just come costs more.
  assert.equal(of(0.02, small, 60_000, 1), "exact");
  const choice = new MethodChoice("auto", 0.02);
  assert.equal(choice.note(large), true);
  assert.equal(choice.note(small), true);
  for (const wish of ["exact", "adaptive"] as const) {
    const fixed = new MethodChoice(wish, 0.02);
    assert.equal(fixed.note(large) || fixed.note(small), false);
    assert.equal(fixed.current, wish);
  }
});

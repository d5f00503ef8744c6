import assert from "assert";
import fc from "../../fast_check.ts";
import type { Regions } from "../../../damon/mod.ts";
import { GrowingTime, Reaggregation, sizeHistogramOf, sizePercentilesOf } from "../../../report/mod.ts";
import { RegionPicker } from "../../../report/record/region_filter.ts";
import { agedSnapshot } from "../../report_records.ts";

const PAGE = 4096;

/** Regions that ascend and do not overlap, in 40 pages. */
const regions = fc.uniqueArray(fc.nat(40), { minLength: 2, maxLength: 12 }).chain((borders) => {
  borders.sort((a, b) => a - b);
  const count = borders.length - 1;
  return fc.array(fc.record({ isThere: fc.boolean(), accesses: fc.nat(20), age: fc.nat(9) }), {
    minLength: count,
    maxLength: count,
  }).map((each) =>
    each.flatMap(({ isThere, accesses, age }, i) =>
      isThere ? [[borders[i] * PAGE, borders[i + 1] * PAGE, accesses, age] as const] : []
    )
  );
});

/** Page by page: pieces are what the first snapshot that has a page had there; each counts the most of what meets it. */
function joinedByPages(list: readonly (readonly (readonly [number, number, number, number?])[])[]): number[] {
  const pieceOf = new Map<number, { pages: number[]; accesses: number }>();
  for (const rows of list) {
    const most = new Map<{ pages: number[]; accesses: number }, number>();
    const fresh: [number, number][] = [];
    for (const [start, end, accesses] of rows) {
      for (let page = start / PAGE; page < end / PAGE; page++) {
        const piece = pieceOf.get(page);
        if (piece) most.set(piece, Math.max(most.get(piece) ?? 0, accesses));
        else fresh.push([page, accesses]);
      }
    }
    for (const [piece, accesses] of most) piece.accesses += accesses;
    // New pages of one region that are neighbours are one piece.
    for (const [start, end, accesses] of rows) {
      let piece: { pages: number[]; accesses: number } | undefined;
      for (let page = start / PAGE; page < end / PAGE; page++) {
        if (!fresh.some(([one]) => one === page)) piece = undefined;
        else {
          piece ??= { pages: [], accesses };
          piece.pages.push(page);
          pieceOf.set(page, piece);
        }
      }
    }
  }
  return Array.from({ length: 40 }, (_, page) => pieceOf.get(page)?.accesses ?? -1);
}

Deno.test("Reaggregation counts what every page of the joined snapshots had", () => {
  fc.assert(fc.property(fc.array(regions, { minLength: 2, maxLength: 6 }), (list) => {
    const joining = new Reaggregation(list.length * 100_000);
    const results = list.map((rows, i) => joining.add(agedSnapshot(i * 1e8, (i + 1) * 1e8, rows)));
    assert.deepEqual(results.slice(0, -1), results.slice(0, -1).map(() => undefined));
    const joined = results.at(-1)!;
    assert.deepEqual([joined.startNs, joined.endNs], [0, list.length * 1e8]);
    const pages = Array<number>(40).fill(-1);
    for (const { start, end, nrAccesses } of joined.regions) {
      for (let page = start / PAGE; page < end / PAGE; page++) {
        assert.equal(pages[page], -1, "a page is in one region only");
        pages[page] = nrAccesses;
      }
    }
    assert.deepEqual(pages, joinedByPages(list));
  }));
});

Deno.test("RegionPicker leaves exactly the bytes that lie in the addresses asked for", () => {
  fc.assert(fc.property(regions, regions, (rows, wanted) => {
    const snapshot = agedSnapshot(0, 1e8, rows);
    const ranges = wanted.map(([start, end]) => ({ start, end }));
    const { regions: picked } = new RegionPicker({ addressRanges: ranges }).pick(snapshot, undefined);
    const inWanted = (page: number) => ranges.some(({ start, end }) => start <= page * PAGE && page * PAGE < end);
    const pagesOf = (some: Regions) => {
      const pages = new Map<number, number>();
      for (const { start, end, nrAccesses } of some) {
        for (let page = start / PAGE; page < end / PAGE; page++) pages.set(page, nrAccesses);
      }
      return pages;
    };
    const expected = [...pagesOf(snapshot.regions)].filter(([page]) => inWanted(page));
    assert.deepEqual([...pagesOf(picked)].sort(), expected.sort());
  }));
});

Deno.test("GrowingTime loses nothing, however often its bins are joined", () => {
  const span = fc.record({ gap: fc.nat(50), length: fc.integer({ min: 1, max: 80 }) });
  fc.assert(fc.property(fc.array(span, { minLength: 1, maxLength: 60 }), fc.constantFrom(2, 8, 30), (spans, bins) => {
    const time = new GrowingTime(bins);
    const row = time.newRow();
    let [at, sum] = [7, 0];
    for (const { gap, length } of spans) {
      time.spread(at + gap, at + gap + length, (bin, ns) => row[bin] += ns);
      at += gap + length;
      sum += length;
    }
    assert.ok(Math.abs(row.reduce((all, ns) => all + ns, 0) - sum) < 1e-6);
    assert.ok(time.used <= bins && time.startNs + time.binNs * time.used >= at - 1e-6);
  }));
});

const values = fc.array(
  fc.record({ value: fc.integer({ min: -1000, max: 1000 }), bytes: fc.integer({ min: 1, max: 99 }) }),
  {
    minLength: 1,
    maxLength: 30,
  },
);

Deno.test("sizeHistogramOf has every byte in exactly one range", () => {
  fc.assert(fc.property(values, fc.boolean(), (some, logScale) => {
    const bins = sizeHistogramOf(some, { logScale });
    assert.equal(bins.reduce((sum, { bytes }) => sum + bytes, 0), some.reduce((sum, { bytes }) => sum + bytes, 0));
  }));
});

Deno.test("sizePercentilesOf never descends, and ends with the largest value", () => {
  fc.assert(fc.property(values, (some) => {
    const found = sizePercentilesOf(some).map(({ value }) => value);
    assert.deepEqual(found, [...found].sort((a, b) => a - b));
    assert.equal(found.at(-1), Math.max(...some.map(({ value }) => value)));
  }));
});

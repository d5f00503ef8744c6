import assert from "assert";
import fc from "../../../fast_check.ts";
import { maxNrAccessesOf, type Snapshot } from "../../../../damon/mod.ts";
import { HeatGrid } from "../../../../report/heatmap/heat_grid.ts";
import { snapshotOf } from "../../../memory_record.ts";

const PAGE = 4096;
const BASE = 0x7f00_0000_0000;

/** Regions with and without gaps between them, of any sizes. */
const rows = fc.array(
  fc.record({ gap: fc.nat(3), pages: fc.integer({ min: 1, max: 40 }), accesses: fc.nat(25) }),
  { maxLength: 30 },
).map((parts) => {
  let at = BASE;
  return parts.map(({ gap, pages, accesses }) => {
    const start = at + gap * PAGE;
    at = start + pages * PAGE;
    return [start, at, accesses] as const;
  });
});

const snapshots = fc.array(fc.record({ gap: fc.nat(50), ns: fc.integer({ min: 1, max: 500 }), rows }), {
  maxLength: 12,
})
  .map((parts) => {
    let now = 1_000;
    return parts.map(({ gap, ns, rows }) => {
      const start = now + gap;
      now = start + ns;
      return snapshotOf(start, now, rows);
    });
  });

const bands = fc.array(
  fc.record({ gap: fc.nat(30), pages: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 9 }) }),
  { minLength: 1, maxLength: 4 },
).map((parts) => {
  let at = BASE;
  return parts.map(({ gap, pages, rows }) => {
    const start = at + gap * PAGE;
    at = start + pages * PAGE;
    const rowBytes = Math.ceil(pages / rows) * PAGE;
    return { start, end: at, rowBytes, rows: Math.ceil((at - start) / rowBytes) };
  });
});

/** The same sums, cell by cell from the definition. */
function expected(all: Snapshot[], grid: HeatGrid, weigh: (snapshot: Snapshot, accesses: number) => number): number[] {
  const { startNs, binNs, count } = grid.time;
  const overlap = (a0: number, a1: number, b0: number, b1: number) => Math.max(0, Math.min(a1, b1) - Math.max(a0, b0));
  const cells: number[] = [];
  for (let bin = 0; bin < count; bin++) {
    for (const band of grid.bands) {
      for (let row = 0; row < band.rows; row++) {
        const low = band.start + row * band.rowBytes;
        let sum = 0;
        for (const snapshot of all) {
          const from = startNs + bin * binNs;
          const ns = overlap(snapshot.startNs, snapshot.endNs, from, from + binNs);
          for (const { start, end, nrAccesses } of snapshot.regions) {
            sum += overlap(start, end, low, Math.min(band.end, low + band.rowBytes)) * ns * weigh(snapshot, nrAccesses);
          }
        }
        cells.push(sum);
      }
    }
  }
  return cells;
}

Deno.test("HeatGrid.add conserves heat and time in every cell, for any regions, bands and bins", () => {
  fc.assert(
    fc.property(
      snapshots,
      bands,
      fc.record({
        startNs: fc.integer({ min: 800, max: 1500 }),
        binNs: fc.integer({ min: 1, max: 300 }),
        count: fc.integer({ min: 1, max: 9 }),
      }),
      (all, bands, time) => {
        const grid = new HeatGrid(time, bands);
        for (const snapshot of all) grid.add(snapshot);
        const heat = expected(all, grid, (snapshot, accesses) => Math.min(1, accesses / maxNrAccessesOf(snapshot)));
        const watched = expected(all, grid, () => 1);
        heat.forEach((value, at) => assert.ok(Math.abs(grid.heat[at] - value) <= 1e-9 * value + 1e-6, `heat ${at}`));
        assert.deepEqual([...grid.watched], watched);
      },
    ),
    { numRuns: 500 },
  );
});

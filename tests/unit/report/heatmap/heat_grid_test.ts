import assert from "assert";
import { HeatGrid } from "../../../../report/heatmap/heat_grid.ts";
import { snapshotOf } from "../../../memory_record.ts";

const PAGE = 4096;
const band = (start: number, end: number, rows: number) => ({
  start,
  end,
  rows,
  rowBytes: Math.ceil((end - start) / rows / PAGE) * PAGE,
});

Deno.test("HeatGrid.add divides a region among the cells that it covers, by bytes and by time", () => {
  const grid = new HeatGrid({ startNs: 0, binNs: 100, count: 2 }, [band(0, 4 * PAGE, 2)]);
  // Half of the samples, for 100 ns: 50 in the first bin, 50 in the second; 1 page in row 0, 2 pages in row 1.
  grid.add(snapshotOf(50, 150, [[PAGE, 4 * PAGE, 10]]));
  assert.deepEqual([...grid.heat], [25 * PAGE, 50 * PAGE, 25 * PAGE, 50 * PAGE]);
  assert.deepEqual([...grid.watched], [50 * PAGE, 100 * PAGE, 50 * PAGE, 100 * PAGE]);
});

Deno.test("HeatGrid.add uses each snapshot's own intervals", () => {
  const grid = new HeatGrid({ startNs: 0, binNs: 100, count: 1 }, [band(0, PAGE, 1)]);
  grid.add(snapshotOf(0, 100, [[0, PAGE, 2]], { sampleUs: 1000, aggrUs: 4000 }));
  assert.equal(grid.heat[0], 0.5 * 100 * PAGE);
});

Deno.test("HeatGrid.add counts more accesses than samples as all samples", () => {
  const grid = new HeatGrid({ startNs: 0, binNs: 100, count: 1 }, [band(0, PAGE, 1)]);
  grid.add(snapshotOf(0, 100, [[0, PAGE, 23]]));
  assert.equal(grid.heat[0], 100 * PAGE);
});

Deno.test("HeatGrid.add gives a region that spans two bands to both, and nothing to the gap", () => {
  const grid = new HeatGrid({ startNs: 0, binNs: 1, count: 1 }, [band(0, 2 * PAGE, 1), band(8 * PAGE, 10 * PAGE, 2)]);
  grid.add(snapshotOf(0, 1, [[PAGE, 9 * PAGE, 20]]));
  assert.deepEqual([...grid.heat], [PAGE, PAGE, 0]);
  assert.deepEqual([...grid.watched], [PAGE, PAGE, 0]);
});

Deno.test("HeatGrid.add leaves the bands of other targets alone", () => {
  const grid = new HeatGrid({ startNs: 0, binNs: 1, count: 1 }, [band(0, PAGE, 1), band(0, PAGE, 1)]);
  grid.add(snapshotOf(0, 1, [[0, PAGE, 20]]), 1, 2);
  assert.deepEqual([...grid.heat], [0, PAGE]);
});

Deno.test("HeatGrid.add ignores a snapshot outside of its time", () => {
  const grid = new HeatGrid({ startNs: 100, binNs: 10, count: 10 }, [band(0, PAGE, 1)]);
  grid.add(snapshotOf(0, 100, [[0, PAGE, 20]]));
  grid.add(snapshotOf(200, 300, [[0, PAGE, 20]]));
  assert.ok(grid.watched.every((value) => value === 0));
});

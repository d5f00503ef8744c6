import assert from "assert";
import { heatmapOf } from "../../../../report/heatmap/heatmap.ts";
import { cellsOf, rowsOf } from "../../../../report/heatmap/vega_lite_cells.ts";
import { idleRectsOf } from "../../../../report/heatmap/heat_rects.ts";
import { mappingsOf, recordOf, snapshotOf } from "../../../memory_record.ts";

const PAGE = 4096;
const ALL = { timeBins: 4, rows: 8, drawRange: "all" } as const;

Deno.test("cellsOf joins rows of the same heat, but not over a change of name, and leaves out idle ones", async () => {
  const items = [
    mappingsOf([[0, 6 * PAGE, "[heap]"], [6 * PAGE, 8 * PAGE, ""]]),
    snapshotOf(0, 4, [[0, PAGE, 0], [PAGE, 8 * PAGE, 10]]),
  ];
  const heatmap = await heatmapOf(recordOf(items), ALL);
  const [band] = heatmap.bands;
  const cells = cellsOf(heatmap, band, rowsOf(band));
  assert.deepEqual(cells.filter(({ t }) => t === 3), [
    { t: 3, a: 1, b: 5, heat: 50 },
    { t: 3, a: 6, b: 7, heat: 50 },
  ]);
});

Deno.test("idleRectsOf covers what was monitored with few rectangles", async () => {
  const items = [
    snapshotOf(0, 1e9, [[0, 8 * PAGE, 1]]),
    snapshotOf(1e9, 2e9, [[0, 4 * PAGE, 1]]),
    snapshotOf(3e9, 4e9, [[0, 8 * PAGE, 1]]),
  ];
  const { bands: [band], time } = await heatmapOf(recordOf(items), ALL);
  assert.deepEqual(idleRectsOf(band, time), [
    { t0: 0, t1: 2, a0: 0, a1: 4 * PAGE },
    { t0: 3, t1: 4, a0: 0, a1: 8 * PAGE },
    { t0: 0, t1: 1, a0: 4 * PAGE, a1: 8 * PAGE },
  ]);
});

import assert from "assert";
import { keyOf } from "../../../../damon/mod.ts";
import { heatmapOf, HitGrid } from "../../../../report/mod.ts";
import { recordOf, snapshotOf } from "../../../memory_record.ts";

const PAGE = 4096;
const page = (start: number, end: number) => ({ start: start * PAGE, end: end * PAGE });

/** Ten seconds of 16 pages, all hot; in ten bins and four rows of four pages. */
async function grid() {
  const record = recordOf(
    Array.from({ length: 10 }, (_, i) => snapshotOf((5 + i) * 1e9, (6 + i) * 1e9, [[0, 16 * PAGE, 9]])),
  );
  return new HitGrid(await heatmapOf(record, { timeBins: 10, rows: 4, minRows: 1 }), 2);
}

/** As `[from second, to second, from page, to page]`. */
const plain = (rects: ReturnType<HitGrid["triedRects"]>) =>
  rects.map(({ t0, t1, a0, a1 }) => [t0, t1, a0 / PAGE, a1 / PAGE]);

Deno.test("HitGrid marks the cells of which a scheme tried a tenth or more, of its own target and scheme", async () => {
  const hits = await grid();
  // What is tried at the end of a bin belongs to it.
  hits.addTried(0, keyOf({ kdamond: 7, targetId: 0n }), 7e9, [page(0, 1), page(4, 12)]);
  hits.addTried(0, keyOf({ kdamond: 7, targetId: 0n }), 7.5e9, [{ start: 12 * PAGE, end: 12 * PAGE + 1000 }]);
  hits.addTried(0, keyOf({ kdamond: 7, targetId: 1n }), 9e9, [page(0, 16)]);
  hits.addTried(0, keyOf({ kdamond: 7, targetId: 0n }), 5e9, [page(0, 16)]);
  hits.addTried(0, keyOf({ kdamond: 7, targetId: 0n }), 99e9, [page(0, 16)]);
  assert.deepEqual(plain(hits.triedRects(0, 0)), [[1, 2, 0, 12]]);
  assert.deepEqual(hits.triedRects(1, 0), []);
});

Deno.test("HitGrid holds a cell where half of its bytes are held for half of its time, in whatever pieces", async () => {
  const hits = await grid();
  hits.addHeld(1, keyOf({ kdamond: 7, targetId: 0n }), 6e9, 6.3e9, [page(0, 1), page(3, 4), page(8, 9)]);
  hits.addHeld(1, keyOf({ kdamond: 7, targetId: 0n }), 6.3e9, 8.4e9, [page(0, 4)]);
  hits.addHeld(1, keyOf({ kdamond: 7, targetId: 0n }), 14.4e9, 20e9, [page(12, 16)]);
  assert.deepEqual(plain(hits.heldRects(1, 0)), [[1, 3, 0, 4], [9, 10, 12, 16]]);
  assert.deepEqual(hits.heldRects(0, 0), []);
});

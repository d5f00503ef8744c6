import assert from "assert";
import fc from "../../../fast_check.ts";
import type { RecordItem, Snapshot } from "../../../../damon/mod.ts";
import { fidelityBetween } from "../../../../report/fidelity/records.ts";
import { PAGE, snapshot } from "../../../truths.ts";

/** A world of 12 pages and 16 moments. */
const [PAGES, MOMENTS] = [12, 16];

/** Ascending cuts within `size`. */
const cuts = (size: number) =>
  fc.uniqueArray(fc.integer({ min: 0, max: size }), { minLength: 2 }).map((all) => all.sort((a, b) => a - b));

/** Regions between cuts; some are not there. */
const regions = cuts(PAGES).chain((bounds) =>
  fc.array(fc.option(fc.integer({ min: 0, max: 20 })), { minLength: bounds.length - 1, maxLength: bounds.length - 1 })
    .map((nrs) =>
      nrs.flatMap((nr, i): [number, number, number][] => nr === null ? [] : [[bounds[i], bounds[i + 1], nr]])
    )
);

/** Snapshots one after the other; some are not there. */
const records = cuts(MOMENTS).chain((edges) =>
  fc.tuple(
    ...edges.slice(1).map((end, i) => fc.option(regions).map((rows) => rows && snapshot(edges[i], end, ...rows))),
  )
).map((snapshots) => snapshots.filter((it) => it !== null));

function compare(record: readonly Snapshot[], reference: readonly Snapshot[], timeRows = 5) {
  const items = (all: readonly Snapshot[]) => all.map((snapshot): RecordItem => ({ kind: "snapshot", snapshot }));
  return fidelityBetween(items(record), items(reference), { timeRows });
}

/** Samples that found `page` accessed at `moment`; `undefined` where it was not monitored. */
function nrAt(record: readonly Snapshot[], page: number, moment: number): number | undefined {
  const at = record.find(({ startNs, endNs }) => startNs <= moment && moment < endNs);
  return [...at?.regions ?? []].find(({ start, end }) => start <= page * PAGE && page * PAGE < end)?.nrAccesses;
}

Deno.test("fidelityBetween finds the areas that counting page by page and moment by moment finds", async () => {
  await fc.assert(fc.asyncProperty(records, records, async (record, reference) => {
    let [hot, seen, common] = [0, 0, 0];
    for (let page = 0; page < PAGES; page++) {
      for (let moment = 0; moment < MOMENTS; moment++) {
        const [ours, theirs] = [nrAt(record, page, moment), nrAt(reference, page, moment)];
        if (ours === undefined || theirs === undefined) continue;
        hot += Number(theirs >= 4);
        seen += Number(ours >= 4);
        common += Number(ours >= 4 && theirs >= 4);
      }
    }
    const { all } = await compare(record, reference);
    assert.deepEqual([all.hotArea, all.seenArea, all.commonArea], [hot, seen, common].map((it) => it * PAGE / 1e9));
  }));
});

Deno.test("fidelityBetween gives a record against itself 1 for everything", async () => {
  await fc.assert(fc.asyncProperty(records, async (record) => {
    const { all, overTime, snapshots } = await compare(record, record);
    assert.equal(snapshots, record.length);
    for (const row of [all, ...overTime]) {
      const expected = row.hotArea > 0 ? 1 : undefined;
      assert.deepEqual([row.precision, row.recall, row.f1, row.errorBytes], [expected, expected, expected, 0]);
    }
  }));
});

Deno.test("fidelityBetween exchanges precision and recall where the records are exchanged", async () => {
  await fc.assert(fc.asyncProperty(records, records, async (record, reference) => {
    const [one, other] = [await compare(record, reference), await compare(reference, record)];
    assert.equal(one.overTime.length, other.overTime.length);
    const rows = [one.all, ...one.overTime].map((row, i) => [row, [other.all, ...other.overTime][i]]);
    for (const [a, b] of rows) {
      assert.deepEqual([a.startNs, a.endNs, a.coveredNs], [b.startNs, b.endNs, b.coveredNs]);
      assert.deepEqual([a.precision, a.recall, a.f1], [b.recall, b.precision, b.f1]);
      assert.equal(a.errorBytes, b.errorBytes);
    }
  }));
});

Deno.test("fidelityBetween divides everything among at most as many parts as asked for", async () => {
  await fc.assert(fc.asyncProperty(records, records, fc.integer({ min: 1, max: 9 }), async (a, b, timeRows) => {
    const { all, overTime } = await compare(a, b, timeRows);
    assert(overTime.length <= timeRows);
    const near = (x: number, y: number) => assert(Math.abs(x - y) <= 1e-9 * Math.max(x, y), `${x} is not ${y}`);
    for (const key of ["hotArea", "seenArea", "commonArea", "coveredNs"] as const) {
      near(overTime.reduce((sum, row) => sum + row[key], 0), all[key]);
    }
  }));
});

import assert from "assert";
import fc from "../../../fast_check.ts";
import { FidelityFold } from "../../../../report/fidelity/fidelity.ts";
import type { Snapshot } from "../../../../damon/mod.ts";
import type { Truth, TruthPhase } from "../../../../report/fidelity/truth.ts";
import { access, PAGE, phase, snapshot, truth } from "../../../truths.ts";

/** A world of 12 pages, of which the truth knows 2-5 and 6-10, and of 16 moments. */
const [PAGES, MOMENTS] = [12, 16];
const KNOWN: [number, number][] = [[2, 5], [6, 10]];
const known = (page: number) => KNOWN.some(([from, to]) => from <= page && page < to);

/** Ascending cuts of `size`, with both ends. */
const cuts = (size: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max: size - 1 })).map((inner) => [0, ...inner.sort((a, b) => a - b), size]);

/** Phases between cuts; in each, some stretches of known pages are hot. */
const truths = cuts(MOMENTS).chain((edges) =>
  fc.tuple(
    ...edges.slice(1).map((end, i) =>
      fc.array(fc.constantFrom<[number, number]>([2, 5], [2, 3], [4, 5], [6, 10], [7, 9], [8, 10]), { maxLength: 3 })
        .map((hot): TruthPhase => phase(edges[i], end, ...hot.map(([from, to]) => access(from, to))))
    ),
  )
).map((phases) => truth(KNOWN, phases));

/** Snapshots one after the other, their regions anything. */
const records = cuts(MOMENTS).chain((edges) =>
  fc.tuple(
    ...edges.slice(1).map((end, i) =>
      cuts(PAGES).chain((bounds) =>
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: bounds.length - 1, maxLength: bounds.length - 1 })
          .map((nr) =>
            snapshot(edges[i], end, ...nr.map((n, j): [number, number, number] => [bounds[j], bounds[j + 1], n]))
          )
      )
    ),
  )
);

function compare(about: Truth, snapshots: readonly Snapshot[]) {
  const fold = new FidelityFold(about);
  snapshots.forEach((it) => fold.add(it));
  return fold.result();
}

const hotInTruth = (about: Truth, page: number, moment: number) =>
  about.phases.some(({ startNs, endNs, accesses }) =>
    startNs <= moment && moment < endNs! && accesses.some((it) => it.start <= page * PAGE && page * PAGE < it.end)
  );

const hotInRecord = (record: readonly Snapshot[], page: number, moment: number) =>
  record.some(({ startNs, endNs, regions }) =>
    startNs <= moment && moment < endNs &&
    [...regions].some((it) => it.start <= page * PAGE && page * PAGE < it.end && it.nrAccesses >= 4)
  );

Deno.test("FidelityFold finds the areas that counting page by page and moment by moment finds", () => {
  fc.assert(fc.property(truths, records, (about, record) => {
    let [hot, seen, common] = [0, 0, 0];
    for (let page = 0; page < PAGES; page++) {
      for (let moment = 0; moment < MOMENTS && known(page); moment++) {
        const [inTruth, inRecord] = [hotInTruth(about, page, moment), hotInRecord(record, page, moment)];
        hot += Number(inTruth);
        seen += Number(inRecord);
        common += Number(inTruth && inRecord);
      }
    }
    const { all } = compare(about, record);
    assert.deepEqual([all.hotArea, all.seenArea, all.commonArea], [hot, seen, common].map((it) => it * PAGE / 1e9));
  }));
});

Deno.test("FidelityFold gives a record of the truth itself 1 for everything", () => {
  fc.assert(fc.property(truths, cuts(MOMENTS), (about, edges) => {
    const times = [...new Set([...edges, ...about.phases.map((it) => it.startNs)])].sort((a, b) => a - b);
    const record = times.slice(1).map((end, i) =>
      snapshot(
        times[i],
        end,
        ...Array.from({ length: PAGES }, (_, page): [number, number, number] => [
          page,
          page + 1,
          hotInTruth(about, page, times[i]) || !known(page) ? 20 : 0,
        ]),
      )
    );
    const { all, phases } = compare(about, record);
    for (const row of [all, ...phases]) {
      assert.equal(row.precision ?? 1, 1);
      assert.equal(row.recall ?? 1, 1);
      assert.equal(row.f1, row.hotArea > 0 ? 1 : undefined);
      assert.equal(row.errorBytes, 0);
    }
  }));
});

Deno.test("FidelityFold never raises recall where less is shown as hot", () => {
  fc.assert(fc.property(truths, records, fc.infiniteStream(fc.boolean()), (about, record, keep) => {
    const less = record.map((it) =>
      snapshot(
        it.startNs,
        it.endNs,
        ...[...it.regions].map((region): [number, number, number] => [
          region.start / PAGE,
          region.end / PAGE,
          keep.next().value ? region.nrAccesses : 0,
        ]),
      )
    );
    assert((compare(about, less).all.recall ?? 0) <= (compare(about, record).all.recall ?? 0));
  }));
});

Deno.test("FidelityFold divides everything among phases and time, whatever the order of snapshots", () => {
  fc.assert(fc.property(truths, records, (about, record) => {
    const { all, phases, overTime } = compare(about, record);
    const near = (a: number, b: number) => assert(Math.abs(a - b) <= 1e-9 * Math.max(a, b), `${a} is not ${b}`);
    for (const key of ["hotArea", "seenArea", "commonArea", "coveredNs"] as const) {
      near(phases.reduce((sum, row) => sum + row[key], 0), all[key]);
      near(overTime.reduce((sum, row) => sum + row[key], 0), all[key]);
    }
    assert.deepEqual(compare(about, record.toReversed()).all, all);
  }));
});

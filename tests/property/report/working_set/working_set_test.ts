import assert from "assert";
import fc from "../../../fast_check.ts";
import { Regions, type Snapshot } from "../../../../damon/mod.ts";
import { figuresOf, workingSetOf } from "../../../../report/mod.ts";
import { touchedWithin } from "../../../../report/working_set/estimate.ts";
import { recordOf } from "../../../memory_record.ts";

const PAGE = 4096;
/** A world of 24 pages and 16 moments of a tenth of a second. */
const [PAGES, MOMENTS, MOMENT_NS] = [24, 16, 1e8];

/** Which pages are there, and when each is used. */
const worlds = fc.record({
  present: fc.array(fc.boolean(), { minLength: PAGES, maxLength: PAGES }),
  used: fc.array(fc.array(fc.boolean(), { minLength: PAGES, maxLength: PAGES }), {
    ...{ minLength: MOMENTS, maxLength: MOMENTS },
  }),
});

type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

const isUsed = ({ present, used }: World, page: number, moment: number) => present[page] && used[moment][page];

/** A moment's snapshot with a region for each run of pages that are alike, as exact looking has it. */
function exactSnapshot(world: World, moment: number): Snapshot {
  const rows: { from: number; to: number; isPresent: boolean; used: boolean }[] = [];
  for (let page = 0; page < PAGES; page++) {
    const [isPresent, used] = [world.present[page], isUsed(world, page, moment)];
    const last = rows.at(-1);
    if (last && last.isPresent === isPresent && last.used === used) last.to = page + 1;
    else rows.push({ from: page, to: page + 1, isPresent, used });
  }
  const bytes = (of: (row: typeof rows[number]) => boolean) =>
    Float64Array.from(rows, (row) => of(row) ? (row.to - row.from) * PAGE : 0);
  return {
    ...{ kdamond: 7, targetId: 0n, startNs: moment * MOMENT_NS, endNs: (moment + 1) * MOMENT_NS },
    ...{ sampleUs: 5000, aggrUs: 100_000 },
    regions: Regions.from(
      rows.map(({ from, to, used }) => ({ start: from * PAGE, end: to * PAGE, nrAccesses: used ? 20 : 0, age: 0 })),
    ),
    evidence: {
      residentBytes: bytes(({ isPresent }) => isPresent),
      usedBytes: bytes(({ used }) => used),
      looks: Uint32Array.from(rows, ({ from, to, isPresent }) => isPresent ? to - from : 0),
    },
  };
}

async function figures(snapshots: readonly Snapshot[], moments: number) {
  const { fold } = await workingSetOf(recordOf(snapshots), {}, moments * MOMENT_NS);
  return figuresOf(fold.all())!;
}

Deno.test("Where every page is looked at, the working set is the union page by page, without an error", async () => {
  await fc.assert(fc.asyncProperty(worlds, fc.constantFrom(1, 2, 4, 8, 16), async (world, window) => {
    const snapshots = Array.from({ length: MOMENTS }, (_, moment) => exactSnapshot(world, moment));
    let sum = 0;
    for (let from = 0; from < MOMENTS; from += window) {
      const moments = Array.from({ length: window }, (_, i) => from + i);
      for (let page = 0; page < PAGES; page++) sum += Number(moments.some((moment) => isUsed(world, page, moment)));
    }
    const { meanBytes, lowBytes, highBytes } = await figures(snapshots, window);
    for (const bytes of [meanBytes, lowBytes, highBytes]) {
      assert(Math.abs(bytes - sum * PAGE * window / MOMENTS) < 1e-3, `${bytes} is not ${sum} pages in windows`);
    }
  }));
});

/** What DAMON might see of it: regions between cuts, with a part of samples. */
const seen = fc.array(
  fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 20 })), { minLength: 1, maxLength: 8 }),
  { minLength: MOMENTS, maxLength: MOMENTS },
).map((moments) =>
  moments.map((rows, moment): Snapshot => {
    let at = 0;
    const regions = rows.map(([pages, nrAccesses]) => ({
      ...{ start: at * PAGE, end: (at += pages) * PAGE, nrAccesses, age: 0 },
    }));
    return {
      ...{ kdamond: 7, targetId: 0n, startNs: moment * MOMENT_NS, endNs: (moment + 1) * MOMENT_NS },
      ...{ sampleUs: 5000, aggrUs: 100_000, regions: Regions.from(regions) },
    };
  })
);

Deno.test("The working set is never above what is resident or watched, lies within its bounds, and grows with the window", async () => {
  await fc.assert(
    fc.asyncProperty(seen, fc.option(fc.integer({ min: 1, max: 48 })), async (snapshots, residentPages) => {
      const usage = { pid: 42, swapBytes: 0, majorFaults: 0, minorFaults: 0, timeNs: 0 };
      const items = [
        ...(residentPages === null
          ? []
          : [{ kind: "usage" as const, usage: { ...usage, residentBytes: residentPages * PAGE } }]),
        ...snapshots,
      ];
      let before = 0;
      for (const window of [1, 2, 4, 8, 16]) {
        const { fold } = await workingSetOf(recordOf(items), {}, window * MOMENT_NS);
        for (const { bytes, lowBytes, highBytes, residentBytes = 48 * PAGE } of fold.all().samples) {
          assert(lowBytes <= bytes + 1e-6 && bytes <= highBytes + 1e-6, `${lowBytes} <= ${bytes} <= ${highBytes}`);
          assert(bytes <= residentBytes + 1e-6, `${bytes} of ${residentBytes} resident`);
        }
        const { meanBytes } = figuresOf(fold.all())!;
        assert(meanBytes >= before - 1e-6, `${meanBytes} in ${window} moments, ${before} in half of them`);
        before = meanBytes;
      }
    }),
  );
});

Deno.test("touchedWithin is a share, as large as that of one interval for one, and grows with share and intervals", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const times = fc.double({ min: 0, max: 1000, noNaN: true });
  fc.assert(fc.property(share, times, times, (share, a, b) => {
    const [less, more] = [Math.min(a, b), Math.max(a, b)].map((times) => touchedWithin(share, times));
    assert(0 <= less && less <= more && more <= 1);
    assert(Math.abs(touchedWithin(share, 1) - share) < 1e-12);
  }));
});

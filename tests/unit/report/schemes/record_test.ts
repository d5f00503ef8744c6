import assert from "assert";
import fc from "../../../fast_check.ts";
import { ANY_ACCESS_PATTERN, keyOf, type RecordItem, Regions, type Scheme } from "../../../../damon/mod.ts";
import { foldRecord, schemesOfRecord, type SchemesRecordReport, type Selection } from "../../../../report/mod.ts";
import { attributeToSchemes } from "../../../../report/schemes/scheme_attribution.ts";
import { Decimated } from "../../../../report/record/decimated.ts";
import { FOOTER, recordOf, snapshotOf } from "../../../memory_record.ts";
import { HEAP } from "../../../report_records.ts";
import { SCHEMES_HEADER, schemesRecord } from "../../../schemes_records.ts";

const MIB = 2 ** 20;

/** What a report says of a scheme, without what is long. */
function figures({ schemes }: SchemesRecordReport) {
  return schemes.map(({ index, stats, regions, bytes, distinctBytes, gapBytes }) => ({
    index,
    tried: stats?.szTriedBytes,
    regions,
    bytes,
    distinctBytes,
    gapBytes,
  }));
}

async function itemsOf(open: ReturnType<typeof schemesRecord>): Promise<RecordItem[]> {
  const items: RecordItem[] = [];
  for await (const item of (await open()).items()) items.push(item);
  return items;
}

Deno.test("schemesOfRecord tells each scheme's counters, where it acted, and what became of the memory", async () => {
  const report = await schemesOfRecord(schemesRecord());
  const [pageout, hugepage] = figures(report);
  assert.deepEqual(pageout.index, 0);
  // What was recorded of single regions is what the counters say.
  assert.equal(pageout.bytes, pageout.tried);
  assert.equal(hugepage.bytes, hugepage.tried);
  assert.equal(pageout.regions * 16 * MIB, pageout.bytes);
  assert.deepEqual([pageout.distinctBytes, hugepage.distinctBytes], [192 * MIB, 256 * MIB]);
  assert.deepEqual(report.schemes[0].mappings, [
    { name: "cache", bytes: 128 * MIB },
    { name: "heap", bytes: 64 * MIB },
  ]);
  assert.deepEqual([...report.acted.keys()], [keyOf({ kdamond: 7, targetId: 0n })]);
  // The machine's is there too, but it is the process that the schemes are for.
  assert.equal(report.usages.length, 1);
  const [{ pid, samples }] = report.usages;
  assert.deepEqual([pid, samples.length], [42, 61]);
  assert.equal(samples[0].residentBytes - samples[30].residentBytes, 128 * MIB);
});

Deno.test("schemesOfRecord counts each deed in one of the parts that a record's time is divided into", async () => {
  const whole = await schemesOfRecord(schemesRecord());
  for (const parts of [[[0, 20.5], [20.5, 40.5], [40.5, 61]], [[0, 30.5], [30.5, 61]]]) {
    const sums = whole.schemes.map(() => [0, 0, 0]);
    for (const [from, to] of parts) {
      const timeRange = { startNs: from * 1e9, endNs: to * 1e9 };
      const { schemes, usages } = await schemesOfRecord(schemesRecord(), { timeRange });
      schemes.forEach(({ regions, bytes, stats }, i) => {
        [regions, bytes, stats?.szTriedBytes ?? 0].forEach((value, at) => sums[i][at] += value);
      });
      assert.ok(usages[0].samples.every(({ timeNs }) => timeNs >= 5e9 + from * 1e9 && timeNs <= 5e9 + to * 1e9));
    }
    const expected = whole.schemes.map(({ regions, bytes, stats }) => [regions, bytes, stats?.szTriedBytes]);
    // Counters are read once a second: at half a second they are those of the second before.
    assert.deepEqual(sums.map(([regions, bytes]) => [regions, bytes]), expected.map(([a, b]) => [a, b]));
    assert.deepEqual(sums.map((sum) => sum[2]), expected.map((sum) => sum[2]));
  }
});

Deno.test("schemesOfRecord filters the regions that schemes acted on as those of snapshots", async () => {
  const whole = await schemesOfRecord(schemesRecord());
  assert.equal(whole.areCountsWider, undefined);
  const byName = await Promise.all(
    ["heap", "cache"].map((name) => schemesOfRecord(schemesRecord(), { mappings: [name] })),
  );
  assert.deepEqual(byName.map(({ schemes }) => schemes[0].mappings.map(({ name }) => name)), [["heap"], ["cache"]]);
  assert.equal(byName[0].schemes[0].bytes + byName[1].schemes[0].bytes, whole.schemes[0].bytes);
  assert.equal(byName[0].areCountsWider, true);
  const hot = await schemesOfRecord(schemesRecord(), { accessPercent: [75, 100] });
  assert.deepEqual(hot.schemes.map(({ regions }) => regions), [0, whole.schemes[1].regions]);
  await assert.rejects(
    schemesOfRecord(schemesRecord(), { regionBytes: [0, 1] }),
    /its regions are of 132 KiB to 16.0 MiB/,
  );
});

Deno.test("foldRecord hands on memory in use of the selected targets' processes, and of the machine", async () => {
  const [kdamond] = SCHEMES_HEADER.kdamonds;
  const targets = [{ pid: 42, regions: [] }, { pid: 43, regions: [] }];
  const header = { ...SCHEMES_HEADER, kdamonds: [{ ...kdamond, contexts: [{ ...kdamond.contexts[0], targets }] }] };
  const usage = (pid: number, timeNs: number): RecordItem => ({
    kind: "usage",
    usage: { timeNs, pid, residentBytes: 1, swapBytes: 0, minorFaults: 0, majorFaults: 0 },
  });
  const at = (second: number) => [0, 42, 43, 99].map((pid) => usage(pid, second * 1e9));
  // The first of them come before it is known when the record begins.
  const items = [
    ...at(1.5),
    ...[0n, 1n].map((targetId) => snapshotOf(1e9, 2e9, [[0, 4096, 1]], { targetId })),
    ...at(2.5),
  ];
  const footer: RecordItem = { kind: "footer", footer: { ...FOOTER, targets: [{ kdamond: 7, pids: [42, 43, 99] }] } };
  const seen = async (selection: Selection, more: RecordItem[] = []) => {
    const pids: number[] = [];
    const fold = { snapshot() {}, usage: ({ pid }: { pid: number }) => void pids.push(pid) };
    await foldRecord(recordOf([...items, ...more], header), [fold], selection);
    return pids;
  };
  assert.deepEqual(await seen({}), [0, 42, 43, 99, 0, 42, 43, 99]);
  assert.deepEqual(await seen({ target: 1 }), [0, 43, 0, 43]);
  assert.deepEqual(await seen({ kdamond: 0, target: 0 }), [0, 42, 0, 42]);
  assert.deepEqual(await seen({ kdamond: 7 }), [0, 42, 43, 0, 42, 43]);
  // A child that was followed is known by the record's end.
  assert.deepEqual(await seen({ kdamond: 7 }, [footer]), [0, 42, 43, 99, 0, 42, 43, 99]);
  assert.deepEqual(await seen({ timeRange: { startNs: 0, endNs: 1e9 } }), [0, 42, 43, 99]);
  assert.deepEqual(await seen({ clockRanges: [{ startNs: 1e9, endNs: 2e9 }], target: 0 }), [0, 42]);
  assert.deepEqual(await seen({ snapshotRanges: [[0, 0]], target: 0 }), [0, 42]);
});

Deno.test("schemesOfRecord finds out which scheme acted where the kernel does not tell", async () => {
  const [told, untold] = [await schemesOfRecord(schemesRecord()), await schemesOfRecord(schemesRecord(false))];
  assert.deepEqual(figures(untold), figures(told));
  assert.deepEqual(untold.schemes.map(({ inferredRegions }) => inferredRegions), [0, told.schemes[1].regions]);
});

Deno.test("attributeToSchemes goes by access rates and ages, and leaves what several, or none, would have taken", () => {
  const bounds = (min: number, max: number) => ({ min, max });
  const scheme = (rates: [number, number], ages: [number, number]): Scheme => ({
    action: "stat",
    accessPattern: { ...ANY_ACCESS_PATTERN, nrAccesses: bounds(...rates), age: bounds(...ages) },
  });
  const schemes = [scheme([0, 0], [10, 99]), scheme([0, 5], [0, 9]), scheme([5, 20], [0, 99])];
  const rows = [[0, 50], [0, 5], [5, 5], [20, 5], [3, 50]];
  const regions = Regions.from(rows.map(([nrAccesses, age], i) => ({ start: i, end: i + 1, nrAccesses, age })));
  const told = (all: Scheme[], hasOneTarget: boolean) =>
    [...attributeToSchemes({ regions }, all, hasOneTarget)].map(([index, part]) => [index, ...part.start]);
  assert.deepEqual(told(schemes, false), [[0, 0], [1, 1], [undefined, 2, 4], [2, 3]]);
  // What the first did to the only target is told always.
  assert.deepEqual(told(schemes, true), [[undefined, 0, 2, 4], [1, 1], [2, 3]]);
  assert.deepEqual(told(schemes.slice(0, 2), true), [[1, 0, 1, 2, 3, 4]]);
  assert.deepEqual(told([], true), [[undefined, 0, 1, 2, 3, 4]]);
});

Deno.test("schemesOfRecord counts from the record's first counters on where somebody else turned the schemes on", async () => {
  const items = await itemsOf(schemesRecord());
  const [whole] = figures(await schemesOfRecord(schemesRecord()));
  const header = {
    ...SCHEMES_HEADER,
    kdamonds: SCHEMES_HEADER.kdamonds.map((kdamond) => ({ ...kdamond, ours: false })),
  };
  const half = items.slice(Math.floor(items.length / 2));
  const before = items.slice(0, items.length - half.length)
    .findLast((item) => item.kind === "scheme_stats" && item.counts.scheme === 0);
  const first = half.find((item) => item.kind === "scheme_stats" && item.counts.scheme === 0);
  assert.ok(before?.kind === "scheme_stats" && first?.kind === "scheme_stats");
  const [part] = figures(await schemesOfRecord(recordOf(half, header)));
  assert.equal(part.tried, whole.tried! - first.counts.stats.szTriedBytes);
});

Deno.test("schemesOfRecord takes the time, the addresses and the target that are asked for", async () => {
  const early = await schemesOfRecord(schemesRecord(), { timeRange: { startNs: 0, endNs: 7e9 } });
  // Nothing has been idle for five seconds by then, as what was used last is used until the third.
  assert.deepEqual(figures(early).map(({ regions }) => regions > 0), [false, true]);
  assert.ok(early.usages[0].samples.every(({ timeNs }) => timeNs <= 12e9));
  const low = await schemesOfRecord(schemesRecord(), {
    addressRanges: [{ start: HEAP + 64 * MIB, end: HEAP + 72 * MIB }],
  });
  assert.equal(low.schemes[0].distinctBytes, 8 * MIB);
  await assert.rejects(schemesOfRecord(schemesRecord(), { target: 1 }), /The record has no snapshot of target 1/);
});

Deno.test("schemesOfRecord of a record without schemes says nothing, and of one without counters where they acted", async () => {
  const items = await itemsOf(schemesRecord());
  const none = await schemesOfRecord(recordOf(items.filter(({ kind }) => kind === "snapshot"), SCHEMES_HEADER));
  assert.deepEqual([none.schemes, none.usages], [[], []]);
  const some = await schemesOfRecord(recordOf(items.filter(({ kind }) => kind !== "scheme_stats"), SCHEMES_HEADER));
  assert.deepEqual(figures(some).map(({ tried, distinctBytes }) => [tried, distinctBytes]), [
    [undefined, 192 * MIB],
    [undefined, 256 * MIB],
  ]);
});

Deno.test("Decimated keeps the first and the last of any number of values, evenly, and never too many", () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 0, max: 3000 }), (most, count) => {
    const values = new Decimated<number>(most);
    for (let i = 0; i < count; i++) values.push(i);
    const kept = values.all();
    assert.ok(kept.length <= most + 1);
    if (count === 0) return assert.deepEqual(kept, []);
    assert.equal(kept[0], 0);
    assert.equal(kept.at(-1), count - 1);
    const steps = new Set(kept.slice(1, -1).map((value, i) => value - kept[i]));
    assert.ok(steps.size <= 1, `${kept}`);
  }));
});

import assert from "assert";
import type { MappingWorkingSet, RecordItem, Snapshot, WorkingSet } from "../../../../damon/mod.ts";
import {
  figuresOf,
  mappingsOf as mappingReportOf,
  overviewOf,
  type Selection,
  type WorkingSetFigures,
  workingSetLine,
  workingSetOf,
} from "../../../../report/mod.ts";
import { touchedWithin } from "../../../../report/working_set/estimate.ts";
import { HEADER } from "../../../records.ts";
import { mappingsOf, PROCESS_HEADER, recordOf } from "../../../memory_record.ts";
import { agedSnapshot, HEAP, MAPPED } from "../../../report_records.ts";

const MIB = 2 ** 20;
const S = 1e9;

/** A snapshot of a tenth of a second with evidence: `[start, end, resident, used]`, in MiB from the heap's start. */
function known(
  at: number,
  rows: readonly (readonly [number, number, number, number])[],
  more: Partial<Snapshot> = {},
): Snapshot {
  const bytes = (column: number) => Float64Array.from(rows, (row) => row[column] * MIB);
  return {
    ...agedSnapshot(
      at * S / 10,
      (at + 1) * S / 10,
      rows.map(([start, end, , used]) => [HEAP + start * MIB, HEAP + end * MIB, used > 0 ? 20 : 0]),
    ),
    evidence: {
      residentBytes: bytes(2),
      usedBytes: bytes(3),
      looks: Uint32Array.from(rows, ([, , resident]) => resident * 256),
    },
    ...more,
  };
}

function measured(pid: number, startNs: number, more: Partial<WorkingSet> = {}): RecordItem {
  return {
    kind: "working_set",
    workingSet: {
      ...{ startNs, endNs: startNs + S, pid, method: "exact", residentBytes: 20 * MIB, bytes: 8 * MIB },
      ...{ errorBytes: 0, looks: 5120, hits: 2048, mappings: [], ...more },
    },
  };
}

async function figures(
  items: readonly (RecordItem | Snapshot)[],
  windowNs?: number,
  selection?: Selection,
  header = PROCESS_HEADER,
): Promise<WorkingSetFigures> {
  const { fold } = await workingSetOf(recordOf(items, header), selection, windowNs);
  return figuresOf(fold.all())!;
}

const mib = (bytes: number | undefined) => bytes === undefined ? undefined : Math.round(bytes / MIB * 1000) / 1000;

Deno.test("The working set of a window is the union of its snapshots at exact borders, without an error where all was seen", async () => {
  const items = Array.from({ length: 20 }, (_, i) => known(i, [[0, i + 1, i + 1, i + 1], [i + 1, 40, 39 - i, 0]]));
  const { meanBytes, lowBytes, highBytes, smallestBytes, largestBytes, residentBytes } = await figures(items);
  assert.deepEqual([smallestBytes, largestBytes].map(mib), [10, 20]);
  assert.deepEqual([meanBytes, lowBytes, highBytes, residentBytes].map(mib), [15, 15, 15, 40]);
});

Deno.test("The working set is what was used of regions, not all of them, and no more than is resident", async () => {
  const items = Array.from({ length: 10 }, (_, i) => known(i, [[0, 64, 16, 4], [64, 128, 8, 8]]));
  const { meanBytes, lowBytes, residentBytes } = await figures(items);
  assert.ok(lowBytes / MIB > 11.9 && meanBytes / MIB >= 12 && meanBytes <= residentBytes!, workingSetLine(undefined));
  assert.equal(mib(residentBytes), 24);
});

Deno.test("Means and percentiles of working sets are weighted by time", async () => {
  const long = { startNs: 0, endNs: 4 * S };
  const short = { startNs: 4 * S, endNs: 5 * S };
  const found = await figures([known(0, [[0, 10, 10, 10]], long), known(0, [[0, 10, 10, 0]], short)]);
  assert.deepEqual([found.meanBytes, found.medianBytes].map(mib), [8, 10]);
});

Deno.test("What DAMON found accessed in a share of looks is extrapolated to the window, and its error says how far", async () => {
  const half = (i: number) =>
    agedSnapshot(i * S / 10, (i + 1) * S / 10, [[HEAP, HEAP + 16 * MIB, 1], [MAPPED, MAPPED + MIB, 20]]);
  const { meanBytes, lowBytes, highBytes, method } = await figures(Array.from({ length: 10 }, (_, i) => half(i)));
  assert.equal(method, "snapshots");
  assert.equal(mib(meanBytes), mib((16 * touchedWithin(1.25 / 20, 20) + 1) * MIB));
  assert.ok(lowBytes / MIB < 1.8 && highBytes / MIB > 16, `${lowBytes} to ${highBytes}`);
  // Aggregation intervals as long as the window, as for processes with many mappings.
  const intervals = { sampleUs: 100_000, aggrUs: 1_000_000 };
  const second = agedSnapshot(0, S, [[HEAP, HEAP + 16 * MIB, 10], [MAPPED, MAPPED + 16 * MIB, 0]], intervals);
  assert.equal(mib((await figures([second])).meanBytes), 16);
});

Deno.test("What was touched of a region is in that part of it that is in memory, by mapping", async () => {
  const residency: RecordItem = {
    kind: "residency",
    residency: {
      ...{ timeNs: 0, pid: 42, residentBytes: 10 * MIB, swapBytes: 0 },
      mappings: [{ start: HEAP, end: HEAP + 16 * MIB, residentBytes: 8 * MIB, swapBytes: 0 }, {
        ...{ start: MAPPED, end: MAPPED + 2 * MIB, residentBytes: 2 * MIB, swapBytes: 0 },
      }],
    },
  };
  const maps = mappingsOf([[HEAP, HEAP + 16 * MIB, "[heap]"], [MAPPED, MAPPED + 2 * MIB, "/x/y"], [
    MAPPED + 2 * MIB,
    MAPPED + 4 * MIB,
    "/x/z",
  ]]);
  // One region over all of it, as DAMON has it, with the gap between.
  const wide = (i: number) => agedSnapshot(i * S / 10, (i + 1) * S / 10, [[HEAP, MAPPED + 4 * MIB, 20]]);
  const record = recordOf([maps, residency, ...Array.from({ length: 10 }, (_, i) => wide(i))], PROCESS_HEADER);
  const { workingSet, uses } = await mappingReportOf(record);
  assert.deepEqual([workingSet?.meanBytes, workingSet?.residentBytes].map(mib), [10, 10]);
  assert.deepEqual(uses.map(({ name, meanWssBytes, seen }) => [name, mib(meanWssBytes), seen]), [
    ["heap", 8, "accessed"],
    ["y", 2, "accessed"],
    ["", 0, "not resident"],
    ["z", 0, "not resident"],
  ]);
});

Deno.test("A measured working set is the figure of every report, with its error; of other windows snapshots are", async () => {
  const mapping = (start: number, bytes: number): MappingWorkingSet => ({
    ...{ start, end: start + 10 * MIB, residentBytes: 10 * MIB, bytes, looks: 500, hits: 1 },
  });
  const panel = {
    method: "panel" as const,
    errorBytes: MIB,
    mappings: [mapping(HEAP, 6 * MIB), mapping(MAPPED, 2 * MIB)],
  };
  const maps = mappingsOf([[HEAP, HEAP + 10 * MIB, "[heap]"], [MAPPED, MAPPED + 10 * MIB, "/x/y"]]);
  const items = [
    maps,
    ...Array.from({ length: 20 }, (_, i) => agedSnapshot(i * S / 10, (i + 1) * S / 10, [[HEAP, HEAP + 10 * MIB, 1]])),
    measured(42, 0, panel),
    measured(42, S, panel),
  ];
  const found = await figures(items);
  assert.deepEqual([found.method, mib(found.meanBytes), mib(found.residentBytes)], ["panel", 8, 20]);
  assert.ok(
    Math.abs((found.highBytes - found.meanBytes) / MIB - Math.SQRT1_2) < 0.01,
    "two windows have half the variance",
  );
  assert.match(workingSetLine(found), /^Working set of 1 s: 8.00 MiB ± \d{3} KiB of 20.0 MiB resident · measured/);
  const { uses, workingSet } = await mappingReportOf(recordOf(items, PROCESS_HEADER));
  assert.deepEqual(uses.map(({ name, meanWssBytes }) => [name, mib(meanWssBytes)]), [["heap", 6], ["y", 2]]);
  assert.equal(mib(workingSet?.meanBytes), 8);
  assert.equal((await overviewOf(recordOf(items, PROCESS_HEADER))).workingSet?.meanBytes, found.meanBytes);
  const ofHeap = await figures(items, undefined, { mappings: ["heap"] });
  assert.deepEqual([ofHeap.method, mib(ofHeap.meanBytes), mib(ofHeap.residentBytes)], ["panel", 6, 10]);
  assert.equal((await figures(items, S / 5)).method, "snapshots");
  assert.equal((await figures(items, undefined, { accessPercent: [1, 100] })).method, "snapshots");
});

const TWO_PROCESSES = {
  ...HEADER,
  kdamonds: [{
    ...{ pid: 7, ours: true },
    contexts: [{
      operations: "vaddr" as const,
      intervals: { sampleUs: 5000, aggrUs: 100_000, updateUs: S / 1e3 },
      nrRegions: { min: 10, max: 1000 },
      targets: [{ pid: 42, regions: [] }, { pid: 43, regions: [] }],
    }],
  }],
};

Deno.test("The working set of several processes is measured together, or has the memory that they share once", async () => {
  const shared = (pid: number): RecordItem => ({
    kind: "mappings",
    mappings: {
      ...{ timeNs: 0, pid },
      mappings: [
        { start: HEAP, end: HEAP + 4 * MIB, perms: "rw-p", offset: 0, path: "[heap]" },
        { start: HEAP + 8 * MIB, end: HEAP + 16 * MIB, perms: "rw-s", offset: 0, path: "/dev/zero (deleted)" },
      ],
    },
  });
  const both = (i: number) =>
    [0n, 1n].map((targetId) => known(i, [[0, 4, 4, 4], [8, 16, 8, targetId === 0n ? 8 : 6]], { targetId }));
  const items = [shared(42), shared(43), ...Array.from({ length: 10 }, (_, i) => both(i)).flat()];
  const found = await figures(items, undefined, undefined, TWO_PROCESSES);
  assert.equal(mib(found.meanBytes), 16);
  const { uses } = await mappingReportOf(recordOf(items, TWO_PROCESSES));
  assert.deepEqual(uses.map(({ name }) => name).sort(), ["heap", "heap", "shared memory", "shared memory"]);
  const together = await figures([...items, measured(0, 0), measured(42, 0)], undefined, undefined, TWO_PROCESSES);
  assert.deepEqual([together.method, mib(together.meanBytes)], ["exact", 8]);
});

Deno.test("A mapping was never accessed only where it was looked at often enough", async () => {
  const maps = mappingsOf([
    [HEAP, HEAP + MIB, "[heap]"],
    [HEAP + MIB, HEAP + 2 * MIB, "/x/seldom"],
    [HEAP + 2 * MIB, HEAP + 3 * MIB, "/x/gone"],
    [HEAP + 3 * MIB, HEAP + 4 * MIB, "/x/cold"],
  ]);
  const looks = Uint32Array.from([256, 19, 0, 20]);
  const snapshot = known(0, [[0, 1, 1, 1], [1, 2, 1, 0], [2, 3, 0, 0], [3, 4, 1, 0]]);
  const evidence = { ...snapshot.evidence!, looks };
  const { uses } = await mappingReportOf(recordOf([maps, { ...snapshot, evidence }], PROCESS_HEADER));
  const seen = Object.fromEntries(uses.map((use) => [use.name, use.seen]));
  assert.deepEqual(seen, {
    ...{ heap: "accessed", seldom: "not seen accessed", gone: "not resident", cold: "never accessed" },
  });
});

import assert from "assert";
import { movedInTime, type RecordItem, Regions, timesOf } from "../../../../damon/mod.ts";
import { type RecordSelection, selectItems } from "../../../../format/mod.ts";
import { snapshotOf } from "../../../memory_record.ts";

const PAGE = 4096;
const regions = Regions.from([
  { start: 0, end: 4 * PAGE, nrAccesses: 0, age: 9 },
  { start: 8 * PAGE, end: 12 * PAGE, nrAccesses: 1, age: 2 },
]);
const stats = { nrTried: 1, szTriedBytes: PAGE };
const usageAt = (timeNs: number): RecordItem => ({
  kind: "usage",
  usage: { timeNs, pid: 42, residentBytes: 1, swapBytes: 2, majorFaults: 3, minorFaults: 4 },
});
const appliedAt = (ns: number, target?: bigint): RecordItem => ({
  kind: "applied",
  applied: {
    kdamond: 7,
    context: 0,
    ...(target !== undefined && { scheme: 0, targetId: target }),
    startNs: ns,
    endNs: ns + 5,
    regions,
  },
});
const countsAt = (timeNs: number): RecordItem => ({
  kind: "scheme_stats",
  counts: { timeNs, kdamond: 7, context: 0, scheme: 0, stats },
});
const items: RecordItem[] = [
  usageAt(90),
  { kind: "snapshot", snapshot: snapshotOf(100, 200, [[0, PAGE, 1]]) },
  appliedAt(200, 0n),
  countsAt(210),
  { kind: "snapshot", snapshot: snapshotOf(200, 300, [[0, PAGE, 1]]) },
  appliedAt(300, 1n),
  appliedAt(300),
  usageAt(310),
];

async function selected(selection: RecordSelection): Promise<RecordItem[]> {
  const all: RecordItem[] = [];
  for await (
    const item of selectItems(
      (async function* () {
        yield* items;
      })(),
      selection,
    )
  ) all.push(item);
  return all;
}

Deno.test("timesOf and movedInTime know the times of every kind of item", () => {
  for (const item of items) {
    const { startNs, endNs } = timesOf(item);
    const moved = movedInTime(item, 1000);
    assert.deepEqual({ ...timesOf(moved) }.startNs, startNs + 1000);
    assert.deepEqual(timesOf(moved).endNs, endNs + 1000);
    assert.equal(moved.kind, item.kind);
    assert.equal(movedInTime(item, 0), item);
  }
});

Deno.test("selectItems keeps what schemes did in the time, of the kdamond and of the target that are asked for", async () => {
  const kinds = async (selection: RecordSelection) => (await selected(selection)).map(({ kind }) => kind).join(" ");
  assert.equal(await kinds({ timeRange: { startNs: 0, endNs: 100 } }), "usage snapshot");
  assert.equal(
    await kinds({ timeRange: { startNs: 100, endNs: 200 } }),
    "usage applied scheme_stats snapshot",
  );
  assert.equal(await kinds({ kdamond: 8 }), "usage usage");
  // Whose it is may not be known: then it stays.
  assert.equal(await kinds({ target: 1 }), "usage scheme_stats applied applied usage");
});

Deno.test("selectItems cuts the regions on which schemes acted to the addresses, and leaves out those without any", async () => {
  const cut = await selected({ addressRanges: [{ start: 3 * PAGE, end: 9 * PAGE }] });
  const applied = cut.flatMap((item) => item.kind === "applied" ? [item.applied] : []);
  assert.deepEqual([...applied[0].regions].map(({ start, end, age }) => [start / PAGE, end / PAGE, age]), [
    [3, 4, 9],
    [8, 9, 2],
  ]);
  const none = await selected({ addressRanges: [{ start: 40 * PAGE, end: 50 * PAGE }] });
  assert.ok(none.every(({ kind }) => kind !== "applied"));
});

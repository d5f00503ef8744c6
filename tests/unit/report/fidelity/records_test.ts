import assert from "assert";
import type { RecordHeader, RecordItem, Snapshot } from "../../../../damon/mod.ts";
import { fidelityBetween, type FidelityBetweenOptions } from "../../../../report/fidelity/records.ts";
import { watchersOf } from "../../../../report/fidelity/watchers.ts";
import { HEADER } from "../../../records.ts";
import { PAGE, snapshot } from "../../../truths.ts";

const S = 1e9;

function compare(record: Snapshot[], reference: Snapshot[], options: FidelityBetweenOptions = {}) {
  const items = (snapshots: Snapshot[]) => snapshots.map((snapshot): RecordItem => ({ kind: "snapshot", snapshot }));
  return fidelityBetween(items(record), items(reference), options);
}

Deno.test("fidelityBetween weighs precision and recall by bytes and time, splitting snapshots where the other's end", async () => {
  const { all, phases, snapshots } = await compare(
    [snapshot(0, 2 * S, [0, 6, 20], [6, 10, 0]), snapshot(2 * S, 4 * S, [0, 6, 0], [6, 10, 20])],
    [snapshot(0, 1 * S, [0, 4, 20], [4, 10, 0]), snapshot(1 * S, 4 * S, [0, 4, 0], [4, 10, 20])],
  );
  // Seconds 0-1: 4 of 6 pages; 1-2: 2 of 6 and 6; 2-4: 4 of 4 and 6.
  assert.equal(all.seenArea, (6 + 6 + 4 * 2) * PAGE);
  assert.equal(all.hotArea, (4 + 6 + 6 * 2) * PAGE);
  assert.equal(all.commonArea, (4 + 2 + 4 * 2) * PAGE);
  assert.deepEqual([all.precision, all.recall], [14 / 20, 14 / 22]);
  assert.equal(all.errorBytes, (2 + 0 + 2 * 2) / 4 * PAGE);
  assert.deepEqual([all.startNs, all.endNs, all.coveredNs, snapshots, phases], [0, 4 * S, 4 * S, 2, []]);
});

Deno.test("fidelityBetween leaves out addresses that only one of the two monitored", async () => {
  const { all } = await compare(
    [snapshot(0, 1 * S, [0, 4, 20], [4, 6, 20], [8, 9, 20])],
    [snapshot(0, 1 * S, [2, 5, 20], [5, 8, 0], [8, 20, 20])],
  );
  // Both monitored 2-6 and 8-9; of it 5-6 is hot in the record alone.
  assert.deepEqual([all.seenArea, all.hotArea, all.commonArea], [5 * PAGE, 4 * PAGE, 4 * PAGE]);
});

Deno.test("fidelityBetween leaves out time in which only one of the two has a snapshot", async () => {
  const { all, snapshots, originNs } = await compare(
    [snapshot(0, 1 * S, [0, 4, 20]), snapshot(2 * S, 4 * S, [0, 4, 20])],
    [snapshot(1 * S, 3 * S, [0, 4, 20]), snapshot(5 * S, 6 * S, [0, 4, 20])],
  );
  assert.deepEqual([all.startNs, all.endNs, all.coveredNs], [2 * S, 3 * S, 1 * S]);
  assert.deepEqual([snapshots, originNs], [1, 0]);
});

Deno.test("fidelityBetween counts no moment twice where snapshots overlap", async () => {
  const { all } = await compare(
    [snapshot(0, 2 * S, [0, 4, 20]), snapshot(1 * S, 3 * S, [0, 2, 20], [2, 4, 0])],
    [snapshot(0, 4 * S, [0, 4, 20])],
  );
  assert.equal(all.coveredNs, 3 * S);
  assert.equal(all.seenArea, (4 * 2 + 2) * PAGE);
});

Deno.test("fidelityBetween passes over other kdamonds and targets", async () => {
  const mine = snapshot(0, 1 * S, [0, 4, 20]);
  const others = [{ ...snapshot(0, 1 * S, [0, 4, 0]), kdamond: 2 }, { ...snapshot(0, 1 * S, [0, 4, 0]), targetId: 1n }];
  const { all, snapshots } = await compare([...others, mine], [...others, mine], {
    watcher: { kdamond: 1, targetId: 0n },
    referenceWatcher: { kdamond: 1, targetId: 0n },
  });
  assert.deepEqual([all.f1, snapshots], [1, 1]);
});

Deno.test("fidelityBetween divides a time of unknown length into equal parts, at most as many as asked for", async () => {
  const of = (count: number) =>
    Array.from({ length: count }, (_, i) => snapshot(i * S, (i + 1) * S, [0, 4, i % 2 === 0 ? 20 : 0]));
  const timesOf = async (count: number) =>
    (await compare(of(count), of(count), { timeRows: 4 })).overTime.map((row) => [row.startNs / S, row.endNs / S]);
  assert.deepEqual(await timesOf(3), [[0, 1], [1, 2], [2, 3]]);
  assert.deepEqual(await timesOf(5), [[0, 2], [2, 4], [4, 5]]);
  assert.deepEqual(await timesOf(9), [[0, 4], [4, 8], [8, 9]]);
  const { overTime, all } = await compare(of(9), of(9), { timeRows: 4 });
  assert.deepEqual(overTime.map((row) => row.hotArea), [8 * PAGE, 8 * PAGE, 4 * PAGE]);
  assert.equal(all.hotArea, 20 * PAGE);
});

Deno.test("fidelityBetween has nothing to say of records that share no time", async () => {
  const { all, overTime, snapshots } = await compare([snapshot(0, 1, [0, 4, 20])], [snapshot(1, 2, [0, 4, 20])]);
  assert.deepEqual([all.f1, all.coveredNs, overTime, snapshots], [undefined, 0, [], 0]);
});

Deno.test("fidelityBetween reads both records to their ends, whichever is longer", async () => {
  const ended: string[] = [];
  async function* items(name: string, count: number): AsyncGenerator<RecordItem> {
    for (let i = 0; i < count; i++) yield { kind: "snapshot", snapshot: snapshot(i, i + 1, [0, 4, 20]) };
    ended.push(name);
  }
  await fidelityBetween(items("long", 5), items("short", 1));
  await fidelityBetween(items("shorter", 2), items("longer", 3));
  assert.deepEqual(ended.sort(), ["long", "longer", "short", "shorter"]);
});

Deno.test("fidelityBetween closes one record where reading the other fails", async () => {
  let closed = false;
  async function* endless(): AsyncGenerator<RecordItem> {
    try {
      for (let i = 0;; i++) yield { kind: "snapshot", snapshot: snapshot(i, i + 1, [0, 4, 20]) };
    } finally {
      closed = true;
    }
  }
  async function* broken(): AsyncGenerator<RecordItem> {
    yield { kind: "snapshot", snapshot: snapshot(0, 3, [0, 4, 20]) };
    throw new Error("broken");
  }
  await assert.rejects(fidelityBetween(endless(), broken()), /broken/);
  assert(closed);
});

Deno.test("fidelityBetween refuses options out of their bounds", async () => {
  await assert.rejects(compare([], [], { hotFraction: 0 }), RangeError);
  await assert.rejects(compare([], [], { timeRows: 0.5 }), RangeError);
});

function header(kdamond: number, operations: "vaddr" | "paddr", ...pids: number[]): RecordHeader {
  const targets = operations === "paddr" ? [{ regions: [] }] : pids.map((pid) => ({ pid, regions: [] }));
  const intervals = { sampleUs: 5000, aggrUs: 100_000, updateUs: 1_000_000 };
  const context = { operations, intervals, nrRegions: { min: 10, max: 1000 }, targets };
  return { ...HEADER, kdamonds: [{ pid: kdamond, ours: true, contexts: [context] }] };
}

Deno.test("watchersOf finds the one process, or the physical memory, that two records have in common", () => {
  assert.deepEqual(watchersOf(header(50, "vaddr", 1, 2), header(60, "vaddr", 2)), {
    pid: 2,
    watcher: { kdamond: 50, targetId: 1n },
    referenceWatcher: { kdamond: 60 },
  });
  assert.deepEqual(watchersOf(header(50, "paddr"), header(60, "paddr")), {
    pid: undefined,
    watcher: { kdamond: 50 },
    referenceWatcher: { kdamond: 60 },
  });
  const both = header(50, "vaddr", 1, 2);
  assert.deepEqual(watchersOf(both, both, 2).watcher, { kdamond: 50, targetId: 1n });
});

Deno.test("watchersOf refuses records that cannot be compared, and says what to do", () => {
  const one = header(50, "vaddr", 1, 2);
  const throws = (other: RecordHeader, message: RegExp, pid?: number) =>
    assert.throws(() => watchersOf(one, other, pid), { name: "RangeError", message });
  throws({ ...one, host: { ...one.host, bootId: "c" } }, /same boot.* boot b of h.* boot c of h; compare each with/);
  throws({ ...one, clock: { ...one.clock, name: "monotonic" } }, /different clocks: boottime and monotonic/);
  throws(header(50, "vaddr", 3), /one watched processes 1, 2, the other process 3/);
  throws(header(50, "paddr"), /the other physical memory/);
  throws(one, /watched several processes: 1, 2; choose one with pid/);
  throws(one, /did not both watch process 9/, 9);
  const nowhere = { ...one, host: { ...one.host, bootId: "" } };
  assert.throws(() => watchersOf(nowhere, nowhere), /boot unknown of h/);
});

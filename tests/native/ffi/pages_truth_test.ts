import assert from "assert";
import type { MappingWorkingSet, Snapshot } from "../../../damon/mod.ts";
import { Process } from "../pages_processes.ts";
import { itemsUntil, type Mode, monitorOf, snapshotsOf, workingSetsOf } from "../pages_monitoring.ts";

const PAGE = 4096;
const TIB = 2 ** 40;

/** Until so many working sets of a process, or of all (0), are there. */
const workingSets = (nr: number, pid?: number) => {
  let left = nr;
  return (item: { kind: string; workingSet?: { pid: number } }) =>
    item.kind === "working_set" && (pid === undefined || item.workingSet!.pid === pid) && --left === 0;
};

/** Bytes of a snapshot between two addresses: of regions, in memory, and used. */
function bytesIn({ regions, evidence }: Snapshot, start: number, end: number) {
  let [size, resident, used] = [0, 0, 0];
  [...regions].forEach((region, i) => {
    if (region.start < start || region.end > end) return;
    size += region.end - region.start;
    resident += evidence!.residentBytes[i];
    used += evidence!.usedBytes[i];
  });
  return { size, resident, used };
}

const sumIn = (mappings: MappingWorkingSet[], start: number, end: number) =>
  mappings.filter((mapping) => mapping.start >= start && mapping.end <= end)
    .reduce((sum, { bytes }) => sum + bytes, 0);

for (const mode of ["exact", "adaptive"] as Mode[]) {
  Deno.test(`PagesMonitor sees mappings 1 TiB apart, and neither gaps nor what has no permissions, in ${mode} mode`, async () => {
    await using target = Process.start("scatter", 400);
    await target.memory();
    const items = await itemsUntil(monitorOf(mode, [target.pid]), workingSets(3));
    const snapshots = snapshotsOf(items);
    for (const snapshot of snapshots) {
      const { regions, evidence } = snapshot;
      [...regions].forEach(({ start, end }, i) => {
        if (start < 16 * TIB || end > 24 * TIB) return;
        const first = Math.floor(start / TIB) * TIB;
        assert.ok(start >= first && end <= first + 400 * PAGE, `${start.toString(16)} to ${end.toString(16)}`);
        assert.ok(evidence!.residentBytes[i] <= end - start);
        assert.ok(evidence!.usedBytes[i] <= evidence!.residentBytes[i]);
        assert.ok(snapshot.regions.nrAccesses[i] > 0 || evidence!.usedBytes[i] === 0);
      });
      // Each mapping has its own, and all of what is there is in one.
      for (let i = 16; i < 24; i++) assert.equal(bytesIn(snapshot, i * TIB, i * TIB + TIB).resident, 400 * PAGE);
    }
    const sets = workingSetsOf(items);
    for (const { method, mappings, bytes, errorBytes, residentBytes } of sets) {
      assert.equal(method, mode === "exact" ? "exact" : "panel");
      assert.ok(bytes <= residentBytes);
      const found = sumIn(mappings, 16 * TIB, 24 * TIB);
      // It writes to each of them some hundred times in a window.
      if (mode === "exact") assert.deepEqual([found, errorBytes], [4 * 200 * PAGE, 0]);
      else assert.ok(Math.abs(found - 4 * 200 * PAGE) <= 2 * errorBytes, `${found} +- ${errorBytes}`);
    }
  });
}

Deno.test("PagesMonitor shows memory that is mapped while it samples in the next snapshot that begins", async () => {
  await using target = Process.start("grow_apart", 50);
  await target.memory();
  const grown: { start: number; ns: number }[] = [];
  let left = 10;
  let asked = Promise.resolve();
  const items = await itemsUntil(monitorOf("auto", [target.pid]), ({ kind }) => {
    if (kind !== "snapshot" || grown.length >= 12) return kind === "snapshot" && --left === 0;
    asked = asked.then(async () => {
      await target.go();
      const [start, ns] = await target.words();
      grown.push({ start, ns });
    });
    return false;
  });
  await asked;
  assert.ok(grown.length >= 12);
  const snapshots = snapshotsOf(items);
  let checked = 0;
  for (const { start, ns } of grown) {
    const next = snapshots.find(({ startNs }) => startNs >= ns);
    if (!next) continue;
    assert.equal(bytesIn(next, start, start + 50 * PAGE).resident, 50 * PAGE);
    checked++;
  }
  assert.ok(checked >= 10, `${checked}`);
});

Deno.test("PagesMonitor counts memory of two processes once in the working set of both", async () => {
  await using target = Process.start("share", 1000, 600);
  const said = [await target.memory(), await target.memory()];
  const items = await itemsUntil(monitorOf("exact", said.map(({ pid }) => pid)), workingSets(3, 0));
  const sets = workingSetsOf(items);
  const of = (pid: number) => sets.filter((set) => set.pid === pid).at(-1)!;
  const [one, other, both] = [of(said[0].pid), of(said[1].pid), of(0)];
  const { start, end } = said[0];
  for (const { mappings } of [one, other]) assert.equal(sumIn(mappings, start, end), 600 * PAGE);
  // The C library and the program are shared as well.
  assert.ok(both.bytes <= one.bytes + other.bytes - 600 * PAGE && both.bytes >= Math.max(one.bytes, other.bytes));
  assert.ok(both.residentBytes <= one.residentBytes + other.residentBytes - 1000 * PAGE);
  assert.ok(both.residentBytes >= Math.max(one.residentBytes, other.residentBytes));
  assert.deepEqual(both.mappings, []);
});

Deno.test("PagesMonitor has a region for each of 5,000 mappings, and lists at most 1,000 groups of them in its items", async () => {
  await using target = Process.start("many", 5000);
  const { start, end } = await target.memory();
  const items = await itemsUntil(monitorOf("auto", [target.pid]), workingSets(2));
  for (const snapshot of snapshotsOf(items)) {
    const { size, resident } = bytesIn(snapshot, start, end);
    assert.deepEqual([size, resident], [5000 * PAGE, 5000 * PAGE]);
    assert.ok(
      [...snapshot.regions].every((region) =>
        region.start < start || region.end > end || region.end - region.start === PAGE
      ),
    );
  }
  for (const { mappings, method } of workingSetsOf(items)) {
    assert.equal(method, "exact");
    assert.ok(mappings.length <= 1000);
    mappings.forEach((each, i) => assert.ok(i === 0 || each.start >= mappings[i - 1].end));
    const found = mappings.filter((mapping) => mapping.end > start && mapping.start < end)
      .reduce((sum, { bytes }) => sum + bytes, 0);
    assert.ok(found >= 1250 * PAGE && found < 1300 * PAGE, `${found / PAGE}`);
  }
});

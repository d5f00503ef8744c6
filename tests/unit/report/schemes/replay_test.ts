import assert from "assert";
import {
  type AccessPattern,
  type Action,
  ANY_ACCESS_PATTERN,
  type Context,
  NO_QUOTAS,
  type Quotas,
  type RecordItem,
  type Scheme,
  type SchemeFilter,
  type Snapshot,
} from "../../../../damon/mod.ts";
import { type ReplayHit, replaySchemes } from "../../../../report/mod.ts";
import { mappingsOf, PROCESS_HEADER, recordOf } from "../../../memory_record.ts";
import { agedSnapshot } from "../../../report_records.ts";

const MAX = 2 ** 64;
const K64 = 65536;
const IDLE = { nrAccesses: { min: 0, max: 0 } };
const AGED = (min: number) => ({ ...IDLE, age: { min, max: MAX } });
const WEIGHTS = { szPermil: 0, nrAccessesPermil: 0, agePermil: 1 };

function scheme(action: Action, pattern: Partial<AccessPattern> = {}, more: Partial<Scheme> = {}): Scheme {
  return { action, accessPattern: { ...ANY_ACCESS_PATTERN, ...pattern }, ...more };
}

const quota = (limits: Partial<Quotas>): Quotas => ({
  ...NO_QUOTAS,
  resetIntervalMs: 1000,
  weights: WEIGHTS,
  ...limits,
});

/** Snapshots each 100 ms whose rows are `[start, end, nrAccesses, age]`, in units of 64 KiB. */
function snapshots(count: number, rowsAt: (i: number) => [number, number, number, number?][]): Snapshot[] {
  return Array.from(
    { length: count },
    (_, i) =>
      agedSnapshot(i * 1e8, (i + 1) * 1e8, rowsAt(i).map(([start, end, ...more]) => [start * K64, end * K64, ...more])),
  );
}

/** A cold and a hot part that keep so. */
const steady = (count: number) => snapshots(count, (i) => [[0, 10, 0, i], [10, 20, 15, i]]);

async function replay(
  schemes: Scheme | Scheme[],
  items: (Snapshot | RecordItem)[],
  more: Partial<Context> = {},
  onHit?: (hit: ReplayHit) => void,
) {
  const context: Context = { ...PROCESS_HEADER.kdamonds[0].contexts[0], schemes: [schemes].flat(), ...more };
  return await replaySchemes(recordOf(items), context, {}, onHit);
}

/** Of the first scheme. */
async function replayed(...args: Parameters<typeof replay>) {
  return (await replay(...args)).schemes[0];
}

Deno.test("replaySchemes counts what matches in every snapshot, and what the kernel would try as ages start anew", async () => {
  const all = await replayed(scheme("pageout", AGED(3)), steady(12));
  // Ages 3 to 11 match; acted on at 3, its age is 3 again at 6, 9.
  assert.equal(all.matchedBytes, 9 * 10 * K64);
  assert.equal(all.triedBytes, 3 * 10 * K64);
  assert.equal(all.triedRegions, 3);
  assert.deepEqual([all.looks, all.hits], [12, 3]);
  assert.equal(all.distinctBytes, 10 * K64);
  assert.deepEqual([all.heldBytes, all.mostHeldBytes, all.mostTriedBytes], [10 * K64, 10 * K64, 10 * K64]);
  assert.equal(all.returnedBytes, 0);
});

Deno.test("replaySchemes leaves ages alone where a scheme only counts", async () => {
  const { triedBytes, distinctBytes } = await replayed(scheme("stat", AGED(3)), steady(12));
  assert.deepEqual([triedBytes, distinctBytes], [9 * 10 * K64, 10 * K64]);
});

Deno.test("replaySchemes counts a page anew once it was accessed again, and what came back", async () => {
  const items = snapshots(12, (i) => [[0, 10, i === 6 ? 12 : 0, i < 6 ? i : Math.max(0, i - 7)], [10, 20, 15, i]]);
  const { distinctBytes, returnedBytes, heldOverTime } = await replayed(scheme("pageout", AGED(3)), items);
  assert.equal(returnedBytes, 10 * K64);
  assert.equal(distinctBytes, 20 * K64);
  assert.deepEqual(heldOverTime.map((bytes) => bytes! / K64), [0, 0, 0, 10, 10, 10, 0, 0, 0, 0, 10, 10]);
});

/** A part of 5 and one of 15 are idle in one region; then the first is hot, which shows at once, and is cut out by and by. */
const cutOut = (hits: number, isHot: boolean) =>
  snapshots(20, (i) => {
    if (i < 8) return [[0, 20, 0, i]];
    if (i < 10) return [[0, 20, hits, i]];
    return isHot ? [[0, 5, 20, i - 10], [5, 20, 0, i]] : [[0, 20, 0, i - 10]];
  });

Deno.test("replaySchemes takes a region of which a hot part is cut out as accessed in that part only", async () => {
  const steps: [number, number][] = [];
  const onHit = ({ held, snapshot }: ReplayHit) =>
    steps.push([snapshot.startNs / 1e8, held.reduce((sum, { start, end }) => sum + (end - start) / K64, 0)]);
  const { returnedBytes, distinctBytes, heldBytes } = await replayed(
    scheme("pageout", AGED(5)),
    cutOut(6, true),
    {},
    onHit,
  );
  assert.deepEqual([returnedBytes, distinctBytes, heldBytes].map((bytes) => bytes / K64), [5, 20, 15]);
  assert.deepEqual(steps.filter(([at]) => at === 7 || at === 10), [[7, 20], [10, 15]]);
});

Deno.test("replaySchemes takes a region as accessed whole where no hot part explains its hits, or not so many", async () => {
  for (const items of [cutOut(6, false), cutOut(15, true)]) {
    const { returnedBytes } = await replayed(scheme("pageout", AGED(5)), items);
    assert.equal(returnedBytes / K64, 20);
  }
  // It shows 17 snapshots after the hits, when all is out again.
  const late = snapshots(30, (i) => {
    if (i < 25) return [[0, 20, i === 8 ? 6 : 0, i < 8 ? i : Math.max(0, i - 9)]];
    return [[0, 5, 20, 0], [5, 20, 0, i - 9]];
  });
  const { returnedBytes } = await replayed(scheme("pageout", AGED(5)), late);
  assert.equal(returnedBytes / K64, 25);
});

Deno.test("replaySchemes takes a few hits beside a hot region for pages of it, where the rest is idle as before", async () => {
  const hitBeside = (neighbour: number, hits: number) =>
    snapshots(14, (i) => [[0, 20, i === 8 ? hits : 0, i < 8 ? i : Math.max(0, i - 9)], [20, 30, neighbour, i]]);
  const returnedIn = async (items: Snapshot[]) =>
    (await replayed(scheme("pageout", AGED(5)), items)).returnedBytes / K64;
  assert.equal(await returnedIn(hitBeside(20, 3)), 0);
  assert.equal(await returnedIn(hitBeside(20, 9)), 20, "too many for a tenth of it");
  assert.equal(await returnedIn(hitBeside(2, 3)), 20, "nothing beside it is hot");
});

Deno.test("replaySchemes asks schemes in their order: the first leaves nothing to one that asks for age", async () => {
  const { schemes: [first, second] } = await replay([scheme("cold", AGED(3)), scheme("pageout", AGED(3))], steady(12));
  assert.equal(first.hits, 3);
  assert.equal(second.hits, 0);
  assert.equal(second.matchedBytes, first.matchedBytes);
});

Deno.test("replaySchemes looks each apply interval, and no more often than it may", async () => {
  const each = await replayed(scheme("stat", IDLE, { applyIntervalUs: 300_000 }), steady(12));
  assert.deepEqual([each.looks, each.triedBytes], [4, 4 * 10 * K64]);
  const uneven = await replayed(scheme("stat", IDLE, { applyIntervalUs: 150_000 }), steady(12));
  assert.equal(uneven.looks, 8);
  const few = await replayed(scheme("stat", IDLE, { maxNrSnapshots: 5 }), steady(12));
  assert.deepEqual([few.looks, few.hits], [5, 5]);
  const fast = await replayed(scheme("stat", IDLE, { applyIntervalUs: 10_000 }), steady(12));
  assert.equal(fast.looks, 12);
  assert.match(fast.notes[0], /would look every 10 ms; the record shows every 100 ms/);
});

Deno.test("replaySchemes counts ages in aggregations, as DAMON does, also where they took longer than asked", async () => {
  const slow = Array.from(
    { length: 12 },
    (_, i) => agedSnapshot(i * 2.3e8, (i + 1) * 2.3e8, [[0, 10 * K64, 0, i]]),
  );
  assert.equal((await replayed(scheme("pageout", AGED(3)), slow)).hits, 3);
  const gap = slow.filter((_, i) => i !== 4 && i !== 5);
  assert.equal((await replayed(scheme("pageout", AGED(3)), gap)).hits, 3, "lost snapshots count");
});

Deno.test("replaySchemes keeps a quota of size to each window, the oldest first, and goes on where it was used up", async () => {
  const items = snapshots(30, (i) => [[0, 4, 0, 10 + i], [4, 10, 0, 100 + i], [10, 20, 15, i]]);
  const hits: string[] = [];
  const { triedBytes, exceeds, mostTriedBytes } = await replayed(
    scheme("pageout", AGED(5), { quotas: quota({ szBytes: 2 * K64 }) }),
    items,
    {},
    ({ tried, snapshot }) =>
      tried.forEach(({ start, end }) => hits.push(`${snapshot.startNs / 1e8}: ${start / K64}-${end / K64}`)),
  );
  assert.deepEqual(hits, ["0: 4-6", "10: 6-8", "20: 8-10"]);
  assert.equal(triedBytes, 6 * K64);
  assert.equal(exceeds, 2);
  assert.equal(mostTriedBytes, 2 * K64);
});

Deno.test("replaySchemes takes what comes first by address where no weight is above 0", async () => {
  const items = snapshots(3, (i) => [[0, 4, 0, 10 + i], [4, 10, 0, 100 + i]]);
  const quotas = quota({ szBytes: 2 * K64, weights: NO_QUOTAS.weights });
  const tried: number[] = [];
  await replay(
    scheme("pageout", AGED(5), { quotas }),
    items,
    {},
    (hit) => tried.push(...hit.tried.map(({ start }) => start)),
  );
  assert.deepEqual(tried, [0]);
});

Deno.test("replaySchemes says what it does not know: time, goals, free memory, pages", async () => {
  const { notes, triedBytes } = await replayed(
    scheme("stat", IDLE, {
      quotas: quota({ timeMs: 10, goals: [{ metric: "some_mem_psi_us", targetValue: 10 }] }),
      watermarks: { metric: "free_mem_rate", intervalUs: 5e6, highPermil: 500, midPermil: 400, lowPermil: 200 },
      filters: [{ type: "memcg", matching: true, allow: false, memcgPath: "/a" }],
    }),
    steady(2),
  );
  assert.equal(triedBytes, 2 * 10 * K64);
  assert.match(
    notes.join("\n"),
    /quota of time is taken as not used up\n.*some_mem_psi_us.*no limit is taken\n.*active all the time\n.*\(memcg\) would let pass/,
  );
});

const at = (start: number, end: number): SchemeFilter => ({
  type: "addr",
  start: start * K64,
  end: end * K64,
  matching: true,
  allow: false,
});

Deno.test("replaySchemes applies filters of addresses and targets exactly", async () => {
  const bytes = async (...filters: SchemeFilter[]) => {
    const { triedBytes } = await replayed(scheme("stat", IDLE, { filters }), steady(1));
    return triedBytes / K64;
  };
  assert.equal(await bytes(at(2, 5)), 7);
  assert.equal(await bytes({ ...at(2, 5), allow: true }), 3);
  assert.equal(await bytes({ ...at(2, 5), matching: false }), 3);
  assert.equal(await bytes({ ...at(2, 5), allow: true }, at(0, 20)), 3);
  assert.equal(await bytes(at(0, 20), { ...at(2, 5), allow: true }), 0);
  assert.equal(await bytes({ type: "target", targetIndex: 0, matching: true, allow: false }), 0);
  assert.equal(await bytes({ type: "target", targetIndex: 1, matching: true, allow: false }), 10);
  const young: SchemeFilter = { type: "young", matching: true, allow: false };
  // What is allowed by address is asked no more; what is not is left to the filters of pages.
  assert.equal(await bytes({ ...at(2, 5), allow: true }, young), 10);
});

Deno.test("replaySchemes tells anonymous memory from files by mappings, where the kernel asks at all", async () => {
  const mapped: RecordItem = mappingsOf([
    [0, 2 * K64, "[heap]"],
    [2 * K64, 5 * K64, "/usr/lib/libc.so.6"],
    [6 * K64, 20 * K64, ""],
  ]);
  if (mapped.kind === "mappings") mapped.mappings.mappings[1].perms = "r-xp";
  const anon: SchemeFilter = { type: "anon", matching: true, allow: true };
  const items = [mapped, ...steady(1)];
  const stat = await replayed(scheme("stat", IDLE, { filters: [anon] }), items);
  assert.deepEqual([stat.triedBytes, stat.passedBytes, stat.unknownBytes].map((bytes) => bytes / K64), [10, 6, 1]);
  const pageout = await replayed(scheme("pageout", IDLE, { filters: [anon] }), items);
  assert.deepEqual([pageout.passedBytes, pageout.unknownBytes].map((bytes) => bytes / K64), [10, 0]);
  assert.match(pageout.notes[0], /does not ask its filters of pages \(anon\) with vaddr/);
});

Deno.test("replaySchemes acts on what is mapped, by name, and says how much lies between", async () => {
  const mapped = mappingsOf([[0, 2 * K64, "[heap]"], [6 * K64, 20 * K64, ""]]);
  const report = await replay(scheme("pageout", AGED(3)), [mapped, ...steady(12)]);
  const [{ triedBytes, distinctBytes, mappings }] = report.schemes;
  assert.equal(triedBytes, 3 * 10 * K64);
  assert.equal(distinctBytes, 6 * K64);
  assert.equal(report.residentBytes, 16 * K64);
  assert.deepEqual(
    mappings.map(({ name, triedBytes, distinctBytes }) => [name, triedBytes / K64, distinctBytes / K64]),
    [["anonymous", 12, 4], ["heap", 6, 2], ["not mapped", 12, 0]],
  );
});

Deno.test("replaySchemes acts on what was in memory, and on no more than the process has", async () => {
  const mapped = mappingsOf([[0, 2 * K64, "[heap]"], [6 * K64, 20 * K64, ""]]);
  const mappings = [
    { start: 0, end: 2 * K64, residentBytes: K64, swapBytes: 0 },
    { start: 6 * K64, end: 20 * K64, residentBytes: 7 * K64, swapBytes: 0 },
  ];
  const residency: RecordItem = {
    kind: "residency",
    residency: { timeNs: 0, pid: 42, residentBytes: 8 * K64, swapBytes: 0, mappings },
  };
  const report = await replay(scheme("pageout", AGED(3)), [mapped, residency, ...steady(12)]);
  const [{ distinctBytes, mostHeldBytes }] = report.schemes;
  // Of the same 6 units that are mapped, half was there.
  assert.deepEqual([distinctBytes / K64, mostHeldBytes / K64, report.residentBytes / K64], [3, 3, 8]);
  assert.deepEqual(report.residentNotes, []);
  const usage = { timeNs: 0, pid: 42, residentBytes: 11 * K64, swapBytes: 0, majorFaults: 0, minorFaults: 0 };
  const bounded = await replay(scheme("pageout", AGED(3)), [mapped, { kind: "usage", usage }, ...steady(12)]);
  assert.equal(bounded.residentBytes, 11 * K64);
  assert.ok(bounded.schemes[0].mostHeldBytes <= K64);
  assert.match(bounded.residentNotes[0], /estimated from the size/);
});

Deno.test("replaySchemes translates shares and times where the record has other intervals, and says so", async () => {
  const intervals = { sampleUs: 10_000, aggrUs: 400_000, updateUs: 1e6 };
  // 1 s or more, in 400 ms: 3 intervals, which are 12 of the record's.
  const pattern = { nrAccesses: { min: 0, max: 4 }, age: { min: 3, max: MAX } };
  const items = snapshots(20, (i) => [[0, 10, i % 3, i]]);
  const { hits, notes } = await replayed(scheme("stat", pattern), items, { intervals });
  assert.equal(hits, 8, "2 of 20 samples are 4 of 40");
  assert.match(notes[0], /rates and ages were converted/);
  const goal = { accessBp: 400, aggrs: 3, minSampleUs: 5000, maxSampleUs: 1e7 };
  const tuned = await replayed(scheme("stat", pattern), items, { intervals: { ...intervals, goal } });
  assert.equal(tuned.hits, 17, "where the kernel tunes them, counts stay counts");
});

Deno.test("replaySchemes says that a record is too short for the age of a scheme", async () => {
  const items = snapshots(3, (i) => [[0, 10, 0, i]]);
  const { hits, notes } = await replayed(scheme("stat", AGED(36_000)), items);
  assert.equal(hits, 0);
  assert.equal(
    notes[0],
    "The scheme asks for an age of 1 h or more, and the record is of 300 ms: replay it on a longer one",
  );
  // DAMON was on before the record began.
  const older = await replayed(scheme("stat", AGED(36_000)), snapshots(3, (i) => [[0, 10, 0, 36_000 + i]]));
  assert.deepEqual([older.hits, older.notes], [3, []]);
});

Deno.test("replaySchemes matches nothing by age where the record has none, and says so", async () => {
  const items = snapshots(3, () => [[0, 10, 0]]);
  const { hits, notes } = await replayed(scheme("stat", AGED(0 + 1)), items);
  assert.equal(hits, 0);
  assert.match(notes[0], /Ages are not in the record/);
  assert.equal((await replayed(scheme("stat", IDLE), items)).hits, 3);
});

Deno.test("replaySchemes keeps to the ranges of physical memory that the context watches", async () => {
  const more: Partial<Context> = { operations: "paddr", targets: [{ regions: [{ start: 5 * K64, end: 8 * K64 }] }] };
  const { triedBytes, notes } = await replayed(scheme("stat", IDLE), steady(1), more);
  assert.equal(triedBytes, 3 * K64);
  assert.match(notes[0], /The record is of vaddr, the scheme for paddr/);
});

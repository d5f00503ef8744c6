import assert from "assert";
import {
  AGE_UNKNOWN,
  type RecordHeader,
  type RecordItem,
  type Region,
  type RegionEvidence,
  Regions,
  type Snapshot,
} from "../../../../damon/mod.ts";
import {
  darkSpec,
  fillPercentiles,
  foldRecord,
  formatIdle,
  formatIdleCsv,
  formatIdleJson,
  formatIdleJsonLines,
  IDLE_COLUMNS,
  idleClassNames,
  IdleFold,
  idleOf,
  idleOfStat,
  idleSpec,
  IdleTime,
  idleTimeSteps,
  parseIdlePercentiles,
  type Selection,
  usedClassesOf,
} from "../../../../report/mod.ts";
import { IntervalStarts } from "../../../../report/record/idle_starts.ts";
import { FOOTER, mappingsOf, PROCESS_HEADER, recordOf } from "../../../memory_record.ts";

const SECOND = 1e9;

/** A snapshot of a tenth of a second, the `i`-th; regions as `[bytes, nrAccesses, age]`, one after the other. */
function at(i: number, rows: readonly (readonly [number, number, number])[], more: Partial<Snapshot> = {}): Snapshot {
  let start = 0x1000;
  const regions = rows.map(([bytes, nrAccesses, age]): Region => ({ start, end: start += bytes, nrAccesses, age }));
  const times = { startNs: i * 1e8, endNs: (i + 1) * 1e8 };
  return {
    kdamond: 7,
    targetId: 0n,
    sampleUs: 5000,
    aggrUs: 100_000,
    ...times,
    regions: Regions.from(regions),
    ...more,
  };
}

const EDGES = [1 * SECOND, 5 * SECOND];

Deno.test("idleOf sorts memory into what is accessed and how long the rest has been idle", async () => {
  const snapshot = at(0, [[4096, 3, 50], [8192, 0, 8], [4096, 0, 9], [16384, 0, 1000]]);
  const { now, mean, overTime, percentilesNs } = await idleOf(await recordOf([snapshot])(), { edgesNs: EDGES });
  // An age of 9 is the tenth interval: one second.
  assert.deepEqual(now, { totalBytes: 32768, shares: [0.125, 0.25, 0.125, 0.5] });
  assert.deepEqual(mean, now);
  assert.deepEqual(overTime, [{ startNs: 0, endNs: 1e8, distribution: now }]);
  assert.equal(percentilesNs.length, 101);
  assert.equal(percentilesNs[0], -5.1 * SECOND);
  assert.equal(percentilesNs[13], 0.9 * SECOND);
  assert.equal(percentilesNs[100], 100.1 * SECOND);
});

Deno.test("IdleFold tells the end from the mean, and a target that ended from those at the end", async () => {
  const early = Array.from({ length: 8 }, (_, i) => at(i, [[4096, 1, 0]], { targetId: 1n }));
  const all = Array.from({ length: 16 }, (_, i) => at(i, [[4096, i < 12 ? 1 : 0, 0]]));
  const items = [...early, ...all].sort((a, b) => a.startNs - b.startNs);
  const report = await idleOf(await recordOf(items)(), { edgesNs: EDGES, timeParts: 2 });
  assert.deepEqual(report.now, { totalBytes: 4096, shares: [0, 1, 0, 0] });
  // Over 1.6 s: 4096 bytes, and for the first half 4096 more.
  assert.equal(report.mean!.totalBytes, 6144);
  assert.deepEqual(report.overTime.map(({ distribution }) => distribution.totalBytes), [8192, 4096]);
  assert.equal(report.overTime[1].distribution.shares[0], 0.5);
});

const resident = (bytes: number[], usedBytes: number[], looks: number[]): RegionEvidence => ({
  residentBytes: Float64Array.from(bytes),
  usedBytes: Float64Array.from(usedBytes),
  looks: Uint32Array.from(looks),
});

Deno.test("idleOf counts what was in memory and used by the recorder's evidence, and the rest of a region as idle", async () => {
  const evidence = resident([8192, 4096, 0], [4096, 0, 0], [9, 9, 0]);
  const snapshot = at(0, [[16384, 3, 50], [4096, 0, 30], [1 << 30, 0, 1000]], { evidence });
  const report = await idleOf(await recordOf([snapshot])(), { edgesNs: EDGES });
  // Half of the first region's memory was accessed; how long the rest was not, is known of one interval only.
  assert.deepEqual(report.now, { totalBytes: 12288, shares: [1 / 3, 1 / 3, 1 / 3, 0] });
  assert.equal(report.percentilesNs[100], 3.1 * SECOND);
  assert.deepEqual([report.basis, report.watchedBytes], ["evidence", 20480 + (1 << 30)]);
  assert.match(formatIdle(report, { width: 99, colour: "never" }), /In memory: 12\.0 KiB of 1.00 GiB watched/);
});

Deno.test("idleOf without evidence takes what was in memory by mapping, or by the size of the process", async () => {
  const snapshot = at(0, [[8192, 3, 0], [1 << 30, 0, 99], [65536, 0, 99]]);
  const end = 0x1000 + 8192 + (1 << 30) + 65536;
  const mappings = [
    { start: 0x1000, end: 0x3000, residentBytes: 8192, swapBytes: 0 },
    { start: end - 65536, end, residentBytes: 16384, swapBytes: 4096 },
  ];
  const residency: RecordItem = {
    kind: "residency",
    residency: { timeNs: 0, pid: 42, residentBytes: 24576, swapBytes: 4096, mappings },
  };
  const usage = { timeNs: 0, pid: 42, residentBytes: 32768, swapBytes: 0, majorFaults: 0, minorFaults: 0 };
  const mapped = mappingsOf([[0x1000, 0x3000, "[heap]"], [end - 65536, end, "x"]]);
  const of = async (...items: RecordItem[]) => await idleOf(await recordOf([...items, snapshot])(), { edgesNs: EDGES });
  const byMapping = await of(mapped, { kind: "usage", usage }, residency);
  assert.deepEqual(byMapping.now, { totalBytes: 24576, shares: [1 / 3, 0, 0, 2 / 3] });
  assert.deepEqual([byMapping.basis, byMapping.swapBytes, byMapping.notes.length], ["residency", 4096, 1]);
  assert.match(byMapping.notes[0], /^Looked at: 100 % of the 24.0 KiB in memory/);
  // What was accessed was there; the rest of the size is spread over what is mapped besides.
  const bySize = await of(mapped, { kind: "usage", usage });
  assert.deepEqual(bySize.now, { totalBytes: 32768, shares: [0.25, 0, 0, 0.75] });
  assert.match(bySize.notes[0], /estimated from the size of the process/);
  const byMaps = await of(mapped);
  assert.equal(byMaps.now.totalBytes, 8192 + 65536);
  assert.match(byMaps.notes[0], /all that is mapped is counted/);
  const bySizeOnly = await of({ kind: "usage", usage });
  assert.equal(bySizeOnly.now.totalBytes, 32768);
});

/** Two processes, each with a page of its own, and two of a shared file after it. */
const TWO: RecordHeader = {
  ...PROCESS_HEADER,
  kdamonds: PROCESS_HEADER.kdamonds.map((kdamond) => ({
    ...kdamond,
    contexts: kdamond.contexts.map((context) => ({
      ...context,
      targets: [{ pid: 42, regions: [] }, { pid: 43, regions: [] }],
    })),
  })),
};

const sharing = [42, 43].map((pid): RecordItem => ({
  kind: "mappings",
  mappings: {
    timeNs: 0,
    pid,
    mappings: [
      { start: 0x1000, end: 0x2000, perms: "rw-p", offset: 0, path: "[heap]" },
      { start: 0x2000, end: 0x4000, perms: "rw-s", offset: 0, path: "/dev/shm/pool" },
    ],
  },
}));

Deno.test("idleOf counts memory that processes share once, in use where one of them uses it, now and over time", async () => {
  const snapshots = [0, 1].flatMap((i) => [
    at(i, [[4096, 3, 0], [8192, 0, 99]], { evidence: resident([4096, 8192], [4096, 0], [9, 9]) }),
    at(i, [[4096, 0, 99], [8192, 3, 0]], {
      targetId: 1n,
      evidence: resident([4096, 4096], [0, 4096], [9, 9]),
    }),
  ]);
  const options = { edgesNs: EDGES, timeParts: 2 };
  const both = await idleOf(await recordOf([...sharing, ...snapshots], TWO)(), options);
  // 4096 of the one and 4096 of the shared in use; 4096 of the other and of the shared idle.
  const wanted = { totalBytes: 16384, shares: [0.5, 0, 0, 0.5] };
  assert.deepEqual([both.now, both.mean], [wanted, wanted]);
  for (const { distribution } of both.overTime) assert.deepEqual(distribution, wanted);
  assert.equal(both.percentilesNs[49] < 0, true);
  assert.equal(both.percentilesNs[51], 10 * SECOND);
  assert.ok(both.notes.includes("Memory that processes share counts once, and is in use where one of them uses it"));
  // A child that was followed has its pid at the end of the record only.
  const footer = { ...FOOTER, targets: [{ kdamond: 7, pids: [42, 43] }] };
  const followed = await idleOf(recordOf([...sharing, ...snapshots, { kind: "footer", footer }]), options);
  assert.deepEqual([followed.now, followed.mean], [wanted, wanted]);
  const one = await idleOf(await recordOf([...sharing, ...snapshots], TWO)(), { ...options, target: 0 });
  assert.deepEqual(one.now, { totalBytes: 12288, shares: [1 / 3, 0, 0, 2 / 3] });
  assert.ok(!one.notes.some((note) => note.includes("share")));
});

Deno.test("IdleFold takes only the kdamond and the target that are asked for, by pid or index", () => {
  const items = [at(0, [[4096, 0, 0]]), at(0, [[8192, 0, 0]], { kdamond: 8 }), at(0, [[512, 0, 0]], { targetId: 1n })];
  const bytesOf = (options: { kdamond?: number; target?: number }) => {
    const fold = new IdleFold(PROCESS_HEADER, options);
    for (const snapshot of items) fold.add({ kind: "snapshot", snapshot });
    return fold.finish().now.totalBytes;
  };
  assert.equal(bytesOf({}), 12_800);
  assert.equal(bytesOf({ kdamond: 8 }), 8192);
  assert.equal(bytesOf({ kdamond: 0 }), 4608);
  assert.equal(bytesOf({ kdamond: 7, target: 1 }), 512);
  assert.throws(() => bytesOf({ kdamond: 9 }), { name: "RangeError", message: /has no snapshot of kdamond 9/ });
});

Deno.test("idleOf takes the filters of all reports, and parts that are selected add up to the whole", async () => {
  const items = Array.from(
    { length: 30 },
    (_, i) => at(i, [[4096, i % 3 === 0 ? 5 : 0, i % 3], [8192, 0, i], [512, 20, i]]),
  );
  const open = recordOf([mappingsOf([[0x1000, 0x2000, "[heap]"], [0x2000, 0x5000, "/lib/c.so"]]), ...items]);
  const bytesOf = async (selection: Selection) => {
    const { mean } = await idleOf(open, { ...selection, edgesNs: EDGES });
    return mean!.shares.map((share) => share * mean!.totalBytes!);
  };
  const whole = await bytesOf({});
  const areParts = async (...selections: Selection[]) => {
    const parts = await Promise.all(selections.map(bytesOf));
    const sums = whole.map((_, i) => parts.reduce((sum, part) => sum + part[i], 0));
    assert.deepEqual(sums.map(Math.round), whole.map(Math.round));
  };
  await areParts({ regionBytes: [0, 4095] }, { regionBytes: [4096, 2 ** 40] });
  await areParts({ accessPercent: [0, 25] }, { accessPercent: [26, 100] });
  const addresses = [{ start: 0, end: 0x1800 }, { start: 0x1800, end: 0x9000 }];
  await areParts(...addresses.map((range) => ({ addressRanges: [range] })));
  assert.deepEqual(
    await bytesOf({ mappings: ["HEAP"] }),
    await bytesOf({ addressRanges: [{ start: 0x1000, end: 0x2000 }] }),
  );
  // Ages are measured by the intervals before, though those are not selected.
  const late = { timeRange: { startNs: 2e9, endNs: 3e9 } };
  assert.equal((await idleOf(open, late)).percentilesNs[100], (await idleOf(open)).percentilesNs[100]);
  assert.equal((await idleOf(open, late)).overTime[0].startNs, 2e9);
  await assert.rejects(() => bytesOf({ mappings: ["none"] }), { name: "RangeError", message: /there are heap, c.so/ });
});

Deno.test("IdleFold measures an age by the page sampler's own intervals, which are not equally long", () => {
  const of = (source: "pages" | "damon") => {
    const fold = new IdleFold({ ...PROCESS_HEADER, source });
    fold.add({ kind: "snapshot", snapshot: at(0, [[4096, 0, 0]]) });
    const late = { startNs: 1e8, endNs: 3e8, aggrUs: 200_000 };
    fold.add({ kind: "snapshot", snapshot: at(1, [[4096, 0, 1]], late) });
    return fold.finish().percentilesNs[100];
  };
  assert.equal(of("pages"), 3e8);
  // Where DAMON tunes its intervals, the kernel brings ages in line with the one in force.
  assert.equal(of("damon"), 4e8);
});

Deno.test("foldRecord gives ages in intervals as long as the one in force, where the page sampler stretched its own", async () => {
  const late = { startNs: 4e8, endNs: 8e8, aggrUs: 400_000 };
  const snapshots = [0, 1, 2, 3].map((i) => at(i, [[4096, 0, i]]));
  const items = [...snapshots, at(4, [[4096, 0, 4], [4096, 0, 0], [4096, 0, AGE_UNKNOWN]], late)];
  const agesIn = async (source: "pages" | "damon", selection = {}) => {
    let ages: number[] = [];
    const header = { ...PROCESS_HEADER, source };
    await foldRecord(recordOf(items, header), [{ snapshot: ({ regions }) => ages = [...regions.age] }], selection);
    return ages;
  };
  // Four intervals of 0.1 s and this one of 0.4 s: one such interval, and this one.
  assert.deepEqual(await agesIn("pages"), [1, 0, AGE_UNKNOWN]);
  assert.deepEqual(await agesIn("pages", { timeRange: { startNs: 4e8, endNs: 8e8 }, ageNs: [4e8, 5e8] }), [1]);
  assert.deepEqual(await agesIn("damon"), [4, 0, AGE_UNKNOWN]);
});

Deno.test("IdleFold measures an age by the time that intervals really took, on a machine that is held up", () => {
  const fold = new IdleFold(PROCESS_HEADER);
  fold.add({ kind: "snapshot", snapshot: at(0, [[4096, 0, 5]]) });
  fold.add({ kind: "snapshot", snapshot: at(1, [[4096, 0, 6]], { startNs: 1e8, endNs: 2.5e8 }) });
  // DAMON ran for five intervals before it was recorded.
  assert.equal(fold.finish().percentilesNs[100], 7.5e8);
});

Deno.test("IdleFold refuses regions without an age and edges that do not ascend", () => {
  const fold = new IdleFold(PROCESS_HEADER);
  assert.throws(
    () => fold.add({ kind: "snapshot", snapshot: at(0, [[4096, 0, AGE_UNKNOWN]]) }),
    { name: "RangeError", message: /regions of this record have no age/ },
  );
  for (const edgesNs of [[5, 1], [0, 1], [1, 1]]) {
    assert.throws(() => new IdleFold(PROCESS_HEADER, { edgesNs }), { name: "RangeError" });
  }
});

Deno.test("IdleFold says what was lost and that a record is cut off", () => {
  const fold = new IdleFold(PROCESS_HEADER);
  fold.add({ kind: "snapshot", snapshot: at(0, [[4096, 0, 0]]) });
  fold.add({ kind: "footer", footer: { ...FOOTER, events: 9, dropped: 2, torn: 1 } });
  assert.deepEqual(fold.finish("it ends early").notes, [
    "The record does not tell what was in memory: all that was watched is counted, gaps between mappings included",
    "Lost: 2 of 9 events; 1 torn snapshots are left out",
    "The record is not complete: it ends early",
  ]);
});

Deno.test("IntervalStarts remembers the last ones, and takes those before to have been as long", () => {
  const starts = new IntervalStarts("damon", 4);
  for (const [startNs, endNs] of [[0, 10], [10, 20], [20, 30], [30, 40], [40, 60], [60, 70]]) {
    starts.add(startNs, endNs);
  }
  assert.deepEqual([0, 1, 3].map((age) => starts.before(age, 7)), [60, 40, 20]);
  // The remembered ones are 40/3 long on average; two were forgotten, and before those there were others.
  assert.equal(starts.before(4, 7), 20 - 40 / 3);
  assert.equal(starts.before(8, 7), 20 - 2 * 40 / 3 - 3 * 7);
  const few = new IntervalStarts("damon", 4);
  few.add(70, 77);
  assert.equal(few.before(0, 7), 70);
  assert.equal(few.before(3, 7), 70 - 3 * 7);
  // Ages count also the two intervals that were lost.
  few.add(92, 100);
  assert.deepEqual([0, 1, 2, 3].map((age) => few.before(age, 7)), [92, 84.5, 77, 70]);
  // The page sampler rests between intervals, and its ages do not count that.
  const rested = new IntervalStarts("pages", 4);
  for (const startNs of [0, 50, 100]) rested.add(startNs, startNs + 10);
  assert.deepEqual([0, 1, 2].map((age) => rested.before(age, 10)), [100, 50, 0]);
  const many = new IntervalStarts("damon");
  for (let i = 0; i < 1000; i++) many.add(i * 5, i * 5 + 5);
  assert.deepEqual([0, 500, 999].map((age) => many.before(age, 7)), [4995, 2495, 0]);
});

Deno.test("IdleTime leaves out what has no snapshots", () => {
  const time = new IdleTime(1, 10);
  time.add("a", 0, 10, Float64Array.of(4));
  time.add("a", 30, 40, Float64Array.of(8));
  assert.deepEqual(time.parts().map(({ startNs, bytes }) => [startNs, ...bytes]), [[0, 4], [30, 8]]);
  assert.deepEqual([...time.mean()], [6]);
});

Deno.test("idleOfStat takes each percentile of DAMON_STAT for a hundredth of the memory", () => {
  const percentilesMs = Array.from({ length: 101 }, (_, i) => i <= 10 ? -2000 : i <= 60 ? 500 : 7000);
  const host = PROCESS_HEADER.host;
  const report = idleOfStat(
    { percentilesMs, totalBytes: 1000, aggrUs: 100_000, bandwidth: 5, wallMs: 0, host },
    EDGES,
  );
  assert.deepEqual(report.now, { totalBytes: 1000, shares: [0.1, 0.5, 0, 0.4] });
  assert.deepEqual(report.notes, []);
  assert.match(formatIdle(report, { width: 80, colour: "never" }), /the coldest half was idle for 500 ms or longer/);
  const none = { ...report.source, totalBytes: undefined, percentilesMs: Array<number>(101).fill(0) } as const;
  const empty = idleOfStat({ ...none, aggrUs: undefined, bandwidth: undefined, wallMs: 0, host });
  assert.match(empty.notes[0], /measured nothing yet/);
  // Linux 6.17 has 0 where later ones say for how long memory has been hot.
  assert.equal(empty.now.shares[0], 1);
});

Deno.test("parseIdlePercentiles takes 101 numbers and nothing else", () => {
  const text = Array.from({ length: 101 }, (_, i) => i - 50).join(",");
  assert.equal(parseIdlePercentiles(`${text}\n`)[0], -50);
  for (const wrong of ["", "1,2,3", `${text},1`, text.replace("-50", "x"), text.replace("-50", "")]) {
    assert.throws(() => parseIdlePercentiles(wrong), { name: "SyntaxError", message: /101 numbers/ });
  }
});

Deno.test("idleTimeSteps shares memory out evenly between two percentiles, as the Python damo does", () => {
  // 0 to 100 s, one a percent: each of ten steps has a tenth; the first begins before 0.
  const seconds = Array.from({ length: 101 }, (_, i) => i);
  const steps = idleTimeSteps(seconds, 10);
  assert.deepEqual(steps.slice(0, 2), [{ upTo: 10, percent: 10 }, { upTo: 20, percent: 11 }]);
  assert.equal(idleTimeSteps(Array<number>(101).fill(3), 10).length, 1);
});

Deno.test("fillPercentiles draws straight lines through what is known, and on beyond it", () => {
  const all = fillPercentiles([[10, 0], [50, 40], [90, 200]]);
  assert.deepEqual([0, 10, 30, 50, 70, 90, 100].map((p) => all[p]), [-10, 0, 20, 40, 120, 200, 240]);
  for (const wrong of [[[1, 2]], [[5, 1], [5, 2]], [[-1, 0], [5, 2]], [[0, NaN], [1, 2]]]) {
    assert.throws(() => fillPercentiles(wrong as [number, number][]), { name: "RangeError" });
  }
});

Deno.test("the table of idle memory has every class, with what is idle at least as long", async () => {
  const report = await idleOf(await recordOf([at(0, [[1024, 1, 0], [3072, 0, 99]])])(), { edgesNs: EDGES });
  const lines = formatIdleCsv(report).trimEnd().split("\n");
  assert.equal(lines[0], Object.keys(IDLE_COLUMNS).join(","));
  assert.deepEqual(lines.slice(1, 5), [
    "now,,,,,1024,0.25,",
    "now,,,0,1,0,0,0.75",
    "now,,,1,5,0,0,0.75",
    "now,,,5,,3072,0.75,0.75",
  ]);
  // At the end, in the mean, and one part of the time, which begins at 0.
  assert.equal(lines.length, 1 + 3 * 4);
  assert.match(lines.at(-1)!, /^time,0,0\.1,5,,3072/);
  const json = JSON.parse(formatIdleJson(report));
  assert.equal(json.rows.length, 12);
  assert.equal(json.percentiles_s.length, 101);
  assert.deepEqual(JSON.parse(formatIdleJsonLines(report).split("\n")[3]), json.rows[3]);
});

Deno.test("classes that never have any memory are not drawn", async () => {
  const report = await idleOf(await recordOf([at(0, [[1024, 0, 0]])])());
  assert.equal(usedClassesOf(report), 2);
  assert.deepEqual(idleClassNames(report).slice(0, 3), ["accessed", "under 1 s", "1 s to 5 s"]);
  assert.equal(idleClassNames(report).at(-1), "1 d or longer");
  const domain = JSON.stringify(idleSpec(report));
  assert.ok(domain.includes("under 1 s") && !domain.includes("1 s to 5 s"));
});

Deno.test("formatIdle keeps to its width, and uses colours only where asked to", async () => {
  const items = Array.from({ length: 60 }, (_, i) => at(i * 10, [[1 << 20, i % 3, 9], [3 << 20, 0, i * 10]]));
  const report = await idleOf(await recordOf(items)(), { timeParts: 10 });
  for (const width of [60, 80, 120]) {
    const text = formatIdle(report, { width, colour: "never" });
    assert.deepEqual(text.split("\n").filter((line) => line.length > width), []);
    assert.ok(!text.includes("\x1b"));
  }
  assert.ok(formatIdle(report, { width: 80, colour: "256" }).includes("\x1b[38;5;"));
  assert.ok(formatIdle(report, { width: 80, colour: "truecolor" }).includes("\x1b[38;2;"));
});

Deno.test("a chart of idle memory has no light grid on a dark page", async () => {
  const report = await idleOf(recordOf([at(0, [[4096, 3, 50], [8192, 0, 8]])]), { edgesNs: EDGES });
  const text = JSON.stringify(darkSpec(idleSpec(report)));
  assert.ok(JSON.stringify(idleSpec(report)).includes("#ececf0") && !text.includes("#ececf0"));
});

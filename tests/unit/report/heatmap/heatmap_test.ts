import assert from "assert";
import {
  captionOf,
  formatHeatCsv,
  formatHeatJson,
  heatmapOf,
  heatOf,
  heatRows,
  topDown,
} from "../../../../report/mod.ts";
import { heatSourceOf, type Selection, selectionLine } from "../../../../report/mod.ts";
import type { RecordFooter, RecordItem } from "../../../../damon/mod.ts";
import { FOOTER, mappingsOf, PROCESS_HEADER, recordOf, type Row, snapshotOf } from "../../../memory_record.ts";

const PAGE = 4096;
const HEAP = 0x5555_0000_0000;
const STACK = 0x7ffc_0000_0000;
const CELLS = { timeBins: 10, rows: 40 };

/** A second in ten snapshots: the heap's second half is accessed in half of the samples, the stack's first page always. */
function items(idlePages = 1000) {
  const rows: Row[] = [
    [HEAP, HEAP + 8 * PAGE, 0],
    [HEAP + 8 * PAGE, HEAP + 16 * PAGE, 10],
    [HEAP + 16 * PAGE, HEAP + (16 + idlePages) * PAGE, 0],
    [STACK, STACK + PAGE, 20],
    [STACK + PAGE, STACK + 4 * PAGE, 0],
  ];
  return Array.from({ length: 10 }, (_, i) => snapshotOf(5e9 + i * 1e8, 5e9 + (i + 1) * 1e8, rows));
}
const names = mappingsOf([[HEAP, HEAP + 900 * PAGE, "[heap]"], [STACK, STACK + 4 * PAGE, "[stack]"]]);

Deno.test("heatmapOf makes a band of each hot range, named by its mapping, and says what it left out", async () => {
  const heatmap = await heatmapOf(recordOf([names, ...items(), { kind: "footer", footer: FOOTER }]), CELLS);
  assert.deepEqual(heatmap.bands.map(({ name }) => name), ["heap", "stack"]);
  assert.deepEqual(topDown(heatmap).map(({ name }) => name), ["stack", "heap"]);
  const [heap, stack] = heatmap.bands;
  assert.deepEqual([heap.start, heap.end], [HEAP + 7 * PAGE, HEAP + 17 * PAGE], "a page of idle surroundings");
  assert.equal(heatOf(heap, 0, 0), 0);
  assert.equal(heatOf(stack, 9, 0), 1);
  assert.equal(heatmap.coverage.heatShare, 1);
  assert.equal(heatmap.coverage.monitoredBytes, 1020 * PAGE);
  assert.equal(heatmap.coverage.idleBytes, 1011 * PAGE);
  assert.equal(heatmap.coverage.shownBytes, 12 * PAGE);
});

Deno.test("heatmapOf conserves heat: the bins hold what the regions held", async () => {
  const heatmap = await heatmapOf(recordOf(items()), { timeBins: 7, rows: 5, drawRange: "all" });
  const sum = heatmap.bands.reduce((sum, { heat }) => sum + heat.reduce((a, b) => a + b), 0);
  assert.ok(Math.abs(sum / ((8 * 0.5 + 1) * PAGE * 1e9) - 1) < 1e-9);
});

Deno.test("heatmapOf counts time from the record's start and shows only the range asked for", async () => {
  const timeRange = { startNs: 2e8, endNs: 5e8 };
  const heatmap = await heatmapOf(recordOf(items()), { ...CELLS, timeRange });
  assert.deepEqual(heatmap.time, { startNs: 2e8, binNs: 3e7, count: 10 });
  assert.equal(heatmap.survey.targets[0].snapshots, 3);
  assert.ok(heatmap.bands[0].watched.every((watched) => watched > 0));
});

Deno.test("heatmapOf draws exactly the address ranges asked for, on whole pages", async () => {
  const addressRanges = [{ start: STACK + 100, end: STACK + 2 * PAGE }, { start: HEAP, end: HEAP + 4 * PAGE }];
  const { bands } = await heatmapOf(recordOf(items()), { ...CELLS, addressRanges });
  assert.deepEqual(bands.map(({ start, end }) => [start, end]), [
    [HEAP, HEAP + 4 * PAGE],
    [STACK, STACK + 2 * PAGE],
  ]);
});

Deno.test("heatmapOf says why a selection cannot be drawn", async () => {
  const record = recordOf(items());
  const failing = (options: object) => heatmapOf(record, { ...CELLS, ...options });
  await assert.rejects(failing({ timeRange: { startNs: 2e9, endNs: 3e9 } }), {
    name: "RangeError",
    message:
      "No snapshot of the record lies in 2 to 3 s: it lasts 1 s, counted from its first snapshot. Choose a time within that",
  });
  await assert.rejects(failing({ addressRanges: [{ start: 0x1000, end: 0x2000 }] }), {
    message: /^No region of the record lies in 0x1000-0x2000: its regions lie in 0x/,
  });
  await assert.rejects(failing({ target: 3 }), {
    message: "The record has no snapshot of target 3: it has kdamond 7 target 0. Choose one of these",
  });
  await assert.rejects(failing({ timeBins: 60_000 }), /at most 100000 are drawn/);
});

Deno.test("heatmapOf tells targets and kdamonds apart and selects them", async () => {
  const header = structuredClone(PROCESS_HEADER);
  header.kdamonds[0].contexts[0].targets.push({ pid: 43, regions: [] });
  header.processes.push({ pid: 43, comm: "other", cmdline: [], exe: "" });
  const row: Row = [HEAP, HEAP + 4 * PAGE, 20];
  const both = recordOf([snapshotOf(0, 1e8, [row]), snapshotOf(0, 1e8, [row], { targetId: 1n })], header);
  const all = await heatmapOf(both, CELLS);
  assert.deepEqual(all.bands.map(({ target }) => target.pid), [42, 43]);
  assert.equal(captionOf(all).title, "Memory accesses of 2 targets: sim (pid 42), other (pid 43)");
  const one = await heatmapOf(both, { ...CELLS, target: 1, kdamond: 0 });
  assert.deepEqual(one.bands.map(({ target }) => target.pid), [43]);
  assert.equal(captionOf(one).title, "Memory accesses of other (pid 43)");
});

Deno.test("heatmapOf takes a target id that is a kernel pointer by its order of appearance", async () => {
  const { bands } = await heatmapOf(
    recordOf([snapshotOf(0, 1e8, [[HEAP, HEAP + PAGE, 1]], { targetId: 18446623438842320000n })]),
    CELLS,
  );
  assert.deepEqual([bands[0].target.index, bands[0].target.pid], [0, 42]);
});

Deno.test("heatmapOf finds in the footer which child a target is, and names its memory", async () => {
  const child = snapshotOf(0, 1e8, [[HEAP, HEAP + PAGE, 20]], { targetId: 1n });
  const pages = { cpuNs: 0, clearNs: 0, walkNs: 0, clears: 0, cleared: 0, walked: 0, samples: 0, missed: 0 };
  const counts = { ...pages, maxOverhead: 0.02, sampleUs: { min: 5000, max: 5000 }, pids: [42, 99] };
  const footer = { ...FOOTER, pages: counts } as RecordFooter;
  const ofChild: RecordItem = {
    kind: "mappings",
    mappings: {
      timeNs: 0,
      pid: 99,
      mappings: [{ start: HEAP, end: HEAP + PAGE, perms: "rw-p", offset: 0, path: "[heap]" }],
    },
  };
  const { bands } = await heatmapOf(recordOf([ofChild, child, { kind: "footer", footer }]), CELLS);
  assert.deepEqual([bands[0].target.pid, bands[0].name], [99, "heap"]);
});

Deno.test("heatmapOf of a record without snapshots has none, and no band", async () => {
  const heatmap = await heatmapOf(recordOf([]), CELLS);
  assert.equal(heatmap.survey.snapshots, 0);
  assert.deepEqual(heatmap.bands, []);
});

Deno.test("captionOf says what recorded it, how, and every loss", async () => {
  const footer = { ...FOOTER, events: 1234, dropped: 34, torn: 1 };
  const record = recordOf([...items(), { kind: "footer", footer }], PROCESS_HEADER, "it has no end");
  const { title, lines } = captionOf(await heatmapOf(record, CELLS));
  assert.equal(title, "Memory accesses of sim --fast (pid 42)");
  assert.match(lines[2], /^Working set of 1 s: \d\S* KiB \(.* to .*\) · estimated from snapshots$/);
  assert.deepEqual(lines, [
    "Recorded by DAMON (vaddr) · Linux 6.12.0 x86_64 · host h · 2023-11-14 22:13:20 UTC · damo test",
    "Sampled every 5 ms · aggregated over 100 ms · 5 regions (allowed 10–1,000) · 10 snapshots in 1 s",
    lines[2],
    "Shown: 48.0 KiB in 2 bands with all of the accesses · left out: 3.94 MiB of 3.98 MiB · never seen accessed: 3.95 MiB",
    "Lost: 34 of 1,234 events · 1 torn snapshot is left out",
    "The record is not complete: it has no end",
  ]);
});

Deno.test("captionOf says what of the memory that is there was never seen accessed, where the recorder tells it", async () => {
  const far = HEAP + 2 ** 40;
  const snapshot = snapshotOf(0, 1e8, [[HEAP, HEAP + 4 * PAGE, 20], [far, far + 100 * PAGE, 0]]);
  const evidence = {
    residentBytes: Float64Array.of(4 * PAGE, 10 * PAGE),
    usedBytes: Float64Array.of(2 * PAGE, 0),
    looks: Uint32Array.of(8, 20),
  };
  const heatmap = await heatmapOf(
    recordOf([{ ...snapshot, evidence }]),
    CELLS,
  );
  assert.equal(heatmap.coverage.idleBytes, 100 * PAGE);
  assert.equal(heatmap.coverage.idleResidentBytes, 10 * PAGE);
  assert.match(captionOf(heatmap).lines.join("\n"), /never seen accessed: 40.0 KiB of what is resident/);
});

Deno.test("captionOf shows tuned intervals as the range that they took", async () => {
  const row: Row = [HEAP, HEAP + PAGE, 1];
  const tuned = [snapshotOf(0, 1e8, [row]), snapshotOf(1e8, 3e8, [row], { sampleUs: 10_000, aggrUs: 200_000 })];
  const { lines } = captionOf(await heatmapOf(recordOf(tuned), CELLS));
  assert.match(lines[0], /^This record says little: it has 2 snapshots/);
  assert.match(
    lines[2],
    /^Sampled every 5 ms to 10 ms \(tuned\) · aggregated over 100 ms to 200 ms \(tuned\) · 1 region /,
  );
});

Deno.test("heatRows leaves out what was not monitored, and has the units that its columns name", async () => {
  const gap = [...items().slice(0, 3), ...items().slice(6)];
  const heatmap = await heatmapOf(recordOf([names, ...gap]), {
    ...CELLS,
    addressRanges: [{ start: STACK, end: STACK + PAGE }],
  });
  const rows = [...heatRows(heatmap)];
  assert.equal(rows.length, 7);
  assert.deepEqual(rows[3], {
    target: "sim --fast (pid 42)",
    band: "stack",
    time_start_s: 0.6,
    time_end_s: 0.7,
    address_start: "0x7ffc00000000",
    address_end: "0x7ffc00001000",
    accessed_percent: 100,
    monitored_percent: 100,
  });
});

Deno.test("formatHeatCsv and formatHeatJson have the same bins", async () => {
  const header = structuredClone(PROCESS_HEADER);
  header.processes[0].cmdline = ["sim", 'a "quoted", argument'];
  const heatmap = await heatmapOf(recordOf(items(), header), CELLS);
  const [columns, first, ...rest] = formatHeatCsv(heatmap).trimEnd().split("\n");
  const json = JSON.parse(formatHeatJson(heatmap));
  assert.deepEqual(columns.split(","), Object.keys(json.columns));
  assert.equal(rest.length + 1, json.bins.length);
  assert.ok(first.startsWith('"sim a ""quoted"", argument (pid 42)",unnamed,0,0.1,0x'));
  assert.equal(json.record.processes[0].pid, 42);
});

Deno.test("heatmapOf counts the time of selected snapshots from the record's beginning", async () => {
  const open = recordOf(Array.from({ length: 6 }, (_, i) => snapshotOf(1e9 + i * 1e9, 2e9 + i * 1e9, [[0, 4096, i]])));
  const drawn = async (selection: Selection) => {
    const [source, options] = heatSourceOf(open, selection);
    const { survey } = await heatmapOf(source, options);
    return survey;
  };
  const survey = await drawn({ snapshotRanges: [[2, 3]] });
  assert.deepEqual([survey.originNs, survey.durationNs], [1e9, 6e9]);
  assert.deepEqual(survey.timeRange, { startNs: 2e9, endNs: 4e9 });
  assert.deepEqual(survey.selection, { snapshotRanges: [[2, 3]] });
  const clock = { clockRanges: [{ startNs: 4e9, endNs: 5e9 }], timeRange: { startNs: 0, endNs: 6e9 } };
  assert.deepEqual((await drawn(clock)).timeRange, clock.timeRange);
  await assert.rejects(
    () => drawn({ snapshotRanges: [[9, 9]] }),
    /^RangeError: The record has no snapshot 9: they count from 0 to 5/,
  );
  assert.equal((await drawn({})).selection, undefined);
});

Deno.test("selectionLine names every filter that is set", () => {
  assert.deepEqual([selectionLine(), selectionLine({})], [[], []]);
  const all: Required<Omit<Selection, "temperatureWeights">> = {
    kdamond: 0,
    target: 1,
    timeRange: { startNs: 2e9, endNs: 5.5e9 },
    clockRanges: [{ startNs: 1, endNs: 2 }],
    snapshotRanges: [[3, 4], [6, 7]],
    snapshotBytes: [[4096, 2 ** 64]],
    addressRanges: [{ start: 0x1000, end: 0x2000 }],
    mappings: ["heap", "libc"],
    regionBytes: [0, 8192],
    accessPercent: [5, 100],
    ageNs: [1e9, Infinity],
    temperatures: [[-Infinity, 0], [-Infinity, Infinity]],
  };
  assert.deepEqual(selectionLine(all), [
    "Only: kdamond 0 · target 1 · seconds 2 to 5.5 · 1 ns to 2 ns of the clock · snapshot 3 to 4 or 6 to 7 · " +
    "snapshots of 4.00 KiB or more · 1000-2000 · mappings named heap or libc · regions of 0 B to 8.00 KiB · " +
    "accessed in 5 % to 100 % of samples · age 1 s or more · temperature 0 or less or any value",
  ]);
});

const FAR = 2 ** 40;
const scattered: Row[] = Array.from({ length: 300 }, (_, i) => [FAR * (1 + i % 100) + i * 64 * PAGE, i]).sort(
  ([a], [b]) => a - b,
).map(([start, i]) => [start, start + 16 * PAGE, i % 3 === 0 ? 20 : 5]);

Deno.test("heatmapOf shows a scattered address space whole: every access, no gap, addresses as they are", async () => {
  const snapshots = Array.from({ length: 10 }, (_, i) => snapshotOf(i * 1e8, (i + 1) * 1e8, scattered));
  const heatmap = await heatmapOf(recordOf(snapshots), { timeBins: 10, rows: 60 });
  const { coverage, bands } = heatmap;
  assert.equal(coverage.heatShare, 1);
  assert.equal(coverage.monitoredBytes, 300 * 16 * PAGE);
  assert.equal(coverage.shownBytes, coverage.monitoredBytes);
  assert.ok(bands.length <= 6);
  const sum = bands.reduce((sum, { heat }) => sum + heat.reduce((a, b) => a + b), 0);
  const wanted = scattered.reduce((sum, [start, end, accesses]) => sum + (end - start) * accesses / 20, 0) * 1e9;
  assert.ok(Math.abs(sum / wanted - 1) < 1e-9, `${sum / wanted}`);
  assert.ok(bands.every(({ watched }) => watched.every((value) => value > 0)), "nothing that was not monitored");
  const starts = new Set(scattered.map(([start]) => `0x${start.toString(16)}`));
  const rows = [...heatRows(heatmap)].filter(({ time_start_s }) => time_start_s === 0);
  assert.ok(starts.has(String(rows[0].address_start)));
  assert.ok(rows.every(({ monitored_percent }) => Number(monitored_percent) > 99));
  assert.match(captionOf(heatmap).lines.join("\n"), /\(300 pieces, gaps cut out\), all that was monitored/);
});

Deno.test("of 30,000 targets in any order the heat map shows those with the most heat, and the caption spans all", async () => {
  const rows: [number, number, number][] = [[HEAP, HEAP + PAGE, 5]];
  const record = () =>
    recordOf(
      Array.from({ length: 30_000 }, (_, at) =>
        snapshotOf(5e9, 5e9 + 1e8, at === 17_777 ? [[HEAP, HEAP + 64 * PAGE, 20]] : rows, { targetId: BigInt(at) })),
    );
  const heatmap = await heatmapOf(record(), CELLS);
  assert.equal(heatmap.survey.targets.length, 30_000);
  assert.ok(heatmap.bands.length <= 24, `${heatmap.bands.length} bands`);
  assert.ok(heatmap.bands.some(({ target }) => target.targetId === 17_777n));
  assert.match(JSON.stringify(captionOf(heatmap)), /30,?000 targets/);
  assert.match(captionOf(heatmap).lines.join("\n"), /Drawn: the 24 targets with the most accesses · not drawn: 29,976/);
});

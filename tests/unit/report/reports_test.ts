import assert from "assert";
import { touchedWithin } from "../../../report/working_set/estimate.ts";
import { Ajv } from "../../ajv.ts";
import type { RecordFooter, RecordItem, Snapshot } from "../../../damon/mod.ts";
import { renderSvg } from "../../../draw/mod.ts";
import {
  accessedRegionsOf,
  accessSectionOf,
  accessSpec,
  darkSpec,
  diffTable,
  distributionTable,
  foldRecord,
  idleOf,
  joinTables,
  mappingsOf,
  mappingsTable,
  NrRegionsFold,
  overviewOf,
  percentileRange,
  percentilesOf,
  recordPageOf,
  recordPageSpec,
  type Section,
  selectedRecord,
  sortRegions,
  type Table,
  TimesFold,
  type VegaLiteSpec,
  WssFold,
} from "../../../report/mod.ts";
import { formatTable } from "../../../report/mod.ts";
import { FOOTER, mappingsOf as mapped, PROCESS_HEADER, recordOf, snapshotOf } from "../../memory_record.ts";
import { agedSnapshot, HEAP, smallRecord } from "../../report_records.ts";

const [KIB, MIB] = [2 ** 10, 2 ** 20];

Deno.test("WssFold counts regions with enough accesses and bytes, after the snapshots that are left out", async () => {
  const rows = [[0, 4 * KIB, 1], [4 * KIB, 12 * KIB, 5], [12 * KIB, 112 * KIB, 0], [112 * KIB, 212 * KIB, 20]] as const;
  const record = recordOf(Array.from({ length: 5 }, (_, i) => snapshotOf(i * 1e8, (i + 1) * 1e8, rows)));
  const values = async (options: ConstructorParameters<typeof WssFold>[0]) => {
    const fold = new WssFold(options);
    return [...fold.collapsed(await foldRecord(record, [fold])).values].map((bytes) => bytes / KIB);
  };
  assert.deepEqual(await values({ skipSnapshots: 3 }), [112, 112]);
  assert.deepEqual(await values({ skipSnapshots: 4, minAccesses: 5 }), [108]);
  assert.deepEqual(await values({ skipSnapshots: 4, minBytes: 8 * KIB }), [108]);
  assert.deepEqual(await values({ skipSnapshots: 0, workUs: 250_000 }), [112]);
  assert.deepEqual(await values({}), []);
});

Deno.test("WssFold adds up targets at the same time, and not one that is gone", async () => {
  const at = (i: number, targetId: bigint, kib: number) =>
    snapshotOf(i * 1e8, (i + 1) * 1e8, [[0, kib * KIB, 1]], { targetId });
  const record = recordOf([
    ...[0, 1, 2].flatMap((i) => [at(i, 0n, 10), at(i, 1n, 100 * (i + 1))]),
    at(3, 0n, 10),
    at(4, 0n, 20),
    at(9, 0n, 30),
  ]);
  const fold = new WssFold({ skipSnapshots: 0 });
  const survey = await foldRecord(record, [fold]);
  const { values, timesNs } = fold.collapsed(survey);
  // The last of target 1 still stands for one or two intervals: it may only be late.
  assert.deepEqual([...values].map((bytes) => bytes / KIB), [110, 210, 310, 310, 320, 30]);
  assert.deepEqual([...timesNs].map((ns) => ns / 1e8), [1, 2, 3, 4, 5, 10]);
  assert.deepEqual(fold.perTarget(survey).map(({ values }) => values.length), [6, 3]);
});

Deno.test("percentilesOf takes a value that is there, of all values or of the time", () => {
  const part = { name: "", values: Float64Array.of(3, 1, 2, 9), timesNs: Float64Array.of(10, 20, 30, 40) };
  const values = (how: "size" | "time") => percentilesOf(part, [0, 25, 50, 74, 100], how).map(({ value }) => value);
  assert.deepEqual(values("size"), [1, 2, 3, 3, 9]);
  assert.deepEqual(values("time"), [3, 1, 2, 2, 9]);
  assert.deepEqual(percentilesOf(part, [50], "time")[0].timeNs, 30);
  assert.deepEqual(percentilesOf({ ...part, values: new Float64Array(0) }, [50], "size"), []);
});

Deno.test("percentileRange leaves its end out and refuses a step that leads nowhere", () => {
  assert.deepEqual(percentileRange([0, 101, 25]), [0, 25, 50, 75, 100]);
  assert.throws(() => percentileRange([0, 101, 0]), /0 101 0 are no percentiles/);
  assert.throws(() => percentileRange([0, 200, 1]), RangeError);
  assert.throws(() => percentileRange([101, 0, 5]), RangeError);
});

Deno.test("foldRecord selects by target, time, index and size, and says what there is where nothing is left", async () => {
  const at = (i: number, targetId: bigint) =>
    snapshotOf(5e9 + i * 1e9, 6e9 + i * 1e9, [[0, (i + 1) * MIB, 1]], { targetId });
  const record = recordOf([0, 1, 2, 3].flatMap((i) => [at(i, 0n), at(i, 1n)]));
  const seen = async (selection: Parameters<typeof foldRecord>[2]) => {
    const found: [number, number][] = [];
    await foldRecord(record, [{
      snapshot: ({ startNs }, { index }, { originNs }) => found.push([index, (startNs - originNs) / 1e9]),
    }], selection);
    return found;
  };
  assert.deepEqual(await seen({ target: 1 }), [[1, 0], [1, 1], [1, 2], [1, 3]]);
  assert.deepEqual(await seen({ timeRange: { startNs: 0.5e9, endNs: 3e9 } }), [[0, 1], [1, 1], [0, 2], [1, 2]]);
  assert.deepEqual(await seen({ clockRanges: [{ startNs: 8e9, endNs: 9e9 }] }), [[0, 3], [1, 3]]);
  assert.deepEqual(await seen({ snapshotRanges: [[0, 0], [3, 9]], target: 0 }), [[0, 0], [0, 3]]);
  assert.deepEqual(await seen({ snapshotBytes: [[2 * MIB, 3 * MIB]], target: 0 }), [[0, 1], [0, 2]]);
  await assert.rejects(seen({ target: 7 }), /no snapshot of target 7: it has kdamond 7 target 0, kdamond 7 target 1/);
});

Deno.test("foldRecord selects regions by size, rate, age, temperature, address and mapping", async () => {
  const rows = [
    [HEAP, HEAP + MIB, 20, 3],
    [HEAP + MIB, HEAP + 5 * MIB, 1, 0],
    [HEAP + 5 * MIB, HEAP + 6 * MIB, 0, 50],
    [HEAP + 6 * MIB, HEAP + 7 * MIB, 0],
  ] as const;
  const record = recordOf([
    mapped([[HEAP, HEAP + 2 * MIB, "[heap]"], [HEAP + 5 * MIB, HEAP + 9 * MIB, "/lib/libx.so"]]),
    agedSnapshot(0, 1e8, rows),
  ]);
  const left = async (selection: Parameters<typeof foldRecord>[2]) => {
    const found: number[][] = [];
    await foldRecord(record, [{
      snapshot: ({ regions }) => {
        for (const { start, end } of regions) found.push([(start - HEAP) / MIB, (end - HEAP) / MIB]);
      },
    }], selection);
    return found;
  };
  assert.deepEqual(await left({ regionBytes: [2 * MIB, 4 * MIB] }), [[1, 5]]);
  assert.deepEqual(await left({ accessPercent: [5, 5] }), [[1, 5]]);
  // A region whose age is not known is of no age.
  assert.deepEqual(await left({ ageNs: [1e9, Infinity] }), [[5, 6]]);
  assert.deepEqual(await left({ temperatures: [[-Infinity, -1]] }), [[5, 6]]);
  assert.deepEqual(await left({ addressRanges: [{ start: HEAP + MIB / 2, end: HEAP + 2 * MIB }] }), [[0.5, 1], [1, 2]]);
  assert.deepEqual(await left({ mappings: ["HEAP"] }), [[0, 1], [1, 2]]);
  assert.deepEqual(await left({ mappings: ["libx"], accessPercent: [0, 0] }), [[5, 6], [6, 7]]);
});

Deno.test("foldRecord takes one access more than there are samples for all, and refuses to select by ages that are not there", async () => {
  const record = recordOf([agedSnapshot(0, 1e8, [[HEAP, HEAP + MIB, 21], [HEAP + MIB, HEAP + 3 * MIB, 20]])]);
  const bytes = async (selection: Parameters<typeof foldRecord>[2]) => {
    let sum = 0;
    const snapshot = ({ regions }: Snapshot) => [...regions].forEach(({ start, end }) => sum += (end - start) / MIB);
    await foldRecord(record, [{ snapshot }], selection);
    return sum;
  };
  assert.equal(await bytes({ accessPercent: [50, 100] }), 3);
  assert.equal(await bytes({ temperatures: [[0, Infinity]], temperatureWeights: [0, 100, 0] }), 3);
  await assert.rejects(() => bytes({ ageNs: [0, Infinity] }), /no age, .* to select by age; leave out age/);
  await assert.rejects(
    () => bytes({ temperatures: [[0, Infinity]] }),
    /no age, .* to select by temperature; .*temperature_weights/,
  );
});

Deno.test("mappingsOf knows a child's mappings although its pid stands at the record's end only", async () => {
  const pages = {
    ...{
      cpuNs: 0,
      clearNs: 0,
      walkNs: 0,
      clears: 0,
      cleared: 0,
      chilled: 0,
      stuck: 0,
      walked: 0,
      samples: 0,
      missed: 0,
    },
    ...{ maxOverhead: 0.02, sampleUs: { min: 5000, max: 5000 }, pids: [42, 43] },
  };
  const names = (pid: number, path: string) => ({
    kind: "mappings" as const,
    mappings: {
      timeNs: 0,
      pid,
      mappings: [{ start: HEAP, end: HEAP + 2 * MIB, path, perms: "rw-p", offset: 0 }],
    },
  });
  const record = recordOf([
    names(42, "[heap]"),
    names(43, "/opt/child"),
    snapshotOf(0, 1e8, [[HEAP, HEAP + MIB, 20]]),
    snapshotOf(0, 1e8, [[HEAP, HEAP + MIB, 10], [HEAP + MIB, HEAP + 3 * MIB, 0]], { targetId: 1n }),
    { kind: "footer", footer: { ...FOOTER, pages } },
  ], PROCESS_HEADER);
  const { uses } = await mappingsOf(record);
  assert.deepEqual(
    uses.map(({ target, name, bytes, meanWssBytes, accessed, idleNs, seen }) => [
      ...[target.pid, name, bytes / MIB, Math.round(meanWssBytes / MIB * 1e4) / 1e4],
      ...[accessed, idleNs, seen],
    ]),
    [
      [42, "heap", 1, 1, 1, 0, "accessed"],
      [43, "child", 2, 1, 0.25, 0, "accessed"],
      // Half of a region of which 20 pages were looked at.
      [43, "", 1, 0, 0, undefined, "not seen accessed"],
    ],
  );
});

Deno.test("mappingsOf gives each mapping its share of a region that spans several, over time", async () => {
  const { uses, time } = await mappingsOf(smallRecord(1));
  assert.deepEqual(uses.map(({ name }) => name), ["anonymous", "heap", "stack", "libfoo.so.1"]);
  const heap = uses.find(({ name }) => name === "heap")!;
  assert.equal(heap.bytes / MIB, 64);
  // 3 of 20 samples of 4 MiB, for a window's 20 intervals.
  assert.equal(heap.maxWssBytes / MIB, 4 * touchedWithin(3.25 / 20, 20));
  assert.ok(Math.abs(heap.accessed - 3 / 20 * 4 / 64) < 1e-9);
  assert.equal(heap.overTime.length, time.count);
  assert.ok(Math.abs(uses.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
});

Deno.test("sortRegions sorts by the last key first, and keeps the order of equal ones", () => {
  const regions = accessedRegionsOf(agedSnapshot(0, 1e8, [[0, 4096, 5, 1], [4096, 12288, 5, 9], [12288, 16384, 1, 9]]));
  const order = (...args: Parameters<typeof sortRegions> extends [unknown, ...infer Rest] ? Rest : never) =>
    sortRegions(regions, ...args).map(({ index }) => index);
  assert.deepEqual(order(["size"]), [0, 2, 1]);
  assert.deepEqual(order(["age", "access_rate"], ["all"]), [1, 0, 2]);
  assert.deepEqual(order(["temperature"], ["temperature"]), [1, 2, 0]);
});

Deno.test("joinTables puts the record's name before rows, and columns that one lacks stay empty", () => {
  const column = (name: string) => ({ name, title: name, description: name, kind: "count" as const });
  const table = (columns: string[], row: number[]): Table => ({
    title: "t",
    caption: [],
    columns: columns.map(column),
    rows: [row],
  });
  const joined = joinTables([table(["a"], [1]), table(["a", "b"], [2, 3])], ["x", "y"]);
  assert.deepEqual(joined.columns.map(({ name }) => name), ["record", "a", "b"]);
  assert.deepEqual(joined.rows, [["x", 1, undefined], ["y", 2, 3]]);
  assert.throws(() => joined.chart!(), /several records in one chart/);
});

Deno.test("formatTable keeps every line within the width where its texts can give way", async () => {
  const table = mappingsTable(await mappingsOf(smallRecord()));
  for (const width of [80, 100, 200]) {
    const lines = formatTable(table, { width, colour: false }).split("\n");
    assert.ok(lines.every((line) => line.length <= width), `${width}: ${lines.find((line) => line.length > width)}`);
  }
});

Deno.test("darkSpec turns page and text over, and leaves data and the heat map's colours as they are", async () => {
  const spec = recordPageSpec(await recordPageOf(smallRecord(2)));
  const dark = darkSpec(spec);
  assert.equal(dark.background, "#16141f");
  assert.equal((dark.config as { title: { color: string } }).title.color, "#f1eff7");
  const [light, turned] = [JSON.stringify(spec), JSON.stringify(dark)];
  for (const colour of ["#fcffa4", "#520e6d"]) assert.ok(light.includes(colour) && turned.includes(colour), colour);
  assert.ok(!turned.includes('"white"'));
  const text = { $schema: "", title: { text: "white" }, data: { values: [{ name: "white" }] } };
  assert.deepEqual(darkSpec(text).data, text.data);
});

Deno.test("Every chart is a valid Vega-Lite specification, and draws", async () => {
  const schema = JSON.parse(await Deno.readTextFile(new URL(import.meta.resolve("vega-lite/vega-lite-schema.json"))));
  const ajv = new Ajv({ allErrors: false, strict: false, formats: { "color-hex": true, uri: true }, logger: false });
  delete schema.$schema;
  const validate = ajv.compile(schema);
  const fold = new NrRegionsFold();
  const survey = await foldRecord(smallRecord(), [fold]);
  const [part] = fold.perTarget(survey);
  const distribution = (several: boolean, sortBy: "size" | "time") =>
    distributionTable({
      title: "Regions",
      figure: { name: "nr_regions", title: "regions", description: "regions", kind: "count" },
      parts: several ? [part, { ...part, name: "other" }] : [part],
      percentiles: percentileRange([0, 101, 1]),
      sortBy,
      caption: ["A caption"],
    }).chart!();
  const overview = await overviewOf(smallRecord());
  const charts: Record<string, VegaLiteSpec> = {
    bySize: distribution(false, "size"),
    byTime: distribution(true, "time"),
    mappings: mappingsTable(await mappingsOf(smallRecord())).chart!(),
    diff: diffTable({ name: "a", overview }, { name: "b", overview }).chart!(),
    page: recordPageSpec(await recordPageOf(smallRecord())),
  };
  for (const style of ["recency-sz-hist", "recency-percentiles", "temperature-percentiles"] as const) {
    await foldRecord(smallRecord(), [{
      snapshot: (snapshot, target, start) =>
        charts[style] = accessSpec(accessSectionOf(snapshot, target, start, { style }), style, "Accesses", [
          "A caption",
        ]),
    }], { snapshotRanges: [[9, 9]] });
  }
  for (const [name, spec] of Object.entries({ ...charts })) charts[`${name}, dark`] = darkSpec(spec);
  for (const [name, spec] of Object.entries(charts)) {
    assert.ok(validate(spec), `${name}: ${ajv.errorsText(validate.errors)}`);
    assert.match(await renderSvg(spec), /^<svg .*<\/svg>$/s, name);
  }
});

Deno.test("a filter by mappings knows the children that were followed, whose pids stand in the footer", async () => {
  const snapshots = [0n, 1n].map((targetId) => snapshotOf(0, 1e9, [[0x1000, 0x5000, 9]], { targetId }));
  const map = (pid: number, path: string): RecordItem => ({
    kind: "mappings",
    mappings: { timeNs: 0, pid, mappings: [{ start: 0x2000, end: 0x3000, path, perms: "rw-p", offset: 0 }] },
  });
  const pages = { pids: [42, 43] } as NonNullable<RecordFooter["pages"]>;
  const record = recordOf([
    map(42, "/lib/of_parent.so"),
    map(43, "[heap]"),
    ...snapshots,
    { kind: "footer", footer: { ...FOOTER, pages } },
  ]);
  const bytes = new Map<number, number>();
  await foldRecord(record, [{
    snapshot: ({ regions }, { index }) =>
      void bytes.set(index, [...regions].reduce((sum, { start, end }) => sum + end - start, 0)),
  }], { mappings: ["heap"] });
  assert.deepEqual([...bytes], [[0, 0], [1, 0x1000]]);
});

Deno.test("a filter by mappings is refused where the record does not say what is mapped", async () => {
  const open = recordOf([agedSnapshot(0, 1e8, [[HEAP, HEAP + MIB, 1]])]);
  const message = /The record does not say what is mapped/;
  await assert.rejects(() => foldRecord(open, [], { mappings: ["heap"] }), message);
  await assert.rejects(async () => {
    await using record = await selectedRecord(open, { mappings: ["heap"] })();
    for await (const _ of record.items());
  }, message);
  await assert.rejects(() => idleOf(open, { mappings: ["heap"] }), message);
});

Deno.test("mappingsOf puts the largest working set first, of whatever target", async () => {
  const rows = (bytes: number) => [[HEAP, HEAP + bytes, 5], [HEAP + 8 * MIB, HEAP + 9 * MIB, bytes / MIB - 1]] as const;
  const targets = [agedSnapshot(0, 1e8, rows(MIB)), { ...agedSnapshot(0, 1e8, rows(4 * MIB)), targetId: 1n }];
  const { uses } = await mappingsOf(recordOf(targets));
  const sizes = uses.map(({ meanWssBytes }) => meanWssBytes);
  assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
  assert.equal(uses[0].target.index, 1);
});

Deno.test("recordPageOf adds up the memory of targets that were watched at the same time", async () => {
  const items = Array.from({ length: 4 }, (_, i) => {
    const rows = [[HEAP, HEAP + MIB, 20, 1], [HEAP + MIB, HEAP + 4 * MIB, 0, 600]] as const;
    const one = agedSnapshot(i * 1e8, (i + 1) * 1e8, rows);
    // The second one ends half-way.
    return i < 2 ? [one, { ...one, targetId: 1n }] : [one];
  }).flat();
  const { classes } = await recordPageOf(recordOf(items));
  const of = (row: Float64Array) =>
    Array.from(row.subarray(0, classes.time.used), (sum, i) => sum / classes.ns[i] / MIB);
  assert.deepEqual(of(classes.rates.at(-1)!), [2, 2, 1, 1]);
  assert.deepEqual(of(classes.rates[0]), [6, 6, 3, 3]);
  assert.deepEqual(Array.from(classes.ns.subarray(0, 4)), [1e8, 1e8, 1e8, 1e8]);
});

Deno.test("rows of reports tell the targets of several kdamonds apart", async () => {
  const [kdamond] = PROCESS_HEADER.kdamonds;
  const header = { ...PROCESS_HEADER, kdamonds: [kdamond, { ...kdamond, pid: 8, index: 1 }] };
  const one = agedSnapshot(0, 1e8, [[HEAP, HEAP + MIB, 20, 1]]);
  const times = new TimesFold();
  const sections: Section[] = [];
  const survey = await foldRecord(recordOf([one, { ...one, kdamond: 8 }], header), [times, {
    snapshot: (snapshot, target, start) => sections.push(accessSectionOf(snapshot, target, start)),
  }]);
  const table = times.table(survey);
  for (const { columns, rows } of [table, { ...sections[0], rows: sections.flatMap(({ rows }) => rows) }]) {
    assert.deepEqual(columns.slice(0, 2).map(({ name }) => name), ["kdamond", "target"]);
    assert.deepEqual(rows.map((row) => row.slice(0, 2)), [["7", 0], ["8", 0]]);
  }
  assert.deepEqual(table.totals, ["200 ms of 200 ms, of all targets together"]);
});

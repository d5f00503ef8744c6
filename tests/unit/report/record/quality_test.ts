import assert from "assert";
import {
  type RecordHeader,
  type RecordItem,
  type RegionEvidence,
  Regions,
  type Snapshot,
  type WorkingSet,
} from "../../../../damon/mod.ts";
import {
  foldRecord,
  formatHeatmap,
  heatmapOf,
  idleCaptionOf,
  idleOf,
  poorLines,
  QualityGauge,
} from "../../../../report/mod.ts";
import { qualityLine, terminalCells } from "../../../../report/mod.ts";
import { FOOTER, mappingsOf, PROCESS_HEADER, recordOf } from "../../../memory_record.ts";

const MIB = 2 ** 20;
const PAGES: RecordHeader = { ...PROCESS_HEADER, source: "pages" };
const PAGES_FOOTER = {
  ...FOOTER,
  pages: {
    ...{
      cpuNs: 1,
      clearNs: 0,
      walkNs: 0,
      clears: 0,
      cleared: 0,
      chilled: 0,
      stuck: 0,
      walked: 0,
      samples: 100,
      missed: 0,
    },
    ...{ maxOverhead: 0.02, sampleUs: { min: 5000, max: 5000 }, pids: [42] },
  },
};

const evidenceOf = (residentBytes: number[], looks: number[]): RegionEvidence => ({
  residentBytes: Float64Array.from(residentBytes),
  usedBytes: new Float64Array(looks.length),
  looks: Uint32Array.from(looks),
});

/** Snapshots of 100 ms of regions `[start, end, nrAccesses]` in MiB. */
function snapshots(count: number, rows: readonly (readonly [number, number, number])[], more: Partial<Snapshot> = {}) {
  const regions = Regions.from(rows.map(([start, end, nrAccesses]) => ({
    ...{ start: start * MIB, end: end * MIB, nrAccesses, age: 1 },
  })));
  const ns = (more.aggrUs ?? 100_000) * 1e3;
  return Array.from({ length: count }, (_, i): Snapshot => ({
    ...{ kdamond: 7, targetId: 0n, sampleUs: 5000, aggrUs: 100_000, regions, startNs: i * ns, endNs: (i + 1) * ns },
    ...more,
  }));
}

const residencyOf = (...rows: [start: number, end: number, residentMib: number][]): RecordItem => {
  const mappings = rows.map(([start, end, mib]) => ({
    ...{ start: start * MIB, end: end * MIB, residentBytes: mib * MIB, swapBytes: 0 },
  }));
  const residentBytes = mappings.reduce((sum, mapping) => sum + mapping.residentBytes, 0);
  return { kind: "residency", residency: { timeNs: 0, pid: 42, residentBytes, swapBytes: 0, mappings } };
};

const usageOf = (mib: number): RecordItem => ({
  kind: "usage",
  usage: { timeNs: 0, pid: 42, residentBytes: mib * MIB, swapBytes: 0, majorFaults: 0, minorFaults: 0 },
});

function judged(items: readonly (RecordItem | Snapshot)[], header = PROCESS_HEADER, footer = FOOTER) {
  const gauge = new QualityGauge(header);
  for (const item of items) gauge.add("kind" in item ? item : { kind: "snapshot", snapshot: item });
  gauge.add({ kind: "footer", footer });
  return { header, footer, quality: gauge.result() };
}

Deno.test("a record of DAMON in which most of what is watched is in memory says enough", () => {
  const dense = judged([residencyOf([0, 100, 80]), ...snapshots(20, [[0, 50, 20], [50, 100, 0]])]);
  assert.deepEqual(poorLines(dense), []);
  assert.equal(dense.quality.basis, "residency");
  assert.equal(dense.quality.residentBytes, 80 * MIB);
  assert.deepEqual(qualityLine(dense), [
    "Looked at: 100 % of the 80.0 MiB in memory, each region 16 times a snapshot · snapshots of 100 ms",
  ]);
});

Deno.test("where every page was looked at, looks are told of pages, whatever the sizes of regions", () => {
  // 12,800 pages, of which a snapshot looked at each, and at half of them once more.
  const evidence = evidenceOf([40 * MIB, 10 * MIB], [15_360, 3840]);
  const exact = judged(snapshots(20, [[0, 50, 20], [50, 100, 0]], { evidence }), PAGES);
  assert.deepEqual(qualityLine(exact), [
    "Looked at: 100 % of the 50.0 MiB in memory, each page 1.5 times a snapshot · snapshots of 100 ms",
  ]);
  // Every page for a while, then some of each region: 20 samples a snapshot.
  const sparse = snapshots(20, [[0, 50, 20], [50, 100, 0]], { evidence: evidenceOf([40 * MIB, 10 * MIB], [10, 10]) });
  const later = sparse.map((one) => ({ ...one, startNs: one.startNs + 2e9, endNs: one.endNs + 2e9 }));
  const both = judged([...snapshots(5, [[0, 50, 20], [50, 100, 0]], { evidence }), ...later], PAGES);
  assert.match(qualityLine(both)[0], /, each region 12 times a snapshot/);
});

Deno.test("a record that watched gaps says so first, by residency, by the size of the process, or by maps", () => {
  const rows = snapshots(20, [[0, 60_000_000, 0]]);
  const text = /^This record says little: 0.0002 % of the 57.2 TiB watched is in memory, .* without asking for vaddr/;
  for (const item of [residencyOf([0, 200, 100]), usageOf(100)]) {
    const lines = poorLines(judged([item, ...rows]));
    assert.equal(lines.length, 1);
    assert.match(lines[0], text);
  }
  const mapped = mappingsOf([[0, 100 * MIB, "[heap]"]]);
  assert.match(poorLines(judged([mapped, ...rows]))[0], text);
  assert.match(
    poorLines(judged([mapped, ...rows], PAGES, PAGES_FOOTER))[0],
    /record again with the page sampler of this version of damo/,
  );
});

Deno.test("a record that does not tell what was in memory is not judged", () => {
  const untold = judged(snapshots(20, [[0, 60_000_000, 0]]));
  assert.deepEqual(poorLines(untold), []);
  assert.deepEqual(qualityLine(untold), []);
});

Deno.test("a record with few looks names a larger budget, and from 30 % on the exact sampler", () => {
  const evidence = evidenceOf([900 * MIB, 100 * MIB], [0, 40]);
  const rows = snapshots(20, [[0, 1000, 0], [1000, 1100, 3]], { evidence });
  const [line, ...more] = poorLines(judged(rows, PAGES, PAGES_FOOTER));
  assert.match(line, /^This record says little: 10 % of the 1000 MiB in memory was looked at 5 times a second or more/);
  assert.match(line, /raise the sampler's CPU limit \(max overhead\) to 10%$/);
  assert.deepEqual(more, []);
  const footer = { ...PAGES_FOOTER, pages: { ...PAGES_FOOTER.pages, maxOverhead: 0.3 } };
  assert.match(poorLines(judged(rows, PAGES, footer))[0], /record with the exact page sampler \(pages-exact\)$/);
});

Deno.test("a page that is all of a region needs one look", () => {
  const evidence = evidenceOf([4096, 99 * MIB], [1, 5]);
  const { quality } = judged(snapshots(9, [[0, 1, 0], [1, 100, 0]], { evidence, aggrUs: 1e6 }), PAGES, PAGES_FOOTER);
  assert.equal(quality.wellLookedShare, 1);
});

Deno.test("one sample in an interval of a second is too little", () => {
  const rows = snapshots(20, [[0, 100, 0]], { sampleUs: 1e6, aggrUs: 1e6 });
  const header = { ...PROCESS_HEADER, kdamonds: structuredClone(PROCESS_HEADER.kdamonds) };
  header.kdamonds[0].contexts[0].intervals = { sampleUs: 1e6, aggrUs: 1e6, updateUs: 1e6 };
  const [line] = poorLines(judged([residencyOf([0, 100, 100]), ...rows], header));
  assert.match(
    line,
    /0 % of the 100 MiB in memory was looked at 5 times a second .*; sample more often, as every 50 ms with a snapshot every second$/,
  );
});

Deno.test("a working set with a large error, long snapshots and few of them are said, the first of all first", () => {
  const set: WorkingSet = {
    ...{ startNs: 0, endNs: 1e9, pid: 42, method: "panel", residentBytes: 1000 * MIB, bytes: 100 * MIB },
    ...{ errorBytes: 40 * MIB, looks: 100, hits: 10, mappings: [] },
  };
  const rows = snapshots(3, [[0, 1000, 9]], { aggrUs: 4e6, sampleUs: 2e5, evidence: evidenceOf([1000 * MIB], [99]) });
  const lines = poorLines(judged([...rows, { kind: "working_set", workingSet: set }], PAGES, PAGES_FOOTER));
  assert.deepEqual(lines.map((line) => line.split(/[;,]/)[0]), [
    "This record says little: it has 3 snapshots",
    "Also: its working set is known to ± 40 % only",
    "Also: its snapshots are 4 s long where 100 ms were asked for",
  ]);
  const exact = { ...set, method: "exact" as const, errorBytes: 0 };
  const good = judged([...rows, ...rows, { kind: "working_set", workingSet: exact }], PAGES, PAGES_FOOTER);
  assert.match(qualityLine(good)[0], / · working set exact · snapshots of 4 s$/);
});

Deno.test("memory in mappings that no region covers, and lost events, are said", () => {
  const rows = snapshots(20, [[0, 100, 3]]);
  const items = [...rows, residencyOf([0, 100, 50], [200, 210, 10], [300, 310, 10])];
  const lines = poorLines(judged(items, PROCESS_HEADER, { ...FOOTER, events: 100, dropped: 40 }));
  assert.match(
    lines[0],
    /^This record says little: 40 % of what was sent to the recorder was lost; .*larger ring buffer$/,
  );
  const unwatched = /^Also: 2 mappings with 20.0 MiB in memory \(29 %\) were never looked at; (.*)$/;
  // There were regions enough: the mappings came after DAMON was told.
  assert.equal(unwatched.exec(lines[1])![1], "look more often at what is mapped, as they are new: -u 100ms");
  const few = structuredClone(PROCESS_HEADER);
  few.kdamonds[0].contexts[0].nrRegions = { min: 3, max: 4 };
  assert.equal(
    unwatched.exec(poorLines(judged(items, few, FOOTER)).at(-1)!.replace(/^[^:]*/, "Also"))![1],
    "allow more regions: -m 8",
  );
});

Deno.test("what tells more of memory later counts from then on", () => {
  const { quality } = judged([
    ...snapshots(3, [[0, 60_000_000, 0]]),
    residencyOf([0, 90, 45]),
    ...snapshots(9, [[0, 90, 0]]),
  ]);
  assert.deepEqual([quality.basis, quality.watchedBytes, quality.residentBytes], ["residency", 90 * MIB, 45 * MIB]);
});

Deno.test("sizes of several targets add up", () => {
  const header = { ...PROCESS_HEADER, kdamonds: structuredClone(PROCESS_HEADER.kdamonds) };
  header.kdamonds[0].contexts[0].targets = [{ pid: 42, regions: [] }, { pid: 43, regions: [] }];
  const evidence = evidenceOf([64 * MIB], [9]);
  const rows = [0n, 1n].flatMap((targetId) => snapshots(9, [[0, 100, 0]], { targetId, evidence }));
  const { quality } = judged(rows, header);
  assert.deepEqual([quality.watchedBytes, quality.residentBytes], [200 * MIB, 128 * MIB]);
  assert.equal(quality.processes, 2);
});

Deno.test("surveys, heat maps and reports of idle memory begin with what a record cannot tell", async () => {
  const items = [usageOf(100), ...snapshots(20, [[0, 60_000_000, 0]])];
  const { quality } = await foldRecord(recordOf(items), []);
  assert.equal(quality!.residentBytes, 100 * MIB);
  const terminal = { width: 80, lines: 9, colour: "never" as const };
  const heatmap = await heatmapOf(recordOf(items), terminalCells(terminal));
  assert.match(formatHeatmap(heatmap, terminal), /This record says little/);
  assert.match(idleCaptionOf(await idleOf(recordOf(items))).lines[0], /^This record says little/);
});

Deno.test("a record of the page sampler without a snapshot names a larger budget", () => {
  const footer = { ...PAGES_FOOTER, endNs: PAGES.clock.originNs + 9e9 };
  assert.deepEqual(poorLines(judged([], PAGES, footer)), [
    "This record says nothing: 9 s were too short for a snapshot at 2 % of a CPU; record for longer, or raise the sampler's CPU limit (max overhead) " +
    "to 10%",
  ]);
  assert.deepEqual(poorLines(judged([])), []);
});

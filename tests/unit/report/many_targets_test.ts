import assert from "assert";
import { byPid, indexByPid } from "../../../damon/mod.ts";
import {
  distributionTable,
  foldRecord,
  formatTable,
  heatmapOf,
  idleOf,
  mappingsOf,
  mappingsTable,
  RecordCountsFold,
  recordTable,
  type Table,
  workingSetOf,
  workingSetReport,
} from "../../../report/mod.ts";
import { GrowingTime } from "../../../report/record/growing_time.ts";
import { binsOfEach } from "../../../report/record/address_histogram.ts";
import { FOOTER, PROCESS_HEADER, recordOf, snapshotOf } from "../../memory_record.ts";

const MIB = 2 ** 20;
const COUNT = 3000;

/** Targets of 1 MiB each, and one of 500 MiB near the end. */
function manyTargets() {
  const pids = Array.from({ length: COUNT }, (_, i) => 1000 + i);
  const [kdamond] = PROCESS_HEADER.kdamonds;
  const targets = pids.map((pid) => ({ pid, regions: [] }));
  const header = {
    ...PROCESS_HEADER,
    kdamonds: [{ ...kdamond, contexts: [{ ...kdamond.contexts[0], targets }] }],
    processes: pids.map((pid) => ({ pid, comm: `p${pid}`, cmdline: [`/opt/p${pid}`], exe: "" })),
  };
  const bytesOf = (i: number) => i === COUNT - 5 ? 500 * MIB : MIB;
  return recordOf([
    ...[0, 1].flatMap((s) =>
      pids.map((_, i) =>
        snapshotOf(s * 1e8, (s + 1) * 1e8, [[0, bytesOf(i), 20], [bytesOf(i), bytesOf(i) + MIB, 0]], {
          targetId: BigInt(i),
        })
      )
    ),
    { kind: "footer", footer: FOOTER },
  ], header);
}

Deno.test("Text of a table with very many rows shows the largest, how many are left out and what they add up to", async () => {
  const text = formatTable(mappingsTable(await mappingsOf(manyTargets())), { width: 100, colour: false });
  const lines = text.split("\n");
  assert.ok(lines.length < 230, `${lines.length}`);
  assert.match(lines.find((line) => line.includes("500 MiB")) ?? "", /p3995 \(pid 3995\)/);
  assert.match(
    text.replace(/\s+/g, " "),
    /The 200 rows .* of 3,000: 2,800 more, together [\d.]+ GiB of .*, are left out; raise the row limit/,
  );
  const all = formatTable(mappingsTable(await mappingsOf(manyTargets())), {
    width: 100,
    colour: false,
    rows: Infinity,
  });
  assert.ok(all.split("\n").length > COUNT);
});

Deno.test("mappingsTable makes the rows only that are shown: the text is the same", async () => {
  const report = await mappingsOf(manyTargets());
  const options = { width: 100, colour: false };
  assert.equal(mappingsTable(report, 200).rows.length, 200);
  assert.equal(formatTable(mappingsTable(report, 200), options), formatTable(mappingsTable(report), options));
});

Deno.test("formatTable keeps the order of the rows that it shows, and says nothing where all have room", () => {
  const table: Table = {
    title: "t",
    caption: ["c"],
    columns: [
      { name: "name", title: "name", description: "", kind: "text" },
      { name: "bytes", title: "size", description: "", kind: "bytes", bar: true },
    ],
    rows: [["a", 5], ["b", 1], ["c", 7], ["d", undefined], ["e", 6]],
  };
  const text = formatTable(table, { width: 80, colour: false, rows: 3 });
  assert.deepEqual(text.match(/^[a-e]\b(?= )/gm), ["a", "c", "e"]);
  assert.match(
    text.replace(/\s+/g, " "),
    /The 3 rows with the largest size of 5: 2 more, together 1 B of size, are left out/,
  );
  assert.ok(!formatTable(table, { width: 80, colour: false, rows: 5 }).includes("left out"));
});

Deno.test("The working sets of very many targets as text are the largest; other formats have all", async () => {
  const { survey, fold } = await workingSetOf(manyTargets());
  const report = { ...workingSetReport(survey, fold, true), percentiles: [0, 50, 100], sortBy: "size" as const };
  const short = distributionTable(report, 200);
  assert.equal(new Set(short.rows.map(([name]) => name)).size, 66);
  assert.ok(short.rows.some(([name, , bytes]) => name === "p3995 (pid 3995)" && bytes === 500 * MIB));
  assert.match(
    short.caption.join("\n"),
    /The 66 of 3,000 targets with the largest means: those of the other 2,934 add up to 2\.8\d GiB/,
  );
  assert.ok(short.caption.length < 80);
  assert.equal(distributionTable(report).rows.length, 3 * COUNT);
});

Deno.test("report info lists as many processes, kdamonds and targets as have room, the largest targets among them", async () => {
  const fold = new RecordCountsFold();
  const survey = await foldRecord(manyTargets(), [fold]);
  const rows = recordTable(survey, fold, 50).rows.map(([name, value]) => `${name}: ${value}`);
  assert.ok(rows.length < 130);
  assert.ok(rows.includes("targets: 2,950 more; raise the row limit (top) to see them"));
  assert.ok(rows.includes("processes: 2,950 more; raise the row limit (top) to see them"));
  assert.ok(recordTable(survey, fold).rows.length > 2 * COUNT);
});

Deno.test("Sums of very many targets take room for the time that is in use", async () => {
  const time = new GrowingTime(4);
  const [short, long] = [time.newShortRow(), time.newRow()];
  for (let second = 0; second < 9; second++) {
    time.spread(second * 1e9, (second + 1) * 1e9, (bin, ns) => (short.add(bin, ns * second), long[bin] += ns * second));
  }
  assert.deepEqual([0, 1, 2, 3].map((bin) => short.at(bin)), [...long]);
  assert.equal(short.total(), 36e9);
  assert.deepEqual([1, 256, 512, 200_000, 1e9].map(binsOfEach), [8192, 8192, 4096, 16, 16]);
  // Figures are those of few targets.
  const idle = await idleOf(manyTargets());
  assert.equal(idle.now.totalBytes, (COUNT - 1) * 2 * MIB + 501 * MIB);
  const heatmap = await heatmapOf(manyTargets(), { timeBins: 2, rows: 48, minRows: 1 });
  assert.ok(heatmap.bands.some(({ target, bytes }) => target.index === COUNT - 5 && bytes >= 500 * MIB));
});

Deno.test("byPid finds the first of a pid, in short lists and in long ones that grow", () => {
  const list = Array.from({ length: 100 }, (_, i) => ({ pid: i % 50, at: i }));
  assert.deepEqual([byPid(list, 7)?.at, indexByPid(list, 49), byPid(list, 50)], [7, 49, undefined]);
  list.push({ pid: 50, at: 100 });
  assert.equal(byPid(list, 50)?.at, 100);
  assert.equal(byPid([{ at: 1 }, { pid: 3, at: 2 }], undefined)?.at, 1);
});

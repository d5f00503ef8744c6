import {
  accessSectionOf,
  type AccessStyle,
  diffTable,
  distributionTable,
  foldRecord,
  formatOverview,
  formatTable,
  formatTableCsv,
  formatTableJson,
  formatTableJsonl,
  mappingsOf,
  mappingsTable,
  overviewOf,
  percentileRange,
  profileOf,
  profileTable,
  rawSectionOf,
  RecordCountsFold,
  recordLines,
  recordTable,
  type Section,
  type Table,
  tableLines,
  TimesFold,
  titleOf,
  workingSetOf,
  workingSetReport,
  WssFold,
} from "../../report/mod.ts";
import { assertGolden } from "../golden_file.ts";
import { profileRecord } from "../profile_samples.ts";
import { smallRecord } from "../report_records.ts";

const TEXT = { width: 80, colour: false };

async function wssTable(sortBy: "size" | "time"): Promise<Table> {
  const fold = new WssFold();
  const survey = await foldRecord(smallRecord(), [fold]);
  return distributionTable({
    header: survey.header,
    title: titleOf(survey, "Working set of"),
    figure: { name: "wss_bytes", title: "working set", description: "bytes accessed", kind: "bytes" },
    parts: [fold.collapsed(survey)],
    percentiles: percentileRange([0, 101, 25]),
    sortBy,
    caption: recordLines(survey),
  });
}

for (const sortBy of ["size", "time"] as const) {
  Deno.test(`formatTable of working sets by ${sortBy}, 80 columns`, async () => {
    await assertGolden(`reports/wss_${sortBy}_80.txt`, formatTable(await wssTable(sortBy), TEXT));
  });
}

Deno.test("formatTable of the working set of a window, by time", async () => {
  const { survey, fold } = await workingSetOf(smallRecord());
  const report = { ...workingSetReport(survey, fold), percentiles: percentileRange([0, 101, 25]), sortBy: "time" as const };
  await assertGolden("reports/wss_window_80.txt", formatTable(distributionTable(report), TEXT));
});

Deno.test("formatTable of working sets as plain numbers, with bars of 20 columns", async () => {
  const text = formatTable(await wssTable("size"), { ...TEXT, raw: true, barColumns: 20 });
  await assertGolden("reports/wss_raw.txt", text);
});

Deno.test("A table as JSON, JSON lines, CSV and Vega-Lite", async () => {
  const table = await wssTable("time");
  await assertGolden("reports/wss.json", formatTableJson(table));
  await assertGolden("reports/wss.jsonl", formatTableJsonl(table));
  await assertGolden("reports/wss.csv", formatTableCsv(table));
  await assertGolden("reports/wss.vl.json", JSON.stringify(table.chart!(), null, 1) + "\n");
});

for (const width of [80, 200]) {
  Deno.test(`formatTable of mappings, ${width} columns`, async () => {
    const table = mappingsTable(await mappingsOf(smallRecord()));
    await assertGolden(`reports/mappings_${width}.txt`, formatTable(table, { ...TEXT, width }));
  });
}

for (const width of [80, 200]) {
  Deno.test(`formatTable of what ran while memory was hot, ${width} columns`, async () => {
    const table = profileTable(await profileOf(profileRecord(), { accessPercent: [50, 100] }));
    await assertGolden(`reports/profile_${width}.txt`, formatTable(table, { ...TEXT, width }));
  });
}

Deno.test("formatTable with colours has bold and dim lines", async () => {
  const table = mappingsTable(await mappingsOf(smallRecord()));
  await assertGolden("reports/mappings_colour.txt", formatTable(table, { width: 80, colour: true }));
});

Deno.test("mappingsSpec of a small record", async () => {
  const table = mappingsTable(await mappingsOf(smallRecord(2)));
  await assertGolden("reports/mappings.vl.json", JSON.stringify(table.chart!(), null, 1) + "\n");
});

const textOf = ({ head, tail, ...table }: Section) => [...head, ...tableLines(table, 80), ...tail].join("\n") + "\n";

const STYLES: AccessStyle[] = [
  "detailed",
  "simple-boxes",
  "hot",
  "cold",
  "recency-percentiles",
  "temperature-percentiles",
  "recency-sz-hist",
  "temperature-sz-hist",
];

for (const style of STYLES) {
  Deno.test(`accessSectionOf one snapshot, style ${style}`, async () => {
    const texts: string[] = [];
    await foldRecord(smallRecord(), [{
      snapshot: (snapshot, target, record) => texts.push(textOf(accessSectionOf(snapshot, target, record, { style }))),
    }], { snapshotRanges: [[25, 25]] });
    await assertGolden(`reports/access_${style}.txt`, texts.join("\n"));
  });
}

Deno.test("rawSectionOf one snapshot", async () => {
  const texts: string[] = [];
  await foldRecord(smallRecord(), [{
    snapshot: (snapshot, target, record) => texts.push(textOf(rawSectionOf(snapshot, target, record))),
  }], { snapshotRanges: [[3, 3]] });
  await assertGolden("reports/raw.txt", texts.join("\n"));
});

Deno.test("TimesFold says when a part of the heap was accessed", async () => {
  const fold = new TimesFold();
  const survey = await foldRecord(smallRecord(), [fold], { mappings: ["heap"], accessPercent: [5, 100] });
  await assertGolden("reports/times.txt", formatTable(fold.table(survey), TEXT));
});

Deno.test("recordTable says what a record is", async () => {
  const fold = new RecordCountsFold();
  const survey = await foldRecord(smallRecord(), [fold]);
  await assertGolden("reports/info.txt", formatTable(recordTable(survey, fold), TEXT));
});

Deno.test("formatOverview is one page", async () => {
  const overview = await overviewOf(smallRecord());
  await assertGolden("reports/overview.txt", formatOverview(overview, "(heat map)\n", TEXT));
});

Deno.test("diffTable puts two records side by side", async () => {
  const [before, after] = [await overviewOf(smallRecord(2)), await overviewOf(smallRecord(6))];
  const table = diffTable({ name: "runs/old.arrow", overview: before }, { name: "runs/new.arrow", overview: after });
  await assertGolden("reports/diff.txt", formatTable(table, TEXT));
  await assertGolden("reports/diff.csv", formatTableCsv(table));
});

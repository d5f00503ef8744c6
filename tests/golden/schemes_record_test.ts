import { formatTable, formatTableCsv, schemesOfRecord, schemesOverTimeTable, schemesRecordTable } from "../../report/mod.ts";
import { assertGolden } from "../golden_file.ts";
import { schemesRecord } from "../schemes_records.ts";

Deno.test("formatTable of what schemes did, 80 columns", async () => {
  const report = await schemesOfRecord(schemesRecord());
  await assertGolden("schemes/record_80.txt", formatTable(schemesRecordTable(report), { width: 80, colour: false }));
});

Deno.test("formatTable of what schemes did that the kernel does not tell apart", async () => {
  const report = await schemesOfRecord(schemesRecord(false));
  await assertGolden("schemes/untold_80.txt", formatTable(schemesRecordTable(report), { width: 80, colour: false }));
});

Deno.test("formatTableCsv of what schemes did, and over time", async () => {
  const report = await schemesOfRecord(schemesRecord(), { timeRange: { startNs: 0, endNs: 12e9 } });
  const [outcome, course] = [schemesRecordTable(report), schemesOverTimeTable(report)].map(formatTableCsv);
  await assertGolden("schemes/record.csv", `${outcome}\n${course}`);
});

import { fidelitySpec, formatFidelityCsv, formatFidelityJson, formatFidelityReport } from "../../report/mod.ts";
import { recordsReport, truthReport } from "../fidelity_report.ts";
import { assertGolden } from "../golden_file.ts";

Deno.test("formatFidelityReport of a record against a truth", async () => {
  await assertGolden("fidelity/truth.txt", formatFidelityReport(truthReport(5)));
});

Deno.test("formatFidelityReport of a record against a record", async () => {
  await assertGolden("fidelity/records.txt", formatFidelityReport(await recordsReport(5)));
});

Deno.test("formatFidelityCsv of a record against a truth", async () => {
  await assertGolden("fidelity/truth.csv", formatFidelityCsv(truthReport(5)));
});

Deno.test("formatFidelityJson of a record against a record", async () => {
  await assertGolden("fidelity/records.json", formatFidelityJson(await recordsReport(5)));
});

Deno.test("fidelitySpec of a record against a truth", async () => {
  await assertGolden("fidelity/truth.vl.json", JSON.stringify(fidelitySpec(truthReport(10)), null, 1) + "\n");
});

import assert from "assert";
import { fidelityOf, watcherOf } from "../../../report/fidelity/fidelity.ts";
import { formatFidelity } from "../../../report/fidelity/text.ts";
import { parseTruth } from "../../../report/fidelity/truth.ts";
import { openRecord } from "../../../format/mod.ts";
import { hasRecord, outcomeOf, spawnDamo, startWorkload, until } from "./guest.ts";

const OUT = Deno.env.get("DAMO_OUT") ?? Deno.makeTempDirSync();

const CASES = [
  { name: "zigzag", monitor: "damon", options: ["-n", "20", "-m", "300", "-s", "5ms"], least: 0.95 },
  { name: "stairs", monitor: "damon", options: ["-n", "20", "-m", "300", "-s", "5ms"], least: 0.92 },
  // Emulated, a sample costs ten times what it costs elsewhere: within the default budget there would be too few.
  { name: "zigzag", monitor: "pages", options: ["-n", "20", "-m", "300", "--max_overhead", "40%"], least: 0.9 },
];

for (const { name, monitor, options, least } of CASES) {
  Deno.test(`what ${monitor} records of the ${name} workload agrees with what it did`, async () => {
    const path = `${OUT}/${name}-${monitor}.arrow`;
    await using busy = await startWorkload(name, OUT);
    // DAMON's own intervals, as phases last three seconds; the workload touches its memory often enough for them even where emulated.
    const recorder = spawnDamo("record", String(busy.pid), "-o", path, "--monitor", monitor, ...options);
    await until(() => hasRecord(path), "recording");
    await busy.go();
    const { code, err } = await outcomeOf(recorder);
    assert.equal(code, 0, err);
    await busy.ended;
    const truth = parseTruth(await Deno.readTextFile(busy.truth));
    await using record = await openRecord(path);
    const fidelity = await fidelityOf(record.items(), truth, { ...watcherOf(record.header, busy.pid) });
    console.log(formatFidelity(fidelity));
    assert.ok(fidelity.all.f1! >= least, `F1 ${fidelity.all.f1}`);
  });
}

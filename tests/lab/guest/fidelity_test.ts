import assert from "assert";
import { fidelityOf, watcherOf } from "../../../report/fidelity.ts";
import { formatFidelity } from "../../../report/fidelity_text.ts";
import { parseTruth } from "../../../report/truth.ts";
import { openRecord } from "../../../format/mod.ts";
import { isRecording, outcomeOf, spawnDamo, startWorkload, until } from "./guest.ts";

const OUT = Deno.env.get("DAMO_OUT") ?? Deno.makeTempDirSync();

for (const name of ["zigzag", "stairs"]) {
  Deno.test(`DAMON's record of the ${name} workload agrees with what it did`, async () => {
    const path = `${OUT}/${name}.arrow`;
    await using busy = await startWorkload(name, OUT);
    // DAMON's default intervals; the workload touches its memory often enough for them even where emulated.
    const intervals = ["-n", "20", "-m", "300"];
    const recorder = spawnDamo("record", String(busy.pid), "-o", path, ...intervals);
    await until(isRecording, "DAMON on");
    await busy.go();
    const { code, err } = await outcomeOf(recorder);
    assert.equal(code, 0, err);
    await busy.ended;
    const truth = parseTruth(await Deno.readTextFile(busy.truth));
    await using record = await openRecord(path);
    const fidelity = await fidelityOf(record.items(), truth, { ...watcherOf(record.header, busy.pid) });
    console.log(formatFidelity(fidelity));
    assert.ok(fidelity.all.precision! >= 0.9, `precision ${fidelity.all.precision}`);
    assert.ok(fidelity.all.recall! >= 0.9, `recall ${fidelity.all.recall}`);
  });
}

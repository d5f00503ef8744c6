import assert from "assert";
import { openRecord } from "../../../format/mod.ts";
import { profileOf } from "../../../report/mod.ts";
import { hotCold } from "./control.ts";
import { damo, startWorkload } from "./guest.ts";

const OUT = Deno.makeTempDirSync();

Deno.test("record --profile beside DAMON says what code of the target ran, in whose snapshots", async () => {
  await using busy = await startWorkload(hotCold(), OUT);
  await busy.go();
  const path = `${OUT}/p.arrow`;
  const { code, err } = await damo(
    ...["record", String(busy.pid), "--monitor", "damon", "--profile", "-o", path, "--timeout", "4"],
  );
  assert.equal(code, 0, err);
  assert.match(err, /\d+ CPU samples/);
  const report = await profileOf(() => openRecord(path));
  assert.ok(report.samples > 20, `${report.samples} samples`);
  const own = report.uses.filter(({ own }) => own > 0);
  // The workload's own functions have names: it is built with symbols.
  assert.ok(
    own.some(({ frames: [{ function: name, file }] }) => name !== "" && file === "workload"),
    JSON.stringify(own),
  );
  const total = own.reduce((sum, use) => sum + use.own, 0);
  assert.equal(total, report.samples);
});

import assert from "assert";
import { damo, isRecording, outcomeOf, spawnDamo, startWorkload, until } from "./guest.ts";

Deno.test("damo report idle of a live record: no memory has been idle for longer than DAMON looked", async () => {
  const dir = Deno.makeTempDirSync();
  await using busy = await startWorkload("zigzag", dir);
  const path = `${dir}/damon.arrow`;
  const recorder = spawnDamo("record", String(busy.pid), "-o", path, "-s", "5ms", "-a", "100ms");
  await until(isRecording, "recording");
  await busy.go();
  const recorded = await outcomeOf(recorder);
  assert.equal(recorded.code, 0, recorded.err);
  const { code, out, err } = await damo("report", "idle", "-i", path, "--format", "json", "--edges", "500ms,1s,2s,4s");
  assert.equal(code, 0, err);
  const report = JSON.parse(out);
  const now = report.rows.filter(({ part }: { part: string }) => part === "now");
  assert.equal(now.length, 6);
  const sum = now.reduce((all: number, { share }: { share: number }) => all + share, 0);
  assert.ok(Math.abs(sum - 1) < 1e-4, `shares add up to ${sum}`);
  // Some memory is at work until the workload ends, which the last snapshots may just outlive; some never is.
  const percentiles: number[] = report.percentiles_s;
  assert.ok(percentiles[0] < 1 && percentiles[100] > 2, percentiles.join(" "));
  const { time_end_s } = report.rows.at(-1);
  assert.ok(percentiles[100] < time_end_s + 0.5, `idle for ${percentiles[100]} s in a record of ${time_end_s} s`);
  assert.deepEqual(percentiles, percentiles.toSorted((a, b) => a - b));
  const text = await damo("report", "idle", "-i", path);
  console.log(text.out);
  assert.deepEqual(text.out.split("\n").filter((line) => line.length > 80), []);
});

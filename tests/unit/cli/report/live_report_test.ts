import assert from "assert";
import { reportLive } from "../../../../cli/report/live_report.ts";

Deno.test("reportLive takes one snapshot of the target, reports on it, and leaves nothing", async () => {
  const runs: string[][] = [];
  const filter = "--snapshot_damos_filter=allow\x1fanon";
  await reportLive(["report", "access", "--live", "42", filter, "--style", "hot"], (words) => {
    runs.push(words);
    return Promise.resolve();
  });
  const [out] = runs[0].filter((word) => word.startsWith("--out="));
  const path = out.slice("--out=".length);
  assert.deepEqual(runs, [
    ["record", "42", "--snapshot=3s", "--snapshot=1", "--quiet", out, filter],
    ["report", "access", "--style", "hot", "--input", path],
  ]);
  assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
});

Deno.test("reportLive needs a target, and no record", async () => {
  const never = () => Promise.reject(new Error("never"));
  await assert.rejects(reportLive(["report", "access", "--live"], never), /needs a target/);
  await assert.rejects(reportLive(["report", "access", "--live=42", "-i", "x"], never), /Cannot use -i with --live/);
});

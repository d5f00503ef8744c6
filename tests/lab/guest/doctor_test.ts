import assert from "assert";
import type { Diagnosis } from "../../../kernel/doctor/doctor.ts";
import { damo, damonTree, foreignKdamond } from "./guest.ts";

async function diagnosis(): Promise<Diagnosis> {
  const { code, out, err } = await damo("doctor", "--json");
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

const stateOf = ({ sections }: Diagnosis, feature: string) =>
  sections.flatMap(({ rows }) => rows).find((row) => row.feature.startsWith(feature))?.state;

Deno.test("damo doctor finds a free DAMON, and writes nothing", async () => {
  const before = damonTree();
  const found = await diagnosis();
  assert.deepEqual(damonTree(), before);
  assert.equal(found.monitor, "damon", found.verdict);
  for (const feature of ["a process, by DAMON", "physical memory", "damon_aggregated", "a process, by page sampler"]) {
    assert.equal(stateOf(found, feature), "yes", feature);
  }
});

Deno.test("damo doctor names a kdamond of somebody else and leaves it as it is", async () => {
  const free = await diagnosis();
  using _foreign = foreignKdamond(true);
  const before = damonTree();
  const found = await diagnosis();
  assert.deepEqual(damonTree(), before);
  assert.equal(stateOf(found, "kdamond 0"), "busy");
  assert.equal(stateOf(found, "a process, by DAMON"), "busy");
  assert.equal(found.monitor, "pages", found.verdict);
  // What the kernel's types said is what the files of a staged kdamond say.
  const features = (of: Diagnosis) => of.sections.find(({ title }) => title === "DAMON by sysfs")!.rows;
  assert.deepEqual(
    features(found).map(({ feature, state }) => [feature, state]),
    features(free).map(({ feature, state }) => [feature, state]),
  );
});

Deno.test("damo doctor reads well: lines of at most 80 columns, the verdict last", async () => {
  const { code, out } = await damo("doctor");
  console.log(out);
  assert.equal(code, 0);
  assert.deepEqual(out.split("\n").filter((line) => line.length > 80), []);
  assert.match(out, /\n\ndamo record PID works here with DAMON, because [^]*\.\n$/);
});

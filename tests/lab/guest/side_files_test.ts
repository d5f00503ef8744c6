import assert from "assert";
import { openRecord } from "../../../format/mod.ts";
import { damo, startWorkload } from "./guest.ts";

const OUT = Deno.makeTempDirSync();

Deno.test("record keeps the memory in use, and writes the Python damo's files beside a record of its kind", async () => {
  await using busy = await startWorkload("zigzag", OUT);
  // It waits, with all of its memory, and does not end meanwhile.
  for (const name of ["own.arrow", "damon.data"]) {
    const path = `${OUT}/${name}`;
    const { code, err } = await damo("record", String(busy.pid), "-o", path, "--timeout", "3");
    assert.equal(code, 0, err);
    await using record = await openRecord(path);
    const usages = (await Array.fromAsync(record.items())).flatMap((item) => item.kind === "usage" ? [item.usage] : []);
    const own = usages.filter(({ pid }) => pid === busy.pid);
    assert.ok(own.length >= 2, `${name}: ${own.length}`);
    assert.equal(usages.filter(({ pid }) => pid === 0).length, own.length);
    // The workload touched its memory before: all of it is there, and the machine has more.
    const { residentBytes, virtualBytes, minorFaults } = own[0];
    assert.ok(residentBytes > 16 << 20 && virtualBytes! >= residentBytes && minorFaults > 0, JSON.stringify(own[0]));
    assert.ok(usages.some(({ pid, residentBytes: all }) => pid === 0 && all > residentBytes));
  }
  const beside = [...Deno.readDirSync(OUT)].map(({ name }) => name).filter((name) => name.startsWith("damon.data"));
  const suffixes = ["", ".kdamonds", ".mem_footprint", ".proc_stats", ".vmas"];
  assert.deepEqual(beside.sort(), suffixes.map((suffix) => `damon.data${suffix}`));
  const [kdamond] = JSON.parse(await Deno.readTextFile(`${OUT}/damon.data.kdamonds`));
  const [{ proc_stats }] = JSON.parse(await Deno.readTextFile(`${OUT}/damon.data.proc_stats`));
  assert.deepEqual(
    proc_stats.map(({ fields }: { fields: string[] }) => fields.slice(0, 2)),
    [[kdamond.pid, "(kdamond.0)"], [String(busy.pid), "(workload)"]],
  );
});

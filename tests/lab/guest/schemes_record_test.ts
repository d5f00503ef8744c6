import assert from "assert";
import type { RecordItem } from "../../../damon/mod.ts";
import { openRecord } from "../../../format/mod.ts";
import { chooseInterface } from "../../../kernel/control/choose_interface.ts";
import { assertClean, compressedSwap, roots } from "./control.ts";
import { exists } from "../../../kernel/machine/files.ts";
import { outcomeOf, spawnDamo, startWorkload, until } from "./guest.ts";

const OUT = Deno.env.get("DAMO_OUT") ?? Deno.makeTempDirSync();
const MIB = 1 << 20;

/** 12 MiB that are in use all the time, and 48 MiB that are used at first, and once more after a while. */
function coldThatComesBack(): string {
  const path = `${Deno.makeTempDirSync()}/comes_back`;
  const phases = [["start", 1000, 1, 4], ["rest", 9000, 1, 0], ["again", 4000, 1, 4], ["last", 7000, 1, 0]];
  const text = phases.map(([name, ms, hot, cold]) =>
    `${name}\n${ms}\nhot, 0, 4096, ${hot}, rw\n${cold ? `cold, 0, 4096, ${cold}, rw\n` : ""}`
  );
  Deno.writeTextFileSync(path, [`hot, ${12 * MIB}, none\ncold, ${48 * MIB}, none\n`, ...text].join("\n"));
  return path;
}

/** The kernel tells where schemes act from Linux 6.7 on. */
const tellsWhere = exists("/sys/kernel/tracing/events/damon/damos_before_apply");

for (const by of exists(roots.debugfs) ? ["sysfs", "debugfs"] as const : ["sysfs"] as const) {
  Deno.test(`record --schemes by ${by} keeps where a scheme acted, what it counted, and what became of the memory`, async () => {
    using _swap = compressedSwap(256);
    const file = `${Deno.makeTempDirSync()}/pageout.txt`;
    Deno.writeTextFileSync(file, "4K max 0 0 2s max pageout\n");
    await using busy = await startWorkload(coldThatComesBack(), OUT);
    const path = `${OUT}/schemes-${by}.arrow`;
    const options = ["--schemes", file, "--monitor", "damon", "--interface", by, "--ops", "vaddr", "-m", "200"];
    const recorder = spawnDamo("record", String(busy.pid), "-o", path, ...options);
    await until(async () => (await chooseInterface(roots, by).read()).some(({ state }) => state === "on"), "DAMON on");
    await busy.go();
    const { code, err } = await outcomeOf(recorder);
    assert.equal(code, 0, err);
    assertClean();
    const items: RecordItem[] = [];
    await using record = await openRecord(path);
    for await (const item of record.items()) items.push(item);
    const [{ pid, contexts: [{ schemes }] }] = record.header.kdamonds;
    assert.equal(schemes![0].action, "pageout");

    const applied = items.flatMap((item) => item.kind === "applied" ? [item.applied] : []);
    const counts = items.flatMap((item) => item.kind === "scheme_stats" ? [item.counts] : []);
    const usages = items.flatMap((item) => item.kind === "usage" && item.usage.pid === busy.pid ? [item.usage] : []);
    const last = counts.at(-1)!;
    let bytes = 0;
    for (const { kdamond, scheme, targetId, regions } of applied) {
      assert.deepEqual([kdamond, scheme, targetId], [pid, 0, 0n]);
      for (const { start, end, nrAccesses } of regions) {
        assert.equal(nrAccesses, 0);
        bytes += end - start;
      }
    }
    const resident = usages.map(({ residentBytes }) => residentBytes / MIB);
    console.log({ items: items.length, applied: applied.length, bytes, last, resident, usage: usages.at(-1) });
    // Of the last second the counters are not known as a rule.
    if (tellsWhere) assert.ok(bytes >= last.stats.szTriedBytes && bytes < 1.3 * last.stats.szTriedBytes);
    else assert.equal(applied.length, 0);
    assert.ok(counts.length >= 5 && counts.every(({ kdamond, scheme }) => kdamond === pid && scheme === 0));
    counts.forEach(({ stats }, i) => assert.ok(i === 0 || stats.nrTried >= counts[i - 1].stats.nrTried));
    assert.ok(usages.length >= 5);
    assert.ok(Math.max(...resident) - Math.min(...resident) > 40, `${resident}`);
    assert.ok(usages.at(-1)!.majorFaults > usages[0].majorFaults);
    const swapped = usages.map(({ swapBytes }) => swapBytes);
    assert.ok(Math.max(...swapped) > 40 * MIB);
  });
}

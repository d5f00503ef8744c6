import { Regions } from "../../damon/mod.ts";
import { formatIdle, idleOf, idleOfStat, idleSpec } from "../../report/mod.ts";
import { assertGolden } from "../golden_file.ts";
import { PROCESS_HEADER, recordOf } from "../memory_record.ts";

const MIB = 2 ** 20;

/** A minute of a heap that grows, of which ever more is left alone; nothing was recorded for some seconds. */
async function report(timeParts: number) {
  const snapshots = Array.from({ length: 120 }, (_, i) => {
    const grown = (16 + i) * MIB;
    const regions = Regions.from([
      { start: 0, end: 8 * MIB, nrAccesses: 20, age: i },
      { start: 8 * MIB, end: grown / 2, nrAccesses: 0, age: 5 * i },
      { start: grown / 2, end: grown, nrAccesses: i % 20 < 12 ? 3 : 0, age: i % 20 },
    ]);
    const times = { startNs: i * 5e8, endNs: (i + 1) * 5e8 };
    return { kdamond: 7, targetId: 0n, sampleUs: 5000, aggrUs: 500_000, ...times, regions };
  }).filter((_, i) => i < 70 || i > 80);
  const mapping = { start: 0, end: 140 * MIB, residentBytes: 105 * MIB, swapBytes: 8 * MIB };
  const residency = { timeNs: 0, pid: 42, residentBytes: 105 * MIB, swapBytes: 8 * MIB, mappings: [mapping] };
  return await idleOf(await recordOf([{ kind: "residency", residency }, ...snapshots])(), { timeParts });
}

const stat = () =>
  idleOfStat({
    percentilesMs: Array.from({ length: 101 }, (_, i) => i < 12 ? -60_000 : Math.round(100 * 1.12 ** i)),
    totalBytes: 28 * 1024 * MIB,
    aggrUs: 200_000,
    bandwidth: 123 * MIB,
    wallMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    host: PROCESS_HEADER.host,
  });

Deno.test("formatIdle of a record at 80 columns", async () => {
  await assertGolden("idle/record_80.txt", formatIdle(await report(12), { width: 80, colour: "never" }));
});

Deno.test("formatIdle of DAMON_STAT at 80 columns", async () => {
  await assertGolden("idle/stat_80.txt", formatIdle(stat(), { width: 80, colour: "never" }));
});

Deno.test("idleSpec of a record and of DAMON_STAT", async () => {
  await assertGolden("idle/record.vl.json", JSON.stringify(idleSpec(await report(6)), null, 1) + "\n");
  await assertGolden("idle/stat.vl.json", JSON.stringify(idleSpec(stat()), null, 1) + "\n");
});

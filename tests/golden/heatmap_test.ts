import { formatHeatmap, heatmapOf, heatmapSpec, terminalCells } from "../../report/mod.ts";
import { assertGolden } from "../golden_file.ts";
import { FOOTER, mappingsOf, recordOf, type Row, snapshotOf } from "../memory_record.ts";

const MIB = 2 ** 20;
const [HEAP, MAPPED, STACK] = [0x5555_0000_0000, 0x7f00_0000_0000, 0x7ffc_0000_0000];

/** Six seconds: a hot window that climbs through anonymous memory and a library, a lukewarm heap, a hot stack. */
function record() {
  const snapshots = Array.from({ length: 60 }, (_, i) => {
    const rows: Row[] = [[HEAP, HEAP + 4 * MIB, i % 20 < 10 ? 3 : 0], [HEAP + 4 * MIB, HEAP + 900 * MIB, 0]];
    for (let part = 0; part < 30; part++) {
      const start = MAPPED + part * 8 * MIB;
      rows.push([start, start + 8 * MIB, Math.max(0, 20 - 6 * Math.abs(part - i / 2))]);
    }
    rows.push([STACK, STACK + 4096, 19], [STACK + 4096, STACK + 33 * 4096, 0]);
    // A gap in time: nothing was monitored for 0.4 s.
    return snapshotOf(5e9 + i * 1e8, 5e9 + (i + 1) * 1e8, rows);
  }).filter((_, i) => i < 40 || i >= 44);
  const names = mappingsOf([
    [HEAP, HEAP + 900 * MIB, "[heap]"],
    [MAPPED, MAPPED + 160 * MIB, ""],
    [MAPPED + 160 * MIB, MAPPED + 240 * MIB, "/usr/lib/libfoo.so.1"],
    [STACK, STACK + 33 * 4096, "[stack]"],
  ]);
  return recordOf([names, ...snapshots, { kind: "footer", footer: FOOTER }]);
}

for (const colour of ["never", "256", "truecolor"] as const) {
  Deno.test(`formatHeatmap at 80 columns, colour ${colour}`, async () => {
    const options = { width: 80, lines: 20, colour };
    const heatmap = await heatmapOf(record(), { ...terminalCells(options), minRows: 3 });
    await assertGolden(`heatmap/${colour}_80.txt`, formatHeatmap(heatmap, options));
  });
}

Deno.test("formatHeatmap at 40 columns keeps within them", async () => {
  const options = { width: 40, lines: 12, colour: "never" } as const;
  const heatmap = await heatmapOf(record(), { ...terminalCells(options), minRows: 1 });
  await assertGolden("heatmap/never_40.txt", formatHeatmap(heatmap, options));
});

Deno.test("heatmapSpec of a small record", async () => {
  const heatmap = await heatmapOf(record(), { timeBins: 12, rows: 10, minRows: 2 });
  await assertGolden("heatmap/small.vl.json", JSON.stringify(heatmapSpec(heatmap), null, 1) + "\n");
});

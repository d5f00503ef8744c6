/**
 * How long the heat map's fold takes, without reading a file: 1,000 regions a snapshot, three areas as DAMON's vaddr has
 * them, a hot window that wanders. The Python damo needs 5.2 s of CPU for a million regions (and 34 s to load them).
 *
 * @module
 */
import { Regions, type Snapshot } from "../../damon/mod.ts";
import { heatmapOf } from "../../report/mod.ts";
import { recordOf } from "../memory_record.ts";

const PAGE = 4096;
const REGIONS = 1000;
const AREAS = [[0x5555_0000_0000, 40_000, 200], [0x7f00_0000_0000, 4_000_000, 797], [0x7ffc_0000_0000, 33, 3]];

function snapshotAt(i: number, of: number): Snapshot {
  const regions = Regions.alloc(REGIONS);
  let at = 0;
  for (const [base, pages, count] of AREAS) {
    for (let k = 0; k < count; k++, at++) {
      // Borders move a little from snapshot to snapshot, as DAMON splits and merges.
      const border = (n: number) =>
        base + Math.floor((n + (n % count && (i * 7 + n * 13) % 10 / 20)) / count * pages) * PAGE;
      [regions.start[at], regions.end[at]] = [border(k), border(k + 1)];
      regions.nrAccesses[at] = Math.abs(k / count - i / of) < 0.1 ? 1 + (k + i) % 20 : (k + i) % 50 === 0 ? 1 : 0;
    }
  }
  return { kdamond: 7, targetId: 0n, startNs: i * 1e8, endNs: (i + 1) * 1e8, sampleUs: 5000, aggrUs: 100_000, regions };
}

for (const snapshots of [1_000, 10_000]) {
  const record = recordOf(Array.from({ length: snapshots }, (_, i) => snapshotAt(i, snapshots)));
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const before = performance.now();
    await heatmapOf(record, { timeBins: 240, rows: 100, minRows: 6 });
    times.push(performance.now() - before);
  }
  const [first, best] = [times[0], Math.min(...times)].map((ms) => ms.toFixed(0));
  console.log(`heat map fold of ${snapshots * REGIONS} regions: first run ${first} ms, best of 5 ${best} ms`);
}

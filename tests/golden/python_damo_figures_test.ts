import assert from "assert";
import type { MemoryUsage, Snapshot } from "../../damon/mod.ts";
import {
  type AccessedRegion,
  accessedRegionsOf,
  type AccessMetric,
  accessTotalsOf,
  type Distribution,
  foldRecord,
  footprintDistribution,
  type FootprintMetric,
  FootprintsFold,
  GuideFold,
  heatmapOf,
  heatOf,
  type HistogramOptions,
  meanOf,
  NrRegionsFold,
  percentileRange,
  percentilesOf,
  type Selection,
  type RegionKey,
  sizeHistogramOf,
  sizePercentilesOf,
  sortRegions,
  type TemperatureWeights,
  weighed,
  WssFold,
  type WssOptions,
} from "../../report/mod.ts";
import { recordOf } from "../memory_record.ts";
import { PYTHON_DAMO_HEAP, pythonDamoMachineRecord, pythonDamoProcessRecord, pythonDamoYoungRecord } from "../python_damo_records.ts";
import PYTHON_DAMO from "../testdata/python_damo_figures.json" with { type: "json" };

// What the Python damo says of the same records: tests/testdata/capture_python_damo_figures.ts asked it once.
type Name = keyof typeof PYTHON_DAMO;
type Rows = readonly (readonly number[])[];
const rowsOf = (name: Name): Rows => PYTHON_DAMO[name].rows;
const totalsOf = (name: Name): Record<string, number> => PYTHON_DAMO[name].totals;

const process = pythonDamoProcessRecord();
const PROCESS = recordOf(process.items, process.header);
const machine = pythonDamoMachineRecord();
const MACHINE = recordOf(machine.items, machine.header);

/** Percentiles and mean; the Python damo's mean is without its fraction. */
function checkDistribution(name: Name, set: Distribution): void {
  const by = name.includes("by time") ? "time" : "size";
  const ours = percentilesOf(set, percentileRange([0, 101, 5]), by);
  assert.deepEqual(ours.map(({ percentile, value }) => [percentile, value]), rowsOf(name));
  assert.equal(Math.trunc(meanOf(set)), totalsOf(name).avr);
}

const WORKING_SETS: Partial<Record<Name, WssOptions>> = {
  "wss": {},
  "wss by time": {},
  "wss of 1 s": { workUs: 1e6 },
  "wss of 3 s by time": { workUs: 3e6 },
  "wss of 5 accesses": { minAccesses: 5 },
  "wss of 4 MiB": { minBytes: 4 << 20 },
  "wss without 100 snapshots": { skipSnapshots: 100 },
};

for (const [name, options] of Object.entries(WORKING_SETS) as [Name, WssOptions][]) {
  Deno.test(`WssFold has the Python damo's figures: ${name}`, async () => {
    const fold = new WssFold(options);
    checkDistribution(name, fold.collapsed(await foldRecord(PROCESS, [fold])));
  });
}

for (const name of ["nr_regions", "nr_regions by time"] as const) {
  Deno.test(`NrRegionsFold has the Python damo's figures: ${name}`, async () => {
    const fold = new NrRegionsFold();
    checkDistribution(name, fold.perTarget(await foldRecord(PROCESS, [fold]))[0]);
  });
}

for (const name of ["vsz", "rss", "rss by time", "sys_used"] as const) {
  Deno.test(`FootprintsFold has the Python damo's figures: ${name}`, () => {
    const fold = new FootprintsFold();
    process.items.forEach((item) => item.kind === "usage" && fold.usage(item.usage satisfies MemoryUsage));
    checkDistribution(name, footprintDistribution(fold.footprints(), name.split(" ")[0] as FootprintMetric));
  });
}

Deno.test("GuideFold has the Python damo's times and address ranges", async () => {
  const guide = new GuideFold();
  const { originNs, durationNs } = await foldRecord(PROCESS, [guide]);
  const { time, ...rest } = totalsOf("guide");
  assert.deepEqual([originNs, originNs + durationNs, durationNs], [time, rest["time 1"], rest["time 2"]]);
  const [[, ranges]] = guide.ranges();
  assert.deepEqual(ranges.map(({ start, end }) => [start, end, end - start]), rowsOf("guide"));
});

Deno.test("heatmapOf has the Python damo's accesses a second, where ages are not drawn into the time before", async () => {
  const young = pythonDamoYoungRecord();
  const options = { timeBins: 8, rows: 6, drawRange: "all" as const, addressRanges: [PYTHON_DAMO_HEAP] };
  const { bands: [band], time } = await heatmapOf(recordOf(young.items, young.header), options);
  const theirs = rowsOf("heat map");
  assert.deepEqual([band.rows, time.count, theirs.length], [6, 8, 48]);
  theirs.forEach(([ns, address, hz], i) => {
    const [bin, row] = [Math.floor(i / 6), i % 6];
    assert.deepEqual([bin * time.binNs, row * band.rowBytes], [ns, address]);
    // 20 samples in 100 ms.
    const ours = heatOf(band, bin, row)! * 200;
    assert.ok(Math.abs(ours - hz) <= hz * 1e-9, `${ours} is ${hz} in column ${bin}, row ${row}`);
  });
});

async function machineSnapshot(selection: Selection = {}): Promise<Snapshot> {
  let found: Snapshot | undefined;
  await foldRecord(MACHINE, [{ snapshot: (snapshot) => found = snapshot }], selection);
  return found!;
}

/** As the Python damo prints them: index, address, size, accesses a second, age in µs, bytes that passed. */
const printed = (regions: readonly AccessedRegion[]) =>
  regions.map(({ start, bytes, hz, ageUs, passedBytes }, i) => [i, start, bytes, hz, ageUs, passedBytes]);

const SORTED: Partial<Record<Name, { keys: RegionKey[]; descending?: RegionKey[] }>> = {
  "regions": { keys: ["address"] },
  "regions by temperature": { keys: ["temperature"] },
  "regions by size, descending": { keys: ["size"], descending: ["size"] },
};

for (const [name, { keys, descending }] of Object.entries(SORTED)) {
  Deno.test(`accessedRegionsOf has the Python damo's figures: ${name}`, async () => {
    const regions = accessedRegionsOf(await machineSnapshot());
    assert.deepEqual(printed(sortRegions(regions, keys, descending)), rowsOf(name as Name));
  });
}

const PICKED: Partial<Record<Name, Selection>> = {
  "regions of some size": { regionBytes: [32 << 20, 128 << 20] },
  "regions of some rate": { accessPercent: [20, 80] },
  "regions of some address": { addressRanges: [{ start: 2e9, end: 4e9 }] },
};

for (const [name, selection] of Object.entries(PICKED)) {
  Deno.test(`A selection leaves what the Python damo's filters leave: ${name}`, async () => {
    const ours = printed(accessedRegionsOf(await machineSnapshot(selection)));
    const theirs = rowsOf(name as Name).map((row) => [...row]);
    if (selection.addressRanges) {
      // Of a region that is cut they show all that passed: at an edge more than there is.
      assert.ok(theirs[0][5] > theirs[0][2] && ours[0][5]! <= ours[0][2]!);
      for (const rows of [ours, theirs]) for (const edge of [rows[0], rows.at(-1)!]) edge.pop();
    }
    assert.deepEqual(ours, theirs);
  });
}

Deno.test("accessTotalsOf has the Python damo's size and bandwidth, of all and of what passed", async () => {
  const { bytes, passedBytes, bandwidth, passedBandwidth } = accessTotalsOf(await machineSnapshot());
  const totals = totalsOf("recency percentiles");
  assert.deepEqual([bytes, passedBytes], [totals["total size"], totals["total size 1"]]);
  assert.deepEqual([bandwidth, passedBandwidth].map((rate) => Math.trunc(rate!)), [
    totals["memory bw estimate"],
    totals["memory bw estimate 1"],
  ]);
});

/** The Python damo's order: what passed the filters first. */
async function weighedBoth(metric: AccessMetric, weights?: TemperatureWeights) {
  const snapshot = await machineSnapshot();
  const regions = accessedRegionsOf(snapshot, weights);
  return [true, false].map((isPassed) => weighed(regions, metric, snapshot.aggrUs, isPassed));
}

const PERCENTILES: Partial<Record<Name, { at?: number[]; weights?: TemperatureWeights }>> = {
  "recency percentiles": {},
  "temperature percentiles": {},
  // Where sizes are added up they have no weight; the report leaves that of `--temperature_weights` out, too.
  "temperature percentiles of other weights": { weights: [0, 300, 20] },
  "recency percentiles by 5": { at: percentileRange([0, 101, 5]) },
};

for (const [name, { at, weights }] of Object.entries(PERCENTILES)) {
  Deno.test(`sizePercentilesOf has the Python damo's figures: ${name}`, async () => {
    const sets = await weighedBoth(name.split(" ")[0] as AccessMetric, weights);
    const ours = sets.flatMap((set) => sizePercentilesOf(set, at));
    assert.deepEqual(ours.map(({ percentile, value }) => [percentile, Math.trunc(value)]), rowsOf(name as Name));
  });
}

const HISTOGRAMS: Partial<Record<Name, HistogramOptions>> = {
  "recency histogram": {},
  "temperature histogram": {},
  "recency histogram, cumulated": { cumulate: true },
  "temperature histogram, logarithmic": { logScale: true },
};

for (const [name, options] of Object.entries(HISTOGRAMS)) {
  Deno.test(`sizeHistogramOf has the Python damo's figures: ${name}`, async () => {
    const sets = await weighedBoth(name.split(" ")[0] as AccessMetric);
    const ours = sets.flatMap((set) => sizeHistogramOf(set, options));
    assert.deepEqual(ours.map(({ from, to, bytes }) => [from, to, bytes]), rowsOf(name as Name));
  });
}

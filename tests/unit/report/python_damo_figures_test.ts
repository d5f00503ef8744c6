import assert from "assert";
import type { Snapshot } from "../../../damon/mod.ts";
import { openRecord } from "../../../format/mod.ts";
import {
  accessedRegionsOf,
  accessTotalsOf,
  foldRecord,
  GuideFold,
  meanOf,
  NrRegionsFold,
  percentileRange,
  percentilesOf,
  sizeHistogramOf,
  sizePercentilesOf,
  stripLevelsOf,
  temperatureStripOf,
  weighed,
  WssFold,
} from "../../../report/mod.ts";

/** The Python damo's records and what it says of them. They are its own: not part of this project, and often not there. */
const FOLDER = Deno.env.get("DAMO_PEER_FIXTURES") ?? new URL("../../../../shared/peer", import.meta.url).pathname;
const ignore = (() => {
  try {
    return !Deno.statSync(`${FOLDER}/damon.data`).isFile;
  } catch {
    return true;
  }
})();

const ESCAPES = new RegExp(String.raw`\x1b\[[0-9;]*m`, "g");
const expected = async (name: string) =>
  (await Deno.readTextFile(`${FOLDER}/expect-${name}.txt`)).replaceAll(ESCAPES, "");
const open = (name: string) => () => openRecord(`${FOLDER}/${name}`);

async function snapshotOf(name: string): Promise<Snapshot> {
  let last: Snapshot | undefined;
  await foldRecord(open(name), [{ snapshot: (snapshot) => last = snapshot }]);
  return last!;
}

// The Python damo's own ways to write numbers, so that what is compared is what it printed.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Three decimals, ties to the even one, as Python rounds. */
function fixed3(value: number): string {
  const scaled = value * 1000;
  const floor = Math.floor(scaled);
  const rounded = scaled - floor === 0.5 ? floor + floor % 2 : Math.round(scaled);
  return (rounded / 1000).toFixed(3);
}

function pythonDamoBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value > 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return unit === 0 ? `${Math.trunc(value)} B` : `${fixed3(value)} ${UNITS[unit]}`;
}

const SECONDS: Record<string, number> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 };
const microseconds = (text: string) =>
  Math.round(
    [...text.matchAll(/([\d.,]+) (ns|us|ms|s|m|h|d)\b/g)]
      .reduce((sum, [, number, unit]) => sum + Number(number.replaceAll(",", "")) * SECONDS[unit], 0) * 1e6,
  );
const number = (text: string) => Number(text.replaceAll(",", ""));

Deno.test({
  name: "WssFold has the Python damo's working sets at 99 percentiles, and their mean",
  ignore,
  async fn() {
    const fold = new WssFold();
    const set = fold.collapsed(await foldRecord(open("damon.data"), [fold]));
    const text = await expected("wss");
    assert.equal(Math.trunc(meanOf(set)), Number(/# avr:\s+(\d+)/.exec(text)![1]));
    const rows = [...text.matchAll(/^ *(\d+) +(\d+) \|/gm)].map(([, percentile, bytes]) => [+percentile, +bytes]);
    assert.equal(rows.length, 100);
    const ours = percentilesOf(set, percentileRange([1, 101, 1]), "size");
    assert.deepEqual(ours.map(({ percentile, value }) => [percentile, value]), rows);
  },
});

Deno.test({
  name: "NrRegionsFold has the Python damo's numbers of regions, and their mean",
  ignore,
  async fn() {
    const fold = new NrRegionsFold();
    const [set] = fold.perTarget(await foldRecord(open("damon.data"), [fold]));
    const text = await expected("nr_regions");
    assert.equal(Math.trunc(meanOf(set)), Number(/# avr:\s+(\d+)/.exec(text)![1]));
    const rows = [...text.matchAll(/^(\d+)\t(\d+)$/gm)].map(([, percentile, count]) => [+percentile, +count]);
    assert.equal(rows.length, 100);
    const ours = percentilesOf(set, percentileRange([1, 101, 1]), "size");
    assert.deepEqual(ours.map(({ percentile, value }) => [percentile, value]), rows);
  },
});

Deno.test({
  name: "GuideFold has the Python damo's target, time and address ranges",
  ignore,
  async fn() {
    const text = await expected("heats_guide");
    const guide = new GuideFold();
    const survey = await foldRecord(open("damon.data"), [guide]);
    const [[target, ranges]] = guide.ranges();
    assert.equal(String(target.targetId), /target_id: (\d+)/.exec(text)![1]);
    const [, start, end, length] = /time: \[(\d+), (\d+)\) \((\d+)\)/.exec(text)!;
    assert.deepEqual(
      [survey.originNs, survey.originNs + survey.durationNs, survey.durationNs],
      [start, end, length].map(Number),
    );
    const rows = [...text.matchAll(/^region.*\[(\d+), (\d+)\) \(\d+\)$/gm)].map(([, from, to]) => [+from, +to]);
    assert.equal(rows.length, 3);
    assert.deepEqual(ranges.map(({ start, end }) => [start, end]), rows);
  },
});

for (const filter of ["nofilter", "active", "anon"]) {
  const file = `damon.data.snapshot.${filter}`;
  const sets = filter === "nofilter" ? [false] : [true, false];

  Deno.test({
    name: `accessedRegionsOf and accessTotalsOf have the Python damo's figures of each region (${filter})`,
    ignore,
    async fn() {
      const text = await expected(`detailed-${filter}`);
      const snapshot = await snapshotOf(file);
      const regions = accessedRegionsOf(snapshot);
      const rows = [...text.matchAll(
        /^(\d+) +addr ([\d.]+ \w+) +size ([\d.]+ \w+) +access ([\d.]+) hz +age (.*?)(?: +df-passed ([\d.]+ \w+))?\s*$/gm,
      )];
      assert.equal(rows.length, regions.length);
      regions.forEach((region, i) => {
        const [, index, address, size, hz, age, passed] = rows[i];
        assert.equal(region.index, +index);
        assert.equal(pythonDamoBytes(region.start), address);
        assert.equal(pythonDamoBytes(region.bytes), size);
        assert.ok(Math.abs(region.hz - +hz) <= 0.0005, `${region.hz} is ${hz} hz`);
        assert.equal(region.ageUs, microseconds(age));
        // The record itself has three decimals only.
        if (passed) assert.equal(pythonDamoBytes(Math.trunc(region.passedBytes!)), passed);
      });
      const totals = accessTotalsOf(snapshot);
      assert.equal(pythonDamoBytes(totals.bytes), /total size: ([\d.]+ \w+)/.exec(text)![1]);
      assert.equal(pythonDamoBytes(totals.bandwidth), /bw estimate: ([\d.]+ \w+)/.exec(text)![1]);
      assert.equal(String(Number(totals.maxHz.toPrecision(4))), /max access hz ([\d.]+)/.exec(text)![1]);
      if (filter !== "nofilter") {
        assert.equal(pythonDamoBytes(totals.passedBandwidth!), /df-passed: ([\d.]+ \w+) per/.exec(text)![1]);
        assert.equal(pythonDamoBytes(totals.passedBytes!), /total size:.*df-passed ([\d.]+ \w+)/.exec(text)![1]);
      }
    },
  });

  Deno.test({
    name: `temperatureStripOf has the Python damo's levels, extent and column size (${filter})`,
    ignore,
    async fn() {
      const text = await expected(`detailed-${filter}`);
      const regions = accessedRegionsOf(await snapshotOf(file));
      const lines = [...text.matchAll(/^(?:heatmap|df-pass): (\S+)$/gm)].map(([, levels]) => levels);
      const comments = [...text.matchAll(/temperatures: (-?[\d,]+), (-?[\d,]+), column size: (.*)$/gm)];
      const parts = [regions, ...(lines.length > 1 ? [regions.filter(({ passedBytes }) => passedBytes !== 0)] : [])];
      assert.equal(parts.length, lines.length);
      parts.forEach((part, i) => {
        const strip = temperatureStripOf(part, 80)!;
        const levels = stripLevelsOf(strip).map((level, at) => {
          if (level !== undefined) return String(level);
          const { start, end } = strip.columns[at];
          const columns = (end - start) / strip.columnBytes;
          return columns > 4 ? "[...]" : ".".repeat(Math.trunc(columns));
        });
        assert.equal(levels.join(""), lines[i]);
        const [, min, max, size] = comments[i];
        assert.deepEqual([Math.trunc(strip.min), Math.trunc(strip.max)], [min, max].map(number));
        assert.equal(pythonDamoBytes(strip.columnBytes), size);
      });
    },
  });

  for (const metric of ["recency", "temperature"] as const) {
    const valueOf = metric === "recency" ? microseconds : number;

    Deno.test({
      name: `sizePercentilesOf has the Python damo's percentiles of ${metric} (${filter})`,
      ignore,
      async fn() {
        const text = await expected(`${metric}-percentiles-${filter}`);
        const rows = [...text.matchAll(/^ *(\d+) {2,}(.*?) {2}\|/gm)].map(([, at, value]) => [+at, valueOf(value)]);
        const snapshot = await snapshotOf(file);
        const regions = accessedRegionsOf(snapshot);
        const ours = sets.flatMap((isPassed) => sizePercentilesOf(weighed(regions, metric, snapshot.aggrUs, isPassed)));
        assert.equal(rows.length, 7 * sets.length);
        assert.deepEqual(ours.map(({ percentile, value }) => [percentile, Math.trunc(value)]), rows);
      },
    });

    Deno.test({
      name: `sizeHistogramOf has the Python damo's histogram of ${metric} (${filter})`,
      ignore,
      async fn() {
        const text = await expected(`${metric}-sz-hist-${filter}`);
        const rows = [...text.matchAll(/^\[(.*), (.*)\) +([\d.]+ \w+) +\|/gm)]
          .map(([, from, to, bytes]) => [valueOf(from), valueOf(to), bytes]);
        const snapshot = await snapshotOf(file);
        const regions = accessedRegionsOf(snapshot);
        const ours = sets.flatMap((isPassed) => sizeHistogramOf(weighed(regions, metric, snapshot.aggrUs, isPassed)));
        assert.equal(rows.length, 10 * sets.length);
        if (metric === "recency") {
          // The Python damo shows ms only; its bounds are whole µs.
          assert.deepEqual(
            ours.map(({ from }) => Math.round(from / 1e3)),
            rows.map(([from]) => Math.round(+from / 1e3)),
          );
        } else assert.deepEqual(ours.map(({ from, to }) => [from, to]), rows.map(([from, to]) => [from, to]));
        assert.deepEqual(ours.map(({ bytes }) => pythonDamoBytes(bytes)), rows.map(([, , bytes]) => bytes));
      },
    });
  }
}

import assert from "assert";
import type { Snapshot } from "../../../../damon/mod.ts";
import type { FormatName } from "../../../../format/mod.ts";
import { FORMATS } from "../../../../format/mod.ts";
import { encodeSample, readAll, readBytes, snapshotsIn } from "../../../record_samples.ts";

/** The Python damo's records and what it says of them. They are its own: not part of this project, and often not there. */
const FOLDER = Deno.env.get("DAMO_PEER_FIXTURES") ?? new URL("../../../../../shared/peer", import.meta.url).pathname;
const ignore = (() => {
  try {
    return !Deno.statSync(`${FOLDER}/damon.data`).isFile;
  } catch {
    return true;
  }
})();

/** Bytes that were seen accessed, of each snapshot. */
function workingSets(snapshots: Snapshot[]): number[] {
  return snapshots.map(({ regions }) => {
    let sum = 0;
    for (const { start, end, nrAccesses } of regions) if (nrAccesses > 0) sum += end - start;
    return sum;
  });
}

Deno.test({
  name: "openRecord reads each file of the Python damo, told by its content",
  ignore,
  fn: async () => {
    const expected: [string, string, number, number][] = [
      ["damon.data", "zlib json", 543, 9773],
      ["perf.data.script", "trace", 562, 10_260],
      ["damon.data.snapshot.nofilter", "zlib json", 1, 132],
      ["damon.data.snapshot.anon", "zlib json", 1, 105],
      ["damon.data.snapshot.active", "zlib json", 1, 34],
      ["lab/zigzag.damon.data", "zlib json", 179, 4785],
    ];
    for (const [name, format, snapshots, regions] of expected) {
      const record = await readAll(`${FOLDER}/${name}`);
      assert.equal(record.format, format, name);
      assert.equal(record.incomplete, undefined, name);
      const all = snapshotsIn(record);
      assert.equal(all.length, snapshots, name);
      assert.equal(all.reduce((sum, one) => sum + one.regions.length, 0), regions, name);
    }
  },
});

Deno.test({
  name: "openRecord gives the Python damo's record the bounds that the Python damo says",
  ignore,
  fn: async () => {
    const guide = await Deno.readTextFile(`${FOLDER}/expect-heats_guide.txt`);
    const snapshots = snapshotsIn(await readAll(`${FOLDER}/damon.data`));
    const [, target, startNs, endNs] = /target_id: (\d+)\ntime: \[(\d+), (\d+)\)/.exec(guide)!;
    assert.equal(snapshots[0].targetId, BigInt(target));
    assert.equal(snapshots[0].startNs, Number(startNs));
    assert.equal(snapshots.at(-1)!.endNs, Number(endNs));
    const ranges = [...guide.matchAll(/region\s+\d: \[(\d+), (\d+)\)/g)].map(([, start, end]) =>
      [start, end].map(Number)
    );
    const [first, last] = [ranges[0], ranges.at(-1)!];
    assert.equal(Math.min(...snapshots.map(({ regions }) => regions.start[0])), first[0]);
    assert.equal(Math.max(...snapshots.map(({ regions }) => regions.end[regions.length - 1])), last[1]);
  },
});

Deno.test({
  name: "what the Python damo recorded has the same figures after any conversion",
  ignore,
  fn: async () => {
    for (const name of ["damon.data", "perf.data.script", "lab/zigzag.damon.data", "damon.data.snapshot.anon"]) {
      const record = await readAll(`${FOLDER}/${name}`);
      const before = snapshotsIn(record);
      for (const format of Object.keys(FORMATS) as FormatName[]) {
        const after = snapshotsIn(await readBytes(await encodeSample(record, format, 100)));
        assert.deepEqual(after.map(({ endNs }) => endNs), before.map(({ endNs }) => endNs), `${name} ${format}`);
        assert.deepEqual(workingSets(after), workingSets(before), `${name} ${format}`);
      }
    }
  },
});

Deno.test({
  name: "the files beside a record of the Python damo tell its process, configuration and memory maps",
  ignore,
  fn: async () => {
    const { header, items } = await readAll(`${FOLDER}/lab/zigzag.damon.data`);
    assert.deepEqual(header.processes.map(({ pid }) => pid), [162]);
    assert.deepEqual(header.kdamonds[0].contexts[0].nrRegions, { min: 20, max: 300 });
    const maps = items.flatMap((item) => item.kind === "mappings" ? [item.mappings] : []);
    assert.ok(maps.length > 1);
    assert.ok(maps[0].mappings.some(({ path }) => path === "/opt/masim/masim"));
    const snapshots = snapshotsIn({ header, items });
    assert.ok(maps.every(({ timeNs }) => Math.abs(timeNs - snapshots[0].startNs) < 60e9));
  },
});

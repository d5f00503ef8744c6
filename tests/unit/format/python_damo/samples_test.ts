import assert from "assert";
import { maxNrAccessesOf, type Snapshot } from "../../../../damon/mod.ts";
import { inConfiguredSamples } from "../../../../format/python_damo/samples.ts";
import { encoderOf, openRecord } from "../../../../format/mod.ts";
import { recordOf, snapshotOf } from "../../../memory_record.ts";

Deno.test("inConfiguredSamples keeps access rates and time where the sampler took fewer samples, and all else", () => {
  const snapshot = { ...snapshotOf(0, 1e8, [[4096, 8192, 5], [8192, 12288, 2]]), sampleUs: 19_000, aggrUs: 95_000 };
  const scaled = inConfiguredSamples(snapshot, { sampleUs: 5_000, aggrUs: 100_000 });
  assert.deepEqual([...scaled.regions.nrAccesses], [20, 8]);
  assert.deepEqual([scaled.sampleUs, scaled.aggrUs, maxNrAccessesOf(scaled)], [4_750, 95_000, 20]);
  assert.equal(inConfiguredSamples(snapshot, { sampleUs: 1_000, aggrUs: 5_000 }), snapshot);
  assert.equal(inConfiguredSamples(snapshot, undefined), snapshot);
});

for (const format of ["json_compressed", "perf_script"] as const) {
  Deno.test(`a record of stretched intervals has the same access rates and intervals in ${format}`, async () => {
    const stretched = (i: number): Snapshot => ({
      ...snapshotOf(i * 95e6, (i + 1) * 95e6, [[4096, 8192, 5], [8192, 12288, i % 2]]),
      sampleUs: 19_000,
      aggrUs: 95_000,
    });
    const { header } = await recordOf([stretched(0)])();
    const path = await Deno.makeTempFile();
    try {
      const encoder = await encoderOf(format, header);
      const items = [0, 1, 2].map((i) => ({ kind: "snapshot" as const, snapshot: stretched(i) }));
      const file = await Deno.open(path, { write: true });
      for (const bytes of [encoder.begin(), encoder.encode(items), encoder.end()]) file.writeSync(bytes);
      file.close();
      await using record = await openRecord(path);
      let snapshots = 0;
      for await (const item of record.items()) {
        if (item.kind !== "snapshot") continue;
        const { snapshot } = item;
        snapshots++;
        assert.equal(snapshot.aggrUs, 95_000);
        assert.equal(snapshot.regions.nrAccesses[0] / maxNrAccessesOf(snapshot), 1);
      }
      assert.equal(snapshots, 3);
    } finally {
      await Deno.remove(path);
    }
  });
}

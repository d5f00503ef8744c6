import assert from "assert";
import { Ajv } from "../../../ajv.ts";
import fc from "../../../fast_check.ts";
import { JsonLinesEncoder } from "../../../../format/jsonl/write.ts";
import { anySample, encodeSample, readBytes, snapshotsIn } from "../../../record_samples.ts";

const SCHEMA = JSON.parse(
  await Deno.readTextFile(new URL("../../../../schema/record-line.schema.json", import.meta.url)),
);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("every line of JSON lines is as the schema says", async () => {
  const validate = new Ajv({ strict: false }).compile(SCHEMA);
  await fc.assert(
    fc.asyncProperty(anySample, async (sample) => {
      for (const line of decode(await encodeSample(sample, "jsonl")).trimEnd().split("\n")) {
        assert.ok(validate(JSON.parse(line)), `${JSON.stringify(validate.errors)} in ${line.slice(0, 300)}`);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("the schema of JSON lines refuses what is no line of a record", () => {
  const validate = new Ajv({ strict: false }).compile(SCHEMA);
  for (const line of [{}, { kind: "snapshot" }, { kind: "other" }, { kind: "footer", footer: {} }]) {
    assert.equal(validate(line), false, JSON.stringify(line));
  }
});

Deno.test("addresses in hex are read back as integers are", async () => {
  await fc.assert(
    fc.asyncProperty(anySample, async ({ header, items }) => {
      const encoder = new JsonLinesEncoder(header, "hex");
      const text = decode(encoder.begin()) + decode(encoder.encode(items)) + decode(encoder.end());
      const back = snapshotsIn(await readBytes(new TextEncoder().encode(text)));
      const want = snapshotsIn({ header, items });
      const capped = (ends: Float64Array) => [...ends];
      assert.deepEqual(back.map(({ regions }) => capped(regions.end)), want.map(({ regions }) => capped(regions.end)));
      if (want.some(({ regions }) => regions.length > 0)) assert.match(text, /"start":"0x[0-9a-f]+"/);
    }),
    { numRuns: 50 },
  );
});

Deno.test("lines without a header, as a filter may leave them, are a record", async () => {
  const line = '{"kind":"snapshot","kdamond":1,"target_id":"18446623438842320001","start_ns":0,"end_ns":100000000,' +
    '"sample_us":5000,"aggr_us":100000,"nr_regions":1,"regions":[{"start":4096,"end":"0x2000","nr_accesses":3,"age":null}]}\n';
  const back = await readBytes(new TextEncoder().encode(line));
  assert.equal(back.incomplete, undefined);
  const [{ targetId, regions }] = snapshotsIn(back);
  assert.equal(targetId, 18446623438842320001n);
  assert.deepEqual([...regions], [{ start: 4096, end: 8192, nrAccesses: 3, age: undefined }]);
});

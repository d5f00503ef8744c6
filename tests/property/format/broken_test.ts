import assert from "assert";
import fc from "../../fast_check.ts";
import { type FormatName, FORMATS } from "../../../format/mod.ts";
import { RecordError, type RecordItem, Regions } from "../../../damon/mod.ts";
import { HEADER } from "../../records.ts";
import { encodeSample, readBytes, type Sample, snapshotsIn } from "../../record_samples.ts";

const snapshotItem = (endNs: number): RecordItem => ({
  kind: "snapshot",
  snapshot: {
    kdamond: 0,
    targetId: 0n,
    startNs: endNs - 1e8,
    endNs,
    sampleUs: 5000,
    aggrUs: 100_000,
    regions: Regions.from([
      { start: 0x7f12_3456_7000, end: 0x7f12_3456_9000, nrAccesses: 20, age: 1234 },
      { start: 0x7f12_3456_9000, end: 0x7f12_3456_a000, nrAccesses: endNs / 1e9, age: 3 },
    ]),
  },
});

/** Small, so that it can be cut at every byte. */
const SMALL: Sample = {
  header: { ...HEADER, recorder: [] },
  items: [
    snapshotItem(1e9),
    { kind: "mappings", mappings: { timeNs: 1e9, pid: 4, mappings: [] } },
    snapshotItem(2e9),
    snapshotItem(3e9),
    {
      kind: "footer",
      footer: { endNs: 4e9, reason: "x", snapshots: 3, regions: 6, events: 6, received: 6, dropped: 0, torn: 0 },
    },
  ],
};

/** Reads what may be broken: what comes is whole snapshots, and any error is one for a person. */
async function read(bytes: Uint8Array) {
  try {
    return await readBytes(bytes);
  } catch (error) {
    assert.ok(error instanceof RecordError, `${error}`);
    assert.match(error.message, /^Cannot (read|open) /);
    return undefined;
  }
}

/** Endings that say that they are the end: text lines cut at a line's end are whole for all that can be told. */
const KNOWS_ITS_END: Record<FormatName, boolean> = {
  arrow: true,
  parquet: true,
  jsonl: true,
  json: true,
  json_compressed: true,
  csv: false,
  perf_script: false,
};

for (const format of Object.keys(FORMATS) as FormatName[]) {
  Deno.test(`a record in ${format}, cut at every byte, gives its whole snapshots or a clean error`, async () => {
    const bytes = await encodeSample(SMALL, format, 1);
    const all = snapshotsIn(SMALL);
    const ends = all.map(({ endNs }) => endNs);
    let mostRead = 0;
    for (let cut = 0; cut < bytes.length; cut++) {
      const back = await read(bytes.slice(0, cut));
      if (!back) continue;
      const got = snapshotsIn(back);
      assert.ok(got.every(({ endNs }) => ends.includes(endNs)), `cut ${cut}`);
      for (const { endNs, regions } of got) {
        const { regions: whole } = all[ends.indexOf(endNs)];
        // A table without a footer ends after any row.
        if (format === "csv") assert.deepEqual([...regions], [...whole].slice(0, regions.length), `cut ${cut}`);
        else assert.deepEqual(regions, whole, `cut ${cut}`);
      }
      if (KNOWS_ITS_END[format] && got.length < all.length) assert.ok(back.incomplete, `cut ${cut} of ${bytes.length}`);
      mostRead = Math.max(mostRead, got.length);
    }
    // Parquet is read from its end: cut anywhere it is nothing.
    assert.equal(mostRead, format === "parquet" ? 0 : all.length);
  });

  // The libraries that read Arrow and Parquet trust what counts and lengths say: a changed one may take all memory, or forever.
  if (format === "arrow" || format === "parquet") continue;

  Deno.test(`a record in ${format} with any bytes changed is read or refused cleanly`, async () => {
    const bytes = await encodeSample(SMALL, format, 2);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (changes) => {
          const broken = bytes.slice();
          for (const [at, byte] of changes) broken[at] = byte;
          await read(broken);
        },
      ),
      { numRuns: 300 },
    );
  });
}

Deno.test("openRecord takes any bytes for a record or says what they are not", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => new TextEncoder().encode(text)),
        fc.json().map((text) => new TextEncoder().encode(`[{"target_id": 0, "snapshots": [${text}]}]`)),
      ),
      async (bytes) => void await read(bytes),
    ),
    { numRuns: 500 },
  );
});

import assert from "assert";
import { ArrowEncoder, decodeArrow, openRecord, RecordWriter } from "../../../../format/mod.ts";
import { HEADER } from "../../../records.ts";
import { FOOTER } from "../../../memory_record.ts";
import { AGE_UNKNOWN, type RecordItem, Regions } from "../../../../damon/mod.ts";

const snapshotItem = (endNs: number, rows: [number, number, number, number][]): RecordItem => ({
  kind: "snapshot",
  snapshot: {
    kdamond: 77,
    targetId: 18446623438842320000n,
    startNs: endNs - 1e8,
    endNs,
    sampleUs: 5000,
    aggrUs: 100_000,
    regions: new Regions(
      Float64Array.from(rows, (row) => row[0]),
      Float64Array.from(rows, (row) => row[1]),
      Uint32Array.from(rows, (row) => row[2]),
      Uint32Array.from(rows, (row) => row[3]),
    ),
  },
});

const ITEMS: RecordItem[] = [
  {
    kind: "mappings",
    mappings: {
      timeNs: 6e9,
      pid: 4,
      mappings: [{ start: 4096, end: 8192, perms: "rw-p", offset: 0, path: "[heap] ä" }],
    },
  },
  snapshotItem(7e9, [[0x7f12_3456_7000, 0x7f12_3456_9000, 20, AGE_UNKNOWN], [2 ** 63, 2 ** 64, 0, 3]]),
  snapshotItem(8e9, []),
  {
    kind: "footer",
    footer: {
      endNs: 9e9,
      reason: "timeout",
      snapshots: 2,
      regions: 2,
      events: 3,
      received: 2,
      dropped: 1,
      torn: 0,
    },
  },
];

function encodeAll(): { pieces: Uint8Array[]; bytes: Uint8Array } {
  const encoder = new ArrowEncoder(HEADER);
  const pieces = [
    encoder.begin(),
    encoder.encode(ITEMS.slice(0, 2)),
    encoder.encode(ITEMS.slice(2, 3)),
    encoder.encode(ITEMS.slice(3)),
    encoder.end(),
  ];
  return { pieces, bytes: new Uint8Array(pieces.flatMap((piece) => [...piece])) };
}

async function decodeAll(bytes: Uint8Array) {
  const reader = await decodeArrow(
    (async function* () {
      yield bytes;
    })(),
    "test",
  );
  const items: RecordItem[] = [];
  for await (const item of reader.items()) items.push(item);
  return { header: reader.header, items, incomplete: reader.incomplete };
}

Deno.test("decodeArrow gives back what ArrowEncoder was given", async () => {
  const { header, items, incomplete } = await decodeAll(encodeAll().bytes);
  assert.deepEqual(header, HEADER);
  assert.deepEqual(items, ITEMS);
  assert.equal(incomplete, undefined);
});

Deno.test("decodeArrow of a stream cut at every byte gives its whole batches and says that it is not whole", async () => {
  const { pieces, bytes } = encodeAll();
  const ends = pieces.map((_, i) => pieces.slice(0, i + 1).reduce((sum, piece) => sum + piece.length, 0));
  const itemsAt = [0, 2, 3, 4];
  assert.match((await decodeAll(pieces[0])).incomplete!, /no footer/);
  for (let cut = 0; cut < bytes.length - pieces[4].length; cut++) {
    const whole = ends.filter((end) => end <= cut).length;
    if (whole === 0) {
      await assert.rejects(decodeAll(bytes.slice(0, cut)), { name: "RecordError" }, `cut ${cut}`);
      continue;
    }
    const { items, incomplete } = await decodeAll(bytes.slice(0, cut));
    assert.deepEqual(items, ITEMS.slice(0, itemsAt[whole - 1]), `cut ${cut} of ${bytes.length}`);
    if (whole < 4) assert.ok(incomplete, `cut ${cut}`);
  }
});

Deno.test("decodeArrow refuses what is no record", async () => {
  await assert.rejects(decodeAll(new Uint8Array()), /it is empty/);
  await assert.rejects(decodeAll(new TextEncoder().encode('[{"a":1}]')), /no message begins at byte 0/);
  await assert.rejects(decodeAll(new Uint8Array(64).fill(255)), { name: "RecordError" });
});

Deno.test("a record whose header is longer than 64 MiB, as of 200,000 kdamonds, is read", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/large.arrow`;
  try {
    const writer = RecordWriter.create(path, { ...HEADER, recorder: ["damo", "x".repeat(65 << 20)] });
    writer.finish(FOOTER);
    writer.close();
    await using record = await openRecord(path);
    assert.equal(record.header.recorder?.[1].length, 65 << 20);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

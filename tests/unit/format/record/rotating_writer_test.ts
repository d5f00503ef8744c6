import assert from "assert";
import { type RecordFooter, type RecordItem, Regions } from "../../../../damon/mod.ts";
import {
  FORMATS,
  mergeHeaders,
  mergeItems,
  openRecord,
  rotatedFiles,
  RotatingWriter,
  type Rotation,
} from "../../../../format/mod.ts";
import { readAll, snapshotsIn } from "../../../record_samples.ts";
import { HEADER } from "../../../records.ts";

const snapshot = (i: number, regions = 50): RecordItem => ({
  kind: "snapshot",
  snapshot: {
    kdamond: 1,
    targetId: 0n,
    startNs: i * 1e8,
    endNs: (i + 1) * 1e8,
    sampleUs: 5000,
    aggrUs: 100_000,
    regions: Regions.from(Array.from({ length: regions }, (_, k) => ({
      start: (k * 7919 + i) % 1000 * 2 ** 20 + k * 2 ** 32,
      end: (k * 7919 + i) % 1000 * 2 ** 20 + k * 2 ** 32 + 4096,
      nrAccesses: (i * k) % 21,
      age: (i * 31 + k) % 97,
    }))),
  },
});

const map = (pid: number, timeNs: number): RecordItem => ({
  kind: "mappings",
  mappings: { timeNs, pid, mappings: [{ start: timeNs, end: timeNs + 4096, perms: "", offset: 0, path: "x" }] },
});

const FOOTER: RecordFooter = {
  endNs: 1e12,
  reason: "timeout",
  snapshots: 0,
  regions: 0,
  events: 1000,
  received: 990,
  dropped: 10,
  torn: 2,
};

/** A writer in a folder of its own, with a wall clock that is set by hand. */
async function withWriter(
  rotation: Rotation,
  use: (writer: RotatingWriter, folder: string, clock: { ms: number; events: number }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const clock = { ms: Date.UTC(2026, 0, 31, 23, 59, 58), events: 0 };
  const counts = () => ({ events: clock.events, received: clock.events, dropped: 0, torn: 0 });
  const make = await FORMATS.arrow.load();
  try {
    const writer = new RotatingWriter(
      `${folder}/d.arrow`,
      HEADER,
      (h) => make(h, {}),
      rotation,
      counts,
      () => clock.ms,
    );
    await use(writer, folder, clock);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("RotatingWriter begins a new file at a size; each is whole, and together they are all", async () => {
  await withWriter({ maxBytes: 6000 }, async (writer, folder, clock) => {
    writer.write(map(4, 1));
    for (let i = 0; i < 60; i++) {
      clock.ms += 1000;
      clock.events += 50;
      writer.write(snapshot(i));
      if (i === 20) writer.write(map(4, 20e8));
      writer.flush();
    }
    writer.finish({ ...FOOTER, events: clock.events, received: clock.events, dropped: 0, torn: 0 });
    writer.close();
    const files = rotatedFiles(`${folder}/d.arrow`);
    assert.ok(files.length > 3);
    assert.deepEqual(files, writer.files);
    assert.match(files[0], /\/d-20260131T235958Z\.arrow$/);
    const parts = await Promise.all(files.map(readAll));
    assert.deepEqual(
      parts.flatMap((part) => snapshotsIn(part).map(({ endNs }) => endNs)),
      Array.from({ length: 60 }, (_, i) => (i + 1) * 1e8),
    );
    let [events, bytes] = [0, 0];
    for (const [i, part] of parts.entries()) {
      assert.equal(part.incomplete, undefined);
      assert.deepEqual(part.header, HEADER);
      const footer = part.items.at(-1);
      assert.ok(footer?.kind === "footer");
      assert.equal(footer.footer.snapshots, snapshotsIn(part).length);
      assert.equal(footer.footer.reason, i < parts.length - 1 ? "rotated" : "timeout");
      events += footer.footer.events;
      const { size } = await Deno.stat(files[i]);
      assert.ok(size < 6000 + 4000, `${size}`);
      bytes += size;
      // Who has only this file knows what is mapped where.
      assert.equal(part.items.find((item) => item.kind !== "footer")!.kind, "mappings");
    }
    assert.equal(events, 3000);
    assert.equal(writer.bytes, bytes);
    assert.deepEqual([writer.snapshots, writer.regions], [60, 3000]);
  });
});

Deno.test("RotatingWriter keeps only the newest files, those of a recording before included, and nothing of others", async () => {
  await withWriter({ maxBytes: 1, keep: 3 }, async (writer, folder, clock) => {
    const others = ["d-20250101T000000Z.arrow", "d-20250101T000001Z-001.arrow"];
    const strangers = ["d-notes.arrow", "e-20250101T000000Z.arrow", "d-20250101T000000Z.arrow.old", "d.arrow"];
    for (const name of [...others, ...strangers]) await Deno.writeTextFile(`${folder}/${name}`, "x");
    for (let i = 0; i < 10; i++) {
      clock.ms += 1000;
      writer.write(snapshot(i));
      writer.flush();
    }
    writer.finish(FOOTER);
    writer.close();
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(left, [...strangers, ...writer.files.map((file) => file.slice(folder.length + 1))].sort());
    assert.equal(writer.files.length, 3);
  });
});

Deno.test("RotatingWriter keeps the newest though the wall clock is set back, and no name twice", async () => {
  await withWriter({ maxBytes: 1, keep: 2 }, async (writer, _folder, clock) => {
    for (let i = 0; i < 8; i++) {
      // The same second for some, then years back.
      if (i === 4) clock.ms -= 1e11;
      writer.write(snapshot(i));
      writer.flush();
    }
    writer.finish(FOOTER);
    writer.close();
    assert.equal(writer.files.length, 2);
    const last = await Promise.all(writer.files.map(readAll));
    assert.deepEqual(last.flatMap((part) => snapshotsIn(part).map(({ endNs }) => endNs)), [7e8, 8e8]);
  });
});

Deno.test("the files of a rotated recording merge into one record", async () => {
  await withWriter({ maxBytes: 3000 }, async (writer, _folder, clock) => {
    for (let i = 0; i < 30; i++) {
      clock.ms += 1000;
      writer.write(snapshot(i));
      writer.flush();
    }
    writer.finish(FOOTER);
    writer.close();
    const records = await Promise.all(writer.files.map(openRecord));
    const items = await Array.fromAsync(mergeItems(records, records.map(() => 0)));
    const header = mergeHeaders(records.map((record) => record.header));
    for (const record of records) await record[Symbol.asyncDispose]();
    assert.deepEqual(
      snapshotsIn({ header, items }).map(({ startNs }) => startNs),
      Array.from({ length: 30 }, (_, i) => i * 1e8),
    );
    const footer = items.at(-1);
    assert.ok(footer?.kind === "footer");
    assert.deepEqual([footer.footer.snapshots, footer.footer.dropped], [30, 10]);
  });
});

Deno.test("an hour of snapshots goes through rotated files, and nothing is lost", async () => {
  await withWriter({ maxBytes: 200_000, keep: 1000 }, async (writer, folder, clock) => {
    const regions = 300;
    // The rate of one kdamond with its default intervals: ten a second.
    const hour = 36_000;
    for (let i = 0; i < hour; i++) {
      clock.ms += 100;
      writer.write(snapshot(i, i % 100 === 0 ? regions : 20));
      if (i % 10 === 9) writer.flush();
    }
    writer.finish(FOOTER);
    writer.close();
    let snapshots = 0;
    for (const file of rotatedFiles(`${folder}/d.arrow`)) {
      await using record = await openRecord(file);
      for await (const item of record.items()) {
        if (item.kind === "snapshot") assert.equal(item.snapshot.endNs, ++snapshots * 1e8);
      }
      assert.equal(record.incomplete, undefined);
    }
    assert.equal(snapshots, hour);
  });
});

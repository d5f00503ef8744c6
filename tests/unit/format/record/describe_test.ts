import assert from "assert";
import { infoText } from "../../../../cli/convert/info_text.ts";
import type { RecordItem } from "../../../../damon/mod.ts";
import { describeRecord, type OpenRecord } from "../../../../format/mod.ts";
import { snapshotOf } from "../../../memory_record.ts";
import { HEADER } from "../../../records.ts";

/** A record on a slow machine: each item takes 5 ms. All bytes came with the first one. */
function slowRecord(items: RecordItem[], fileBytes: number | undefined): OpenRecord {
  async function* slowly() {
    for (const item of items) {
      nowMs += 5;
      yield item;
    }
  }
  const rest = { format: "arrow", header: HEADER, fileBytes, bytesRead: fileBytes ?? 0, incomplete: undefined };
  return { ...rest, items: slowly } as unknown as OpenRecord;
}

let nowMs = 0;
const usage: RecordItem = { kind: "usage", usage: { timeNs: 1, pid: 0, residentBytes: 1 } as never };
const snapshot: RecordItem = { kind: "snapshot", snapshot: snapshotOf(0, 1e8, [[0, 4096, 1]]) };

Deno.test("describeRecord shows no part of a record as the whole, however slow the machine is", async () => {
  const { now } = performance;
  performance.now = () => nowMs;
  try {
    // Its time is up before the first snapshot; that is waited for.
    const part = await describeRecord(slowRecord([usage, snapshot, snapshot, usage], 1000), 1);
    assert.equal(part.snapshots, 1);
    assert.ok(part.readShare < 1);
    assert.match(infoText("r", part), /only its beginning was read: --full reads all/);
    const pipe = await describeRecord(slowRecord([snapshot, snapshot], undefined), 1);
    assert.match(infoText("r", pipe), /only its beginning was read: --full reads all/);
    // Not for ever.
    const none = await describeRecord(slowRecord(Array<RecordItem>(9).fill(usage), 1000), 1);
    assert.deepEqual([none.snapshots, none.usages, none.readShare], [0, 5, 0.99]);
    const whole = await describeRecord(slowRecord([usage, snapshot, snapshot], 1000));
    assert.deepEqual([whole.snapshots, whole.readShare], [2, 1]);
    assert.doesNotMatch(infoText("r", whole), /--full/);
  } finally {
    performance.now = now;
  }
});

Deno.test("infoText shows of very many targets those with the most snapshots, and says how many others there are", async () => {
  const items = Array.from({ length: 200 }, (_, i): RecordItem => ({
    kind: "snapshot",
    snapshot: { ...snapshotOf(i, i + 1, [[0, 4096, 1]]), targetId: BigInt(i < 60 ? i : 59 - i % 40) },
  }));
  const text = infoText("r", await describeRecord(slowRecord(items, undefined)));
  const shown = [...text.matchAll(/target (\d+) /g)].map(([, id]) => Number(id));
  assert.equal(shown.length, 50);
  // In their order, and all of those that have more than one.
  assert.deepEqual(shown, [...new Set([...shown].sort((a, b) => a - b))]);
  assert.ok(Array.from({ length: 40 }, (_, i) => 20 + i).every((id) => shown.includes(id)), text);
  assert.match(text, /not shown +10 other targets; --json has all/);
});

import assert from "assert";
import { followRecord } from "../../../mod.ts";
import { encodeSample } from "../../record_samples.ts";
import { HEADER } from "../../records.ts";
import { agedSnapshot, HEAP } from "../../report_records.ts";
import { FOOTER } from "../../memory_record.ts";
import type { RecordItem } from "../../../damon/mod.ts";

const items: RecordItem[] = [1, 2, 3, 4].map((second) => ({
  kind: "snapshot",
  snapshot: agedSnapshot(second * 1e9, (second + 1) * 1e9, [[HEAP, HEAP + 4096, 1, 0]]),
}));
const whole = await encodeSample({ header: HEADER, items: [...items, { kind: "footer", footer: FOOTER }] }, "arrow", 1);

Deno.test("followRecord gives the record each time it has grown, and ends when it is complete", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/growing.arrow`;
  // Only a part of the header: that is no record yet, and nothing is given.
  Deno.writeFileSync(path, whole.subarray(0, 100));
  const timer = setTimeout(() => Deno.writeFileSync(path, whole.subarray(0, whole.length >> 1)), 40);
  try {
    const seen: number[] = [];
    for await (const record of followRecord(path, { everyMs: 5 })) {
      let snapshots = 0;
      for await (const _ of record.snapshots()) snapshots++;
      seen.push(snapshots);
      if (seen.length === 1) Deno.writeFileSync(path, whole);
    }
    assert.equal(seen.length, 2);
    assert.ok(seen[0] > 0 && seen[0] < 4, `${seen}`);
    assert.equal(seen[1], 4);
  } finally {
    clearTimeout(timer);
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("followRecord ends when it is told to, and refuses what can be read only once in the library's words", async () => {
  const dir = await Deno.makeTempDir();
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 30);
  for await (const _ of followRecord(`${dir}/never.arrow`, { everyMs: 5, signal: stop.signal })) assert.fail();
  await assert.rejects(followRecord("-").next(), {
    name: "RangeError",
    message: "Standard input can be read only once; write the record to a file, and follow that",
  });
  await Deno.remove(dir, { recursive: true });
});

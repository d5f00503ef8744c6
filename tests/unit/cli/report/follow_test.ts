import assert from "assert";
import { followReport } from "../../../../cli/report/follow.ts";
import { encodeSample } from "../../../record_samples.ts";
import { HEADER } from "../../../records.ts";
import { agedSnapshot, HEAP } from "../../../report_records.ts";
import { FOOTER } from "../../../memory_record.ts";
import type { RecordItem } from "../../../../damon/mod.ts";

Deno.test("followReport makes the report anew while the record grows, and ends when it is complete", async () => {
  const path = `${Deno.makeTempDirSync()}/growing.arrow`;
  const items: RecordItem[] = [1, 2, 3, 4].map((second) => ({
    kind: "snapshot",
    snapshot: agedSnapshot(second * 1e9, (second + 1) * 1e9, [[HEAP, HEAP + 4096, 1, 0]]),
  }));
  const bytes = await encodeSample(
    { header: HEADER, items: [...items, { kind: "footer", footer: FOOTER }] },
    "arrow",
    1,
  );
  const cuts = [0, bytes.length >> 1, bytes.length];
  const seen: number[] = [];
  // Not there yet, then a part, then all of it.
  const grow = () => {
    const cut = cuts.shift();
    if (cut !== undefined && cut > 0) Deno.writeFileSync(path, bytes.subarray(0, cut));
  };
  const timer = setInterval(grow, 40);
  await followReport([path], () => {
    seen.push(Deno.statSync(path).size);
    return Promise.resolve();
  }, { everyMs: 5 });
  clearInterval(timer);
  assert.deepEqual(seen, [bytes.length >> 1, bytes.length]);
});

Deno.test("followReport goes on where a record has too little to show yet, and refuses pipes", async () => {
  const path = `${Deno.makeTempDirSync()}/begun.arrow`;
  const bytes = await encodeSample({ header: HEADER, items: [] }, "arrow", 1);
  Deno.writeFileSync(path, bytes.subarray(0, bytes.length - 8));
  let runs = 0;
  const stop = new AbortController();
  await followReport([path], () => {
    if (++runs === 1) {
      Deno.writeFileSync(path, bytes.subarray(0, bytes.length - 4));
      throw new RangeError("nothing yet");
    }
    stop.abort();
    return Promise.resolve();
  }, { everyMs: 5, signal: stop.signal });
  assert.equal(runs, 2);
  await assert.rejects(followReport(["-"], () => Promise.resolve()), /can be read only once/);
});

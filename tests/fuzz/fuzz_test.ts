import assert from "assert";
import { parseMaps } from "../../damon/mod.ts";
import { Dice, mutated } from "./mutate.ts";
import { fuzzRecords } from "./records.ts";

Deno.test("600 files that are like records are read or refused, within time and memory, in words of ours", async () => {
  const { faults, read, files } = await fuzzRecords(600, Number(Deno.env.get("DAMO_SEED")) || 1);
  assert.deepEqual(faults, []);
  assert.ok(read > 0 && files === 600);
});

const MAPS = "55d0a0000000-55d0a0021000 rw-p 00000000 00:00 0                          [heap]\n" +
  "7f0000000000-7f0000001000 r-xp 00002000 fe:00 42                         /opt/a b/lib.so (deleted)\n" +
  "7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \n" +
  "7f0000004000-7f0000005000 rw-s 00000000 00:01 9                          /memfd:x\\012y\n";

Deno.test("2,000 texts that are like /proc/PID/maps never end a recording", () => {
  const bytes = new TextEncoder().encode(MAPS);
  for (let i = 0; i < 2000; i++) {
    let strange = 0;
    const text = new TextDecoder().decode(mutated(bytes, new Dice(i + 1), true));
    const mappings = parseMaps(text, () => strange++);
    assert.ok(mappings.length + strange <= text.split("\n").length);
    for (const { start, end, path } of mappings) assert.ok(start >= 0 && end >= 0 && typeof path === "string");
  }
});

import assert from "assert";
import { fuzzRecords } from "./records.ts";
import { fuzzTexts } from "./texts.ts";

const SEED = Number(Deno.env.get("DAMO_SEED")) || 1;

Deno.test("900 files that are like records are read or refused, within time and memory, in words of ours", async () => {
  const { faults, read, files } = await fuzzRecords(900, SEED);
  assert.deepEqual(faults, []);
  assert.ok(read > 0 && files === 900);
});

Deno.test("2,000 texts each that are like maps, smaps or ELF files never end a recording", () => {
  assert.deepEqual(fuzzTexts(2000, SEED), []);
});

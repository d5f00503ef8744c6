import assert from "assert";
import { parseMaps } from "../../../../damon/mod.ts";
import { parseMapsInTurns } from "../../../../kernel/machine/process.ts";

const page = (i: number) => (0x7f00_0000_0000 + 2 * i * 4096).toString(16);
const pageEnd = (i: number) => (0x7f00_0000_0000 + (2 * i + 1) * 4096).toString(16);
const MAPS = Array.from({ length: 20_000 }, (_, i) => `${page(i)}-${pageEnd(i)} rw-p 00000000 00:00 0 \n`).join("");

Deno.test("parseMapsInTurns finds what parseMaps does, and lets timers and signals have their turn meanwhile", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  try {
    assert.deepEqual(await parseMapsInTurns(MAPS), parseMaps(MAPS));
  } finally {
    clearInterval(timer);
  }
  assert.ok(turns > 0);
  assert.deepEqual(await parseMapsInTurns(""), []);
});

Deno.test("parseMapsInTurns ends with a signal that comes meanwhile", async () => {
  const abort = new AbortController();
  const parsing = parseMapsInTurns(MAPS, abort.signal);
  abort.abort();
  assert.equal(await parsing, undefined);
});

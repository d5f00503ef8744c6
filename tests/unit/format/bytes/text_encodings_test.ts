import assert from "assert";
import { gzipSync } from "node:zlib";
import { openRecord } from "../../../../format/mod.ts";

const line = (i: number) =>
  JSON.stringify({
    kind: "snapshot",
    kdamond: 7,
    target_id: 0,
    start_ns: i * 1e8,
    end_ns: (i + 1) * 1e8,
    sample_us: 5000,
    aggr_us: 100_000,
    regions: [{
      start: 4096 * (1 + i * 7919 % 1000),
      end: 0x4000_0000 + 4096 * (i * i % 977),
      nr_accesses: i % 20,
      age: i,
    }],
  });
const LINES = Array.from({ length: 60 }, (_, i) => line(i));
const TEXT = LINES.join("\n") + "\n";
const CSV = "kdamond,target_id,start_ns,end_ns,start,end,nr_accesses,age\n" +
  Array.from({ length: 60 }, (_, i) => `7,0,${i * 1e8},${(i + 1) * 1e8},4096,1048576,${i % 20},${i}\n`).join("");

async function read(bytes: Uint8Array) {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    await using record = await openRecord(path);
    const ends: number[] = [];
    for await (const item of record.items()) if (item.kind === "snapshot") ends.push(item.snapshot.endNs / 1e8);
    return { ends, incomplete: record.incomplete };
  } finally {
    await Deno.remove(path);
  }
}

const ALL = LINES.map((_, i) => i + 1);
const utf8 = (text: string) => new TextEncoder().encode(text);
const utf32 = (text: string, isLittle: boolean) => {
  const view = new DataView(new ArrayBuffer(4 * (text.length + 1)));
  [0xfeff, ...Array.from(text, (character) => character.codePointAt(0)!)]
    .forEach((code, i) => view.setUint32(4 * i, code, isLittle));
  return new Uint8Array(view.buffer);
};

for (
  const [what, encode] of Object.entries({
    "UTF-32, little end first": (text: string) => utf32(text, true),
    "UTF-32, big end first": (text: string) => utf32(text, false),
    "lines that end in CR": (text: string) => utf8(text.replaceAll("\n", "\r")),
    "lines that end in CR, in UTF-32": (text: string) => utf32(text.replaceAll("\n", "\r"), true),
  })
) {
  Deno.test(`Records of text are read whole with ${what}`, async () => {
    for (const text of [TEXT, CSV]) assert.deepEqual(await read(encode(text)), { ends: ALL, incomplete: undefined });
  });
}

Deno.test("A last line of JSON that is whole but for its end counts", async () => {
  assert.deepEqual(await read(utf8(TEXT.trimEnd())), { ends: ALL, incomplete: undefined });
});

Deno.test("Of a last line that is cut off the snapshots before it are read, and it is said", async () => {
  const { ends, incomplete } = await read(utf8(TEXT.slice(0, -9)));
  assert.deepEqual(ends, ALL.slice(0, -1));
  assert.match(incomplete ?? "", /line 60/);
});

Deno.test("Of a small gzip that is damaged what came before is read, and where the damage is is said", async () => {
  const whole = gzipSync(utf8(TEXT));
  const changed = (at: number) => whole.with(at, whole[at] ^ 4);
  for (const share of [0.5, 0.75, 0.9]) {
    const at = Math.floor(whole.length * share);
    const { ends, incomplete } = await read(changed(at));
    assert.deepEqual(ends.slice(0, 3), [1, 2, 3]);
    assert.match(incomplete ?? "", /compressed data is damaged before byte \d+|line \d+/, `${share}`);
    const place = Number(/before byte (\d+)/.exec(incomplete!)?.[1] ?? whole.length);
    assert.ok(place >= at && place <= whole.length, `${at}: ${incomplete}`);
  }
  // Only the sum at its end.
  const { ends, incomplete } = await read(changed(whole.length - 7));
  assert.deepEqual(ends, ALL);
  assert.match(incomplete ?? "", new RegExp(`damaged before byte ${whole.length}`));
});

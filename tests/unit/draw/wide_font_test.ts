import assert from "assert";
import { loadFonts } from "../../../draw/fonts.ts";
import { advancesOf } from "../../../draw/text_width.ts";
import { loadWideFont, needsWideFont } from "../../../draw/wide_font.ts";

Deno.test("needsWideFont is for Chinese, Japanese and Korean, and not for what the shipped fonts have", () => {
  for (const text of ["数据", "データ", "데이터", "a 中 b"]) assert.ok(needsWideFont(text), text);
  for (const text of ["plain", "Größe", "данные", "→ · ─ █", ""]) assert.ok(!needsWideFont(text), text);
});

Deno.test("loadWideFont takes the first font that can be read", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, new Uint8Array([1, 2]));
  assert.deepEqual(await loadWideFont(["/nowhere/font.ttc", path]), new Uint8Array([1, 2]));
  await Deno.remove(path);
  assert.equal(await loadWideFont([path]), undefined);
});

Deno.test("advancesOf takes a Chinese, Japanese or Korean sign for a square, and what else is not in the font for its box", async () => {
  const { regular } = await loadFonts();
  const widthOf = advancesOf(regular);
  assert.equal(widthOf("数据"), 2);
  assert.equal(widthOf("\u{12000}"), widthOf("\u{12001}"));
  assert.ok(widthOf("\u{12000}") < 1);
});

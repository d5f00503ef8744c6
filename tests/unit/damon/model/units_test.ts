import assert from "assert";
import {
  formatAddress,
  formatBytes,
  formatNr,
  formatNs,
  MAX,
  parseBytes,
  parseNs,
  parseRatio,
  parseUs,
} from "../../../../damon/mod.ts";

Deno.test("parseBytes takes DAMON's sizes, all binary", () => {
  const cases: [string, number][] = [
    ["4096", 4096],
    ["1,000", 1000],
    ["4K", 4096],
    ["4 KiB", 4096],
    ["1.5GB", 1.5 * 2 ** 30],
    ["0x1000", 4096],
    ["min", 0],
    ["max", MAX],
  ];
  for (const [text, bytes] of cases) assert.equal(parseBytes(text), bytes, text);
  for (const text of ["", "K", "4X", "-1", "1e3", "4 4"]) {
    assert.throws(() => parseBytes(text), { name: "SyntaxError", message: /is not a size/ }, text);
  }
});

Deno.test("parseBytes leaves out a fraction of a byte", () => {
  for (const [text, bytes] of [["1.3K", 1331], ["0.0001M", 104], ["2.9", 2]] as const) {
    assert.equal(parseBytes(text), bytes);
  }
});

Deno.test("parseNs takes units, compounds, and bare numbers of the field's unit", () => {
  assert.equal(parseNs("5ms", "us"), 5e6);
  assert.equal(parseNs("1 m 3.5 s", "us"), 63.5e9);
  assert.equal(parseNs("100", "us"), 1e5);
  assert.equal(parseNs("2", "s"), 2e9);
  assert.equal(parseUs("100ms"), 100_000);
  for (const text of ["", "5 x", "ms", "5ms x"]) assert.throws(() => parseNs(text, "s"), { name: "SyntaxError" }, text);
});

Deno.test("formatBytes and formatNs give three significant digits and a unit", () => {
  assert.equal(formatBytes(512), "512 B");
  assert.equal(formatBytes(1536), "1.50 KiB");
  assert.equal(formatBytes(100 * 2 ** 20), "100 MiB");
  assert.equal(formatBytes(MAX), "16.0 EiB");
  assert.equal(formatNs(5e6), "5 ms");
  assert.equal(formatNs(1.2345e9), "1.23 s");
  assert.equal(formatNs(125e9), "2 m 5 s");
  assert.equal(formatNs(0), "0 ns");
  assert.equal(formatAddress(0x7f12_3456_7000), "7f1234567000");
});

Deno.test("formatNr groups thousands as English does", () => {
  for (const nr of [0, 12, 999, 1000, -1, -999, -1000, 123456, -1234567, Number.MAX_SAFE_INTEGER, 2 ** 60, 1234.5]) {
    assert.equal(formatNr(nr), nr.toLocaleString("en-US"));
  }
});

Deno.test("parseRatio takes per cent and fractions", () => {
  assert.equal(parseRatio("2%"), 0.02);
  assert.equal(parseRatio("12.5 %"), 0.125);
  assert.equal(parseRatio("0.5"), 0.5);
  for (const text of ["", "%", "two", "-1%"]) assert.throws(() => parseRatio(text), { name: "SyntaxError" }, text);
});

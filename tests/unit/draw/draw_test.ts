import assert from "assert";
import { Ajv } from "../../ajv.ts";
import { inflateSync } from "node:zlib";
import { rasterOf } from "../../../draw/png.ts";
import { renderHtml, renderPng, renderSvg } from "../../../draw/mod.ts";
import { heatmapOf, heatmapSpec } from "../../../report/mod.ts";
import { mappingsOf, recordOf, snapshotOf } from "../../memory_record.ts";

const PAGE = 4096;
const ADDRESS = 0xffff_ffff_ff60_0000;

/** Two bands, one of them at the end of the address space, with several names. */
async function spec() {
  const items = Array.from({ length: 5 }, (_, i) =>
    snapshotOf(i * 1e8, (i + 1) * 1e8, [
      [0x10000, 0x10000 + 64 * PAGE, 4 * i],
      [ADDRESS, ADDRESS + 8 * PAGE, 20],
    ]));
  const names = mappingsOf([[0x10000, 0x10000 + 32 * PAGE, "[heap]"], [
    0x10000 + 32 * PAGE,
    0x10000 + 64 * PAGE,
    "/lib/<b>.so",
  ]]);
  return heatmapSpec(await heatmapOf(recordOf([names, ...items]), { timeBins: 10, rows: 20, minRows: 4 }));
}

Deno.test("heatmapSpec is a valid Vega-Lite 6 specification", async () => {
  await import("vega-lite");
  const schema = JSON.parse(await Deno.readTextFile(new URL(import.meta.resolve("vega-lite/vega-lite-schema.json"))));
  const ajv = new Ajv({ allErrors: false, strict: false, formats: { "color-hex": true, uri: true }, logger: false });
  delete schema.$schema;
  const validate = ajv.compile(schema);
  const literal = await spec();
  assert.ok(validate(literal), JSON.stringify(validate.errors));
  assert.ok(!validate({ ...literal, vconcat: [{ mark: "rectangle" }] }), "the schema refuses what is none");
});

Deno.test("heatmapSpec keeps addresses above 2^53 exact", async () => {
  const text = JSON.stringify(await spec());
  assert.match(text, /"start":"ffffffffff600000","end":"ffffffffff60[12]000"/);
  assert.match(text, /from ffffffffff600000/);
});

Deno.test("renderSvg draws every cell, label and name, and escapes them", async () => {
  const svg = await renderSvg(await spec());
  for (
    const text of ["Memory accesses of sim", "heap", "&lt;b&gt;.so", "seconds since", "% of samples", "never accessed"]
  ) {
    assert.ok(svg.includes(text), text);
  }
  assert.ok(!svg.includes("<b>"));
  assert.ok(!/undefined|NaN/.test(svg));
});

Deno.test("renderPng has its text without any font of the machine", async () => {
  const png = await renderPng(await spec(), { scale: 1 });
  const { width, height, pixels } = decode(png);
  assert.ok(width > 700 && height > 300);
  // The title stands in the first 40 lines, left of the middle: dark on white.
  const dark = (from: number, to: number) => {
    let count = 0;
    for (let y = from; y < to; y++) {
      for (let x = 0; x < width / 2; x++) if (pixels[(y * width + x) * 4] < 100) count++;
    }
    return count;
  };
  assert.ok(dark(0, 40) > 300, `${dark(0, 40)} dark pixels`);
});

Deno.test("rasterOf draws an unknown font family in the shipped one", async () => {
  const svg = (text: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><rect width="60" height="20" fill="white"/>` +
    `<text x="2" y="15" font-family="No Such Font" font-size="14">${text}</text></svg>`;
  const [with_, without] = await Promise.all(["heap", ""].map((text) => rasterOf(svg(text), { scale: 1 })));
  assert.notDeepEqual(decode(with_).pixels, decode(without).pixels);
});

Deno.test("renderHtml has everything in one file and forbids every request", async () => {
  const html = await renderHtml(await spec(), "A <title> & more");
  assert.ok(html.includes("<title>A &#60;title&#62; &#38; more</title>"));
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
  assert.ok(
    !/<(script|img|iframe)[^>]*\ssrc=|<link[^>]*href="(?!data:)/.test(html.replace(/<script>.*?<\/script>/gs, "")),
  );
  const json = html.match(/<script type="application\/json" id="spec">(.*?)<\/script>/s)![1];
  assert.deepEqual(JSON.parse(json), await spec(), "the specification passes through HTML unchanged");
});

/** The pixels of a PNG with 8 bits RGBA, not interlaced: what resvg writes. */
function decode(png: Uint8Array): { width: number; height: number; pixels: Uint8Array } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  assert.deepEqual([png[24], png[25], png[28]], [8, 6, 0]);
  const parts: Uint8Array[] = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    if (String.fromCharCode(...png.subarray(at + 4, at + 8)) === "IDAT") {
      parts.push(png.subarray(at + 8, at + 8 + length));
    }
    at += 12 + length;
  }
  const raw = inflateSync(new Uint8Array(parts.flatMap((part) => [...part])));
  const stride = width * 4;
  const pixels = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const left = i >= 4 ? pixels[y * stride + i - 4] : 0;
      const up = y > 0 ? pixels[(y - 1) * stride + i] : 0;
      const corner = y > 0 && i >= 4 ? pixels[(y - 1) * stride + i - 4] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      pixels[y * stride + i] = raw[y * (stride + 1) + 1 + i] + guess;
    }
  }
  return { width, height, pixels };
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

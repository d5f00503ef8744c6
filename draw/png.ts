import { FONT_FAMILY, loadFonts } from "./fonts.ts";
import type { VegaLiteLiteral } from "./spec.ts";
import { renderSvg } from "./svg.ts";
import { loadWideFont, needsWideFont } from "./wide_font.ts";

let ready: Promise<unknown> | undefined;

/** How a picture is rastered. */
export interface PngOptions {
  /** Pixels for each px of the specification. Default 2. */
  scale?: number;
}

/** Draws a Vega-Lite specification as PNG, without a browser and with shipped fonts. */
export async function renderPng(spec: VegaLiteLiteral, options: PngOptions = {}): Promise<Uint8Array> {
  return await rasterOf(await renderSvg(spec), options);
}

/** Rasters an SVG with the shipped fonts. */
export async function rasterOf(svg: string, { scale = 2 }: PngOptions = {}): Promise<Uint8Array> {
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  const wasm = () => Deno.readFile(new URL(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm")));
  await (ready ??= wasm().then(initWasm));
  const { regular, bold } = await loadFonts();
  const wide = needsWideFont(svg) ? await loadWideFont() : undefined;
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    // Cells share edges: smoothing them would draw the seams.
    shapeRendering: 1,
    font: {
      fontBuffers: [regular, bold, ...(wide ? [wide] : [])],
      defaultFontFamily: FONT_FAMILY,
      sansSerifFamily: FONT_FAMILY,
    },
  });
  try {
    return resvg.render().asPng();
  } finally {
    resvg.free();
  }
}

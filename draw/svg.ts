import type { VegaLiteLiteral } from "./spec.ts";
import { measureWith, type TextMetrics } from "./text_width.ts";

/**
 * Draws a Vega-Lite specification as SVG, without a browser. Text is measured with the font that {@linkcode renderPng}
 * draws it in, so that nothing overlaps; another viewer uses DejaVu Sans or Verdana, which is as wide.
 *
 * @throws {Error} where the specification does not compile.
 */
export async function renderSvg(spec: VegaLiteLiteral): Promise<string> {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  // The declarations leave it out.
  const restore = await measureWith((vega as unknown as { textMetrics: TextMetrics }).textMetrics);
  try {
    const quiet = { level: () => quiet, error: fail, warn: () => quiet, info: () => quiet, debug: () => quiet };
    const compiled = compile(spec as unknown as Parameters<typeof compile>[0], { logger: quiet as never }).spec;
    const view = new vega.View(vega.parse(compiled), { renderer: "none", logLevel: vega.Error });
    try {
      return await view.toSVG();
    } finally {
      view.finalize();
    }
  } finally {
    restore();
  }
}

function fail(...messages: unknown[]): never {
  throw new Error(`Cannot draw the specification: ${messages.join(" ")}`);
}

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
      return xmlText(await view.toSVG());
    } finally {
      view.finalize();
    }
  } finally {
    restore();
  }
}

/** Characters that XML has not, escaped or not. @see https://www.w3.org/TR/xml/#charsets */
const NOT_IN_XML = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Text as XML may hold it: what it cannot is `\ufffd`. */
export function xmlText(text: string): string {
  return text.replace(NOT_IN_XML, "\ufffd");
}

function fail(...messages: unknown[]): never {
  throw new Error(`Cannot draw the specification: ${messages.join(" ")}`);
}

import { CHART_CONFIG, CHART_SCHEMA } from "./style.ts";
import type { VegaLiteSpec } from "./vega_lite_spec.ts";
import { wrap } from "../text/mod.ts";

/**
 * Colours of lines and bars that tell things apart, for colour-blind people as well, dark enough on white.
 *
 * @see https://jfly.uni-koeln.de/color/
 */
export const CATEGORY_COLOURS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#555555",
  "#b8a900",
];

/** What every chart has: schema, title, caption as its subtitle, the house's look. `width` is the plots', px. */
export function chartFrame(title: string, caption: readonly string[], width: number): VegaLiteSpec {
  return {
    $schema: CHART_SCHEMA,
    description: title,
    title: { text: wrap(title, Math.floor((width + 60) / 9.4)), subtitle: subtitleOf(caption, width) },
    background: "white",
    config: CHART_CONFIG,
  };
}

/** Captions wrapped to the width of the chart. */
export function subtitleOf(caption: readonly string[], width: number): string[] {
  return caption.flatMap((line) => wrap(line, Math.floor((width + 60) / 6.2)));
}

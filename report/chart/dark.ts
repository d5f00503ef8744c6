import { HEAT_RAMP, hexOf, IDLE_COLOUR } from "./heat_colours.ts";
import type { VegaLiteSpec } from "./vega_lite_spec.ts";

/** What is light in the house's look, and what it becomes. Data's colours stay: they are told apart on both. */
const DARKER: Record<string, string> = {
  white: "#16141f",
  "#55525f": "#b9b5c6",
  "#333": "#d8d5e2",
  "#555": "#b9b5c6",
  "#b8b8c0": "#5a5668",
  "#e8e6ee": "#2b2837",
  "#ececf0": "#2b2837",
  "#807d8a": "#a09cae",
  // The first colour of lines, too dark on black.
  "#0072b2": "#56b4e9",
  "#56b4e9": "#0072b2",
  "#555555": "#bbbbbb",
};
/** Colours of a heat map's data: what was never accessed is a bit lighter than the page. */
const KEPT = new Set(HEAT_RAMP.map(hexOf));

/**
 * A chart in light colours on a dark page.
 *
 * @example
 * ```ts
 * import { darkSpec } from "./dark.ts";
 * darkSpec({ $schema: "", background: "white" }).background; // "#16141f"
 * ```
 */
export function darkSpec(spec: VegaLiteSpec): VegaLiteSpec {
  const dark = (value: unknown, isData: boolean): unknown => {
    if (typeof value === "string") {
      if (isData) return value;
      if (value === hexOf(IDLE_COLOUR)) return IDLE_ON_DARK;
      return KEPT.has(value) ? value : DARKER[value] ?? value;
    }
    if (Array.isArray(value)) return value.map((one) => dark(one, isData));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        // The text of a caption and the rows of data are no colours, whatever they say.
        one === hexOf(IDLE_COLOUR) && TEXT_COLOURS.has(name)
          ? "#f1eff7"
          : dark(one, isData || name === "values" || name === "datasets" || name === "text" || name === "subtitle"),
      ]),
    );
  };
  const result = dark(spec, false) as VegaLiteSpec;
  const config = (result.config ?? {}) as Record<string, unknown>;
  return { ...result, config: { ...config, text: { color: "#d8d5e2" } } };
}

/** Never accessed, on the dark page. */
const IDLE_ON_DARK = "#2f2b42";
/** Where the colour that is also the heat map's darkest is that of text. */
const TEXT_COLOURS = new Set(["color", "titleColor", "labelColor"]);

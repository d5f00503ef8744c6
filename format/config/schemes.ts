import type { Intervals, Scheme } from "../../damon/mod.ts";
import { hasPythonDamoKeys, parseNodes } from "./nodes.ts";
import { SCHEMES } from "./kdamonds_shape.ts";
import { PYTHON_DAMO_SCHEMES } from "./python_damo_kdamonds.ts";
import { isSchemesText, parseSchemesText } from "./schemes_text.ts";

/**
 * Schemes out of YAML or JSON, a list, in our own words or in those of the Python damo; or out of lines of columns, as its
 * first versions took them.
 *
 * @example
 * ```ts
 * import { DEFAULT_INTERVALS } from "../../damon/mod.ts";
 * import { parseSchemes } from "./schemes.ts";
 * const [scheme] = await parseSchemes("4K max 0 0 60s max pageout", "prcl.txt", DEFAULT_INTERVALS);
 * scheme.accessPattern.age.min; // 600
 * ```
 *
 * @param source Name of the file, for messages.
 * @param intervals Of the context that they are for: access rates and ages become counts by them.
 * @throws {SyntaxError} naming file, line and column.
 */
export async function parseSchemes(text: string, source: string, intervals: Intervals): Promise<Scheme[]> {
  if (isSchemesText(text)) return parseSchemesText(text, source, intervals);
  const node = await parseNodes(text, source);
  const list = node.kind === "map" && node.entries.length === 1 && node.entries[0].key === "schemes"
    ? node.entries[0].value
    : node;
  return (hasPythonDamoKeys(list) ? PYTHON_DAMO_SCHEMES : SCHEMES).read(list, "schemes", { intervals });
}

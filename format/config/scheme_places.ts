import { parseNodes } from "./nodes.ts";
import { columnPlaces, isSchemesText } from "./schemes_text.ts";
import type { ListNode, MapNode, Place, TextNode } from "./text_node.ts";

/** Where a scheme stands in a text, and its parts. */
export interface SchemePlace {
  /** The scheme. */
  place: Place;
  /** Its parts that are written there, by the names that `lintSchemes` has for them. */
  fields: ReadonlyMap<string, Place>;
}

/** Names of parts in the files of the Python damo, and in columns. */
const ALIASES: Readonly<Record<string, string>> = {
  sz_bytes: "size",
  nr_accesses: "access_rate",
  apply_interval_us: "apply_interval",
  quotas: "quota",
  "min-size": "size",
  "min-acc": "access_rate",
  "min-age": "age",
  "quota-time": "quota",
  "quota-size": "quota",
  "wmarks-metric": "watermarks",
};

/**
 * Where the schemes of a text stand, in their order: of a file of schemes, or of whole kdamonds, in every form that
 * `parseSchemes` and `parseKdamonds` read.
 *
 * @param source Name of the file.
 * @throws {SyntaxError} naming file, line and column.
 *
 * @example
 * ```ts
 * import { schemePlaces } from "./scheme_places.ts";
 * const [{ fields }] = await schemePlaces('[{"action": "stat", "age": "1s..max"}]', "stat.json");
 * fields.get("age"); // { source: "stat.json", line: 1, column: 21 }
 * ```
 */
export async function schemePlaces(text: string, source: string): Promise<SchemePlace[]> {
  if (isSchemesText(text)) {
    return columnPlaces(text, source).map((columns) => {
      const [[, place]] = columns;
      return { place, fields: named(columns) };
    });
  }
  const node = await parseNodes(text, source);
  const lists = schemeLists(node);
  if (lists.length === 0 && node.kind === "list") lists.push(node);
  return lists.flatMap(({ items }) =>
    items.map((item): SchemePlace => ({
      place: item.place,
      fields: named(item.kind === "map" ? partsOf(item) : []),
    }))
  );
}

/** Every list of schemes, however deep in a configuration. */
function schemeLists(node: TextNode): ListNode[] {
  if (node.kind === "list") return node.items.flatMap(schemeLists);
  if (node.kind !== "map") return [];
  return node.entries.flatMap(({ key, value }) =>
    key === "schemes" && value.kind === "list" ? [value] : schemeLists(value)
  );
}

/** A scheme's parts; those of its pattern too, and of its quota the goals. */
function partsOf({ entries }: MapNode): [key: string, place: Place][] {
  return entries.flatMap(({ key, place, value }): [string, Place][] => [
    [key, place],
    ...(value.kind !== "map"
      ? []
      : key === "access_pattern"
      ? partsOf(value)
      : key === "quota" || key === "quotas"
      ? partsOf(value).filter(([key]) => key === "goals")
      : []),
  ]);
}

/** A column for the least comes before that for the most: that one counts. */
function named(parts: readonly (readonly [key: string, place: Place])[]): Map<string, Place> {
  const fields = new Map<string, Place>();
  for (const [key, place] of parts) {
    const name = ALIASES[key] ?? key;
    if (!fields.has(name)) fields.set(name, place);
  }
  return fields;
}

import type { Document, LineCounter, Node, Pair } from "yaml";
import { errorAt, type MapEntry, MAX_DEPTH, type Place, type ScalarNode, type TextNode } from "./text_node.ts";

/** More than any configuration has; aliases of aliases are no reason to run out of memory. */
const MAX_NODES = 100_000;

/**
 * YAML as nodes that know their places. Anchors, aliases and merge keys (`<<`) are resolved.
 *
 * @throws {SyntaxError} naming line and column.
 */
export async function parseYamlNodes(text: string, source: string): Promise<TextNode> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  return new YamlReader(yaml, document, lines, source).read();
}

type Yaml = typeof import("yaml");

class YamlReader {
  #count = 0;
  /** Looking one up goes through the whole document. */
  readonly #targets = new Map<Node, Node | undefined>();

  constructor(
    readonly yaml: Yaml,
    readonly document: Document.Parsed,
    readonly lines: LineCounter,
    readonly source: string,
  ) {}

  read(): TextNode {
    const { errors, contents } = this.document;
    if (errors.length > 0) {
      const [{ message, pos }] = errors;
      throw errorAt(
        { place: this.#placeAt(pos[0]) },
        `not YAML: ${message[0].toLowerCase()}${message.slice(1)}`,
      );
    }
    if (contents === null) throw errorAt({ place: this.#placeAt(0) }, "it is empty");
    return this.#node(contents, 0);
  }

  #node(node: Node | null, depth: number): TextNode {
    const { isAlias, isMap, isSeq, isScalar } = this.yaml;
    const place = this.#placeOf(node);
    if (++this.#count > MAX_NODES) throw errorAt({ place }, `YAML has more than ${MAX_NODES} values`);
    if (depth > MAX_DEPTH) throw errorAt({ place }, `YAML is nested deeper than ${MAX_DEPTH} levels`);
    if (isAlias(node)) {
      if (!this.#targets.has(node)) this.#targets.set(node, node.resolve(this.document));
      const target = this.#targets.get(node);
      if (!target) throw errorAt({ place }, `there is no anchor &${node.source} before its alias`);
      return this.#node(target, depth + 1);
    }
    if (isMap(node)) {
      const entries = (node.items as Pair<Node, Node | null>[]).flatMap((pair) => this.#entries(pair, depth));
      return { kind: "map", place, entries: withoutMergedTwice(entries) };
    }
    if (isSeq(node)) {
      return { kind: "list", place, items: node.items.map((item) => this.#node(item as Node, depth + 1)) };
    }
    if (isScalar(node)) return scalar(place, node.value, node.type === "PLAIN" ? node.source : undefined);
    return scalar(place, null, undefined);
  }

  #entries({ key: name, value }: Pair<Node, Node | null>, depth: number): (MapEntry & { merged?: true })[] {
    const place = this.#placeOf(name);
    const key = this.#node(name, depth + 1);
    if (key.kind !== "scalar") throw errorAt(key, "a key is a word, not a list or a map");
    const node = value === null ? scalar(place, null, undefined) : this.#node(value, depth + 1);
    if (key.text !== "<<") return [{ key: key.text, place, value: node }];
    const maps = node.kind === "list" ? node.items : [node];
    return maps.flatMap((map) => {
      if (map.kind !== "map") throw errorAt({ place }, "<< must name a map, or a list of them");
      return map.entries.map((entry) => ({ ...entry, merged: true as const }));
    });
  }

  #placeOf(node: Node | null): Place {
    return this.#placeAt(node?.range?.[0] ?? 0);
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { source: this.source, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

function scalar(place: Place, value: unknown, text: string | undefined): ScalarNode {
  const known = value === null || typeof value === "number" || typeof value === "boolean" ? value : String(value);
  return { kind: "scalar", place, value: known, text: text ?? String(value ?? "") };
}

/** Of what `<<` brings, keys that the map has itself, or that an earlier one brought, do not count. */
function withoutMergedTwice(entries: readonly (MapEntry & { merged?: true })[]): MapEntry[] {
  const own = new Set(entries.filter(({ merged }) => !merged).map(({ key }) => key));
  const seen = new Set<string>();
  const kept: MapEntry[] = [];
  for (const { key, place, value, merged } of entries) {
    if (merged ? own.has(key) || seen.has(key) : seen.has(key)) {
      if (merged) continue;
      throw errorAt({ place }, `the key ${JSON.stringify(key)} is there twice`);
    }
    seen.add(key);
    kept.push({ key, place, value });
  }
  return kept;
}

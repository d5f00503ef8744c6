import {
  errorAt,
  type ListNode,
  type MapNode,
  MAX_DEPTH,
  type Place,
  type ScalarNode,
  type TextNode,
} from "./text_node.ts";

/** A string, a number or a word, from where it begins. */
const TOKEN = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?|[a-z]+/iuy;
const WORDS = new Map<string, boolean | null>([["true", true], ["false", false], ["null", null]]);

/**
 * JSON as nodes that know their places.
 *
 * @throws {SyntaxError} naming line and column.
 */
export function parseJsonNodes(text: string, source: string): TextNode {
  const reader = new JsonReader(text, source);
  const node = reader.value(0);
  reader.end();
  return node;
}

class JsonReader {
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(readonly text: string, readonly source: string) {
    if (text.startsWith("\ufeff")) this.#at = this.#lineStart = 1;
  }

  value(depth: number): TextNode {
    const place = this.#place();
    if (depth > MAX_DEPTH) throw errorAt({ place }, `JSON is nested deeper than ${MAX_DEPTH} levels`);
    if (this.#takes("{")) return this.#map(place, depth);
    if (this.#takes("[")) return this.#list(place, depth);
    return this.#scalar(place);
  }

  end(): void {
    const place = this.#place();
    if (this.#at < this.text.length) throw this.#unexpected(place, "the end");
  }

  #map(place: Place, depth: number): MapNode {
    const node: MapNode = { kind: "map", place, entries: [] };
    if (this.#takes("}")) return node;
    do {
      const place = this.#place();
      if (this.text[this.#at] !== '"') throw this.#unexpected(place, "a name in double quotes");
      const { value } = this.#scalar(place);
      const key = value as string;
      if (node.entries.some((entry) => entry.key === key)) {
        throw errorAt({ place }, `the name ${JSON.stringify(key)} is there twice`);
      }
      this.#expect(":");
      node.entries.push({ key, place, value: this.value(depth + 1) });
    } while (this.#takes(","));
    this.#expect("}", "a comma or }");
    return node;
  }

  #list(place: Place, depth: number): ListNode {
    const node: ListNode = { kind: "list", place, items: [] };
    if (this.#takes("]")) return node;
    do node.items.push(this.value(depth + 1)); while (this.#takes(","));
    this.#expect("]", "a comma or ]");
    return node;
  }

  #scalar(place: Place): ScalarNode {
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.text)?.[0];
    const isWord = token !== undefined && /^[a-z]/i.test(token);
    if (token === undefined || (isWord && !WORDS.has(token))) throw this.#unexpected(place, "a value");
    this.#at += token.length;
    const value = isWord ? WORDS.get(token)! : JSON.parse(token) as string | number;
    return { kind: "scalar", place, value, text: typeof value === "string" ? value : token };
  }

  #takes(character: string): boolean {
    this.#skipSpace();
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string, needed = character): void {
    if (!this.#takes(character)) throw this.#unexpected(this.#place(), needed);
  }

  #skipSpace(): void {
    for (; /[ \t\r\n]/.test(this.text[this.#at] ?? ""); this.#at++) {
      if (this.text[this.#at] !== "\n") continue;
      this.#line++;
      this.#lineStart = this.#at + 1;
    }
  }

  /** Of the next thing that is no space. */
  #place(): Place {
    this.#skipSpace();
    return { source: this.source, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #unexpected(place: Place, needed: string): SyntaxError {
    const found = this.text.slice(this.#at, this.#at + 20).split("\n")[0];
    return errorAt(
      { place },
      `JSON needs ${needed} here${found === "" ? ", and is cut off" : `, not ${JSON.stringify(found)}`}`,
    );
  }
}

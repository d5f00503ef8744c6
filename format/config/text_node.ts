/** Where something stands in a text. */
export interface Place {
  /** Name of the file, or what else the text is from. */
  source: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** One value of a text as it stands there: a number keeps its digits, and everything its place. */
export type TextNode = ScalarNode | ListNode | MapNode;

/** A word, a number, yes or no, or nothing (`null`). */
export interface ScalarNode {
  kind: "scalar";
  place: Place;
  value: string | number | boolean | null;
  /** As written, of strings without quotes. */
  text: string;
}

/** Values one after the other. */
export interface ListNode {
  kind: "list";
  place: Place;
  items: TextNode[];
}

/** Values by key, in their order. */
export interface MapNode {
  kind: "map";
  place: Place;
  entries: MapEntry[];
}

/** One value of a {@linkcode MapNode}. */
export interface MapEntry {
  key: string;
  place: Place;
  value: TextNode;
}

/** Deeper than any configuration; a text of brackets alone is no reason to run out of stack. */
export const MAX_DEPTH = 100;

/** `damon.yaml:3:12`, as editors and terminals take it for a link. */
export function placeText({ source, line, column }: Place): string {
  return `${source}:${line}:${column}`;
}

/** An error that names its place: `damon.yaml:3:12: …`. */
export function errorAt({ place }: { place: Place }, because: string): SyntaxError {
  return new SyntaxError(`${placeText(place)}: ${because}`);
}

/** What stands there, in few words, for a message. */
export function describeNode(node: TextNode): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "list") return "a list";
  if (node.value === null) return "nothing";
  const text = node.text.length > 60 ? `${node.text.slice(0, 57)}...` : node.text;
  return typeof node.value === "string" ? JSON.stringify(text) : text;
}

/** The entry of `key`; with `skipsNull`, none where nothing stands there. */
export function entryOf(node: MapNode, key: string, skipsNull = false): MapEntry | undefined {
  return node.entries.find((entry) =>
    entry.key === key && !(skipsNull && entry.value.kind === "scalar" && entry.value.value === null)
  );
}

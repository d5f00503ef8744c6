import { DEFAULT_INTERVALS, type Kdamond } from "../../damon/mod.ts";
import { hasPythonDamoKeys, parseNodes } from "./nodes.ts";
import { KDAMONDS } from "./kdamonds_shape.ts";
import { PYTHON_DAMO_KDAMONDS } from "./python_damo_kdamonds.ts";
import { errorAt, type TextNode } from "./text_node.ts";

export { formatKdamondsJson } from "./kdamonds_json.ts";
export { formatKdamondsYaml, type KdamondsFormat } from "./kdamonds_yaml.ts";

/**
 * Kdamonds out of YAML or JSON, in our own words or in those of the Python damo: its `{"kdamonds": […]}`, and the bare
 * list that it keeps beside a record. They are not checked for sense: `checkKdamond` does. The library for YAML needs `--allow-env=LOG_TOKENS`.
 *
 * @example
 * ```ts
 * import { parseKdamonds } from "./kdamonds.ts";
 * const context = { operations: "vaddr", targets: [{ pid: 42 }], intervals: { sample: "1ms" } };
 * const text = JSON.stringify({ kdamonds: [{ contexts: [context] }] });
 * (await parseKdamonds(text, "damon.json"))[0].contexts[0].intervals; // { sampleUs: 1000, aggrUs: 100000, updateUs: 1000000 }
 * ```
 *
 * @param source Name of the file, for messages.
 * @throws {SyntaxError} naming file, line and column.
 */
export async function parseKdamonds(text: string, source: string): Promise<Kdamond[]> {
  const node = await parseNodes(text, source);
  const shape = hasPythonDamoKeys(node) ? PYTHON_DAMO_KDAMONDS : KDAMONDS;
  return shape.read(asMap(node, "kdamonds"), "a configuration", { intervals: DEFAULT_INTERVALS });
}

/** A bare list as the map that it stands for. */
function asMap(node: TextNode, key: string): TextNode {
  if (node.kind === "map") return node;
  if (node.kind !== "list") throw errorAt(node, `a configuration is a map with ${key}, not a text`);
  return { kind: "map", place: node.place, entries: [{ key, place: node.place, value: node }] };
}

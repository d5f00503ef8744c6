import { parseJsonNodes } from "./json_nodes.ts";
import type { TextNode } from "./text_node.ts";

/**
 * The values of a text in YAML or JSON.
 *
 * @throws {SyntaxError} naming file, line and column.
 */
export async function parseNodes(text: string, source: string): Promise<TextNode> {
  if (!/^\s*[[{]/.test(text)) return await parseYaml(text, source);
  try {
    return parseJsonNodes(text, source);
  } catch (error) {
    // YAML may begin so as well; where it is neither, JSON was meant.
    return await parseYaml(text, source).catch(() => {
      throw error;
    });
  }
}

/** The YAML library is large: only who has YAML waits for it. */
async function parseYaml(text: string, source: string): Promise<TextNode> {
  const { parseYamlNodes } = await import("./yaml_nodes.ts");
  return await parseYamlNodes(text, source);
}

/** Keys that only files of the Python damo have. */
const PYTHON_DAMO_KEYS = new Set([
  "ops",
  "refresh_ms",
  "sample_us",
  "access_pattern",
  "apply_interval_us",
  "quotas",
  "filter_type",
  "sample_control",
  "state",
  "interval_us",
]);

/** Whether there are words of the Python damo in it: its files say the same as ours in other words. */
export function hasPythonDamoKeys(node: TextNode): boolean {
  if (node.kind === "list") return node.items.some(hasPythonDamoKeys);
  return node.kind === "map" &&
    node.entries.some(({ key, value }) => PYTHON_DAMO_KEYS.has(key) || hasPythonDamoKeys(value));
}

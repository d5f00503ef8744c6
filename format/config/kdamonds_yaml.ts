import type { Kdamond } from "../../damon/mod.ts";
import { DEFAULT_INTERVALS } from "../../damon/mod.ts";
import { KDAMONDS } from "./kdamonds_shape.ts";
import { needed, type Plain } from "./shape.ts";

/** How a configuration is written. */
export interface KdamondsFormat {
  /** Numbers in the kernel's units, in place of what a person reads. They read back all the same. */
  raw?: boolean;
  /** Without what is as it would be anyway. */
  omitDefaults?: boolean;
  /** Of YAML: where its JSON Schema is, a path or an address, so that editors complete and check it. */
  schema?: string;
}

/** Lists and maps of words that fit, as JSON, are written in one line. */
const FLOW_WIDTH = 96;
/** Lists whose items are small maps. */
const IN_ONE_LINE = ["goals", "dests"];

/**
 * Kdamonds as YAML, as a person would write them. `parseKdamonds` gives back exactly the same.
 *
 * @example
 * ```ts
 * import { formatKdamondsYaml } from "./kdamonds_yaml.ts";
 * import { DEFAULT_INTERVALS as intervals, DEFAULT_NR_REGIONS as nrRegions } from "../../damon/mod.ts";
 * const contexts = [{ operations: "vaddr" as const, intervals, nrRegions, targets: [{ pid: 42, regions: [] }] }];
 * (await formatKdamondsYaml([{ contexts }], { omitDefaults: true })).split("\n")[2]; // "      - operations: vaddr"
 * ```
 */
export async function formatKdamondsYaml(kdamonds: readonly Kdamond[], format: KdamondsFormat = {}): Promise<string> {
  const { Document, visit, isMap, isPair, isScalar, isSeq } = await import("yaml");
  const { raw = false, omitDefaults = false } = format;
  const scope = { intervals: DEFAULT_INTERVALS, raw, omitDefaults };
  const plain: Plain = needed(KDAMONDS.write([...kdamonds], scope), "kdamonds");
  const document = new Document(plain, { aliasDuplicateObjects: false });
  visit(document, {
    Collection(_, node, path) {
      const isLeaf = node.items.every((item) => isScalar(item) || (isPair(item) && isScalar(item.value)));
      // Schemes and targets are easier to read and to change line by line.
      const [list, item] = [path.at(-2), path.at(-1)];
      const isSmall = isPair(item) || (isPair(list) && IN_ONE_LINE.includes(String(list.key)));
      if (!isLeaf || !(isSeq(node) || (isMap(node) && isSmall))) return;
      node.flow = JSON.stringify(node.toJSON()).length <= FLOW_WIDTH;
    },
  });
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  return format.schema === undefined ? text : `# yaml-language-server: $schema=${format.schema}\n${text}`;
}

import { DEFAULT_INTERVALS, type Kdamond, type Scheme } from "../../damon/mod.ts";
import type { KdamondsFormat } from "./kdamonds_yaml.ts";
import { PYTHON_DAMO_KDAMONDS, PYTHON_DAMO_SCHEMES } from "./python_damo_kdamonds.ts";
import { needed } from "./shape.ts";

/**
 * Kdamonds as the JSON that the Python damo reads and writes (`{"kdamonds": […]}`), without a newline at the end.
 * `parseKdamonds` gives back exactly the same, in its shortest form.
 *
 * @example
 * ```ts
 * import { formatKdamondsJson } from "./kdamonds_json.ts";
 * import { DEFAULT_INTERVALS as intervals, DEFAULT_NR_REGIONS as nrRegions } from "../../damon/mod.ts";
 * const contexts = [{ operations: "paddr" as const, intervals, nrRegions, targets: [{ regions: [] }] }];
 * JSON.parse(formatKdamondsJson([{ contexts }])).kdamonds[0].contexts[0].ops; // "paddr"
 * ```
 */
export function formatKdamondsJson(kdamonds: readonly Kdamond[], format: Omit<KdamondsFormat, "schema"> = {}): string {
  const { raw = false, omitDefaults = false } = format;
  const plain = PYTHON_DAMO_KDAMONDS.write([...kdamonds], { intervals: DEFAULT_INTERVALS, raw, omitDefaults });
  return JSON.stringify(needed(plain, "kdamonds"), null, 4);
}

/** Schemes as the JSON that the Python damo reads with `-c`, for a context with these intervals. */
export function formatSchemesJson(schemes: readonly Scheme[], intervals = DEFAULT_INTERVALS): string {
  return JSON.stringify(needed(PYTHON_DAMO_SCHEMES.write([...schemes], { intervals }), "schemes"), null, 4);
}

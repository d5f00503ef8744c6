import { exactAddress, exactBytes, exactShare, exactUs } from "./exact_text.ts";
import type { QuotaGoal, SchemeFilter } from "../model/mod.ts";

/**
 * A filter as its option takes it: `["reject", "none", "memcg", "/a/b"]`.
 *
 * @example
 * ```ts
 * import { filterWords } from "./filter_words.ts";
 * filterWords({ type: "young", matching: false, allow: true }); // ["allow", "none", "young"]
 * ```
 */
export function filterWords(filter: SchemeFilter): string[] {
  const words = [filter.allow ? "allow" : "reject", ...(filter.matching ? [] : ["none"]), filter.type];
  switch (filter.type) {
    case "memcg":
      return [...words, filter.memcgPath];
    case "target":
      return [...words, String(filter.targetIndex)];
    case "addr":
      return [...words, exactAddress(filter.start), exactAddress(filter.end)];
    case "hugepage_size":
      return [...words, exactBytes(filter.minBytes), exactBytes(filter.maxBytes)];
    default:
      return words;
  }
}

/** A goal as its option takes it: `["node_mem_free_bp", "0.5%", "0"]`. */
export function goalWords({ metric, targetValue, currentValue, nid, path }: QuotaGoal): string[] {
  return [
    metric,
    goalTarget({ metric, targetValue }),
    ...(metric === "user_input" ? [String(currentValue ?? 0)] : []),
    ...(nid === undefined ? [] : [String(nid)]),
    ...(path === undefined ? [] : [path]),
  ];
}

/** What a goal is to reach, in the unit of its metric: `0.5%`, `10ms`, `1000`. */
export function goalTarget({ metric, targetValue }: Pick<QuotaGoal, "metric" | "targetValue">): string {
  if (metric.endsWith("_us")) return exactUs(targetValue);
  return (metric.endsWith("_bp") ? exactShare(targetValue, 10_000) : undefined) ?? String(targetValue);
}

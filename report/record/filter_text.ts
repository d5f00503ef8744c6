import { formatAddress, formatBytes, type SchemeFilter } from "../../damon/mod.ts";

/** A scheme's filter as its options write it: `allow anon`, `reject none memcg /a`. */
export function filterText(filter: SchemeFilter): string {
  const what = [filter.allow ? "allow" : "reject", ...(filter.matching ? [] : ["none"]), filter.type];
  if (filter.type === "memcg") what.push(filter.memcgPath);
  if (filter.type === "addr") what.push(`0x${formatAddress(filter.start)}`, `0x${formatAddress(filter.end)}`);
  if (filter.type === "target") what.push(String(filter.targetIndex));
  if (filter.type === "hugepage_size") what.push(formatBytes(filter.minBytes), formatBytes(filter.maxBytes));
  return what.join(" ");
}

import type { ProbeFilter, SchemeFilter } from "../../damon/mod.ts";
import { type Scope, type Shape, text } from "./shape.ts";
import { parseRange, parseSizes, rangeText } from "./range_shapes.ts";
import { bytesText, countOf, SIZE_TEXT } from "./value_shapes.ts";

const PLAIN = "anon|active|young|unmapped";

/** A filter as its option is written: `reject none memcg /a/b`. What follows `memcg` is the path, to the end. */
export const FILTER: Shape<SchemeFilter> = text({
  need: "a filter, as: reject young, allow memcg /a/b, reject none addr 4G-5G",
  pattern: new RegExp(
    `^(?:allow|reject)(?: none)? (?:${PLAIN}|memcg /[^]*|target [0-9]+|` +
      `addr ${SIZE_TEXT}\\s?-\\s?(?:max|${SIZE_TEXT})|hugepage_size (?:min|${SIZE_TEXT})(?:\\.\\.(?:max|${SIZE_TEXT}))?)$`,
  ),
  schema: {
    examples: [
      "reject young",
      "allow none anon",
      "reject memcg /a/b",
      "allow addr 4G-5G",
      "reject hugepage_size 2M..max",
    ],
  },
  parse: parseFilter,
  format(filter, scope) {
    const value = valueText(filter, scope);
    return `${beginning(filter)} ${filter.type}${value === undefined ? "" : ` ${value}`}`;
  },
});

function parseFilter(text: string): SchemeFilter {
  const [, decision, none, type, value = ""] = /^(allow|reject)( none)? (\w+)(?: ([^]*))?$/.exec(text)!;
  const how = { matching: none === undefined, allow: decision === "allow" };
  switch (type) {
    case "memcg":
      return { type, ...how, memcgPath: value };
    case "target":
      return { type, ...how, targetIndex: countOf(value) };
    case "addr":
      return { type, ...how, ...parseRange(value) };
    case "hugepage_size": {
      const { min, max } = parseSizes(value);
      return { type, ...how, minBytes: min, maxBytes: max };
    }
    default:
      return { type: type as "anon", ...how };
  }
}

function valueText(filter: SchemeFilter, scope: Scope): string | undefined {
  switch (filter.type) {
    case "memcg":
      return filter.memcgPath;
    case "target":
      return String(filter.targetIndex);
    case "addr":
      return rangeText(filter, scope);
    case "hugepage_size":
      return [filter.minBytes, filter.maxBytes].map((bytes) => bytesText(bytes, scope)).join("..");
    default:
      return undefined;
  }
}

/** A probe's filter: `allow anon`, `reject none memcg /a/b`. */
export const PROBE_FILTER: Shape<ProbeFilter> = text({
  need: "a filter, as: allow anon, reject none memcg /a/b",
  pattern: /^(?:allow|reject)(?: none)? (?:anon|memcg \/[^]*)$/,
  schema: { examples: ["allow anon", "reject memcg /a/b"] },
  parse(text) {
    const [, decision, none, type, path] = /^(allow|reject)( none)? (anon|memcg)(?: ([^]*))?$/.exec(text)!;
    return {
      type: type as "anon",
      matching: none === undefined,
      allow: decision === "allow",
      ...(path !== undefined && { path }),
    };
  },
  format: (filter) => `${beginning(filter)} ${filter.type}${filter.path === undefined ? "" : ` ${filter.path}`}`,
});

function beginning({ allow, matching }: { allow: boolean; matching: boolean }): string {
  return `${allow ? "allow" : "reject"}${matching ? "" : " none"}`;
}

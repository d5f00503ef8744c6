import { parseCount, type Words } from "./option_words.ts";
import { type FilterType, parseBytes, type SchemeFilter } from "../model/mod.ts";

const PLAIN: readonly FilterType[] = ["anon", "active", "young", "unmapped"];
const DECISIONS = ["allow", "reject", "deny", "block", "pass"];

/**
 * Filters, some to an occurrence of the option, in today's grammar, as `reject none anon`, or in the older one, as `anon
 * nomatching`.
 *
 * @throws {SyntaxError} for another form.
 */
export function filtersOf(occurrences: readonly Words[]): SchemeFilter[] {
  return occurrences.flatMap((words) => DECISIONS.includes(words[0]) ? newFilters(words) : [oldFilter(words)]);
}

function newFilters(words: Words): SchemeFilter[] {
  const filters: SchemeFilter[] = [];
  let rest = words;
  while (rest.length > 0) {
    const [decision, ...after] = rest;
    if (!DECISIONS.includes(decision)) {
      throw new SyntaxError(`A filter begins with allow or reject, not ${JSON.stringify(decision)}`);
    }
    // `non` is what the Python damo says since 3.4.
    const matching = after[0] !== "none" && after[0] !== "non";
    const [type, ...values] = matching ? after : after.slice(1);
    const allow = decision === "allow" || decision === "pass";
    const [filter, used] = filterOf(type, values, { matching, allow });
    filters.push(filter);
    rest = values.slice(used);
  }
  return filters;
}

function oldFilter([type, match, ...rest]: Words): SchemeFilter {
  if (match !== "matching" && match !== "nomatching") {
    throw new SyntaxError(
      `${JSON.stringify([type, match, ...rest].join(" ").trim())} is not a filter; use allow|reject [none] TYPE, ` +
        "as in: reject none anon",
    );
  }
  const decision = DECISIONS.includes(rest.at(-1) ?? "") ? rest.at(-1)! : "reject";
  const values = DECISIONS.includes(rest.at(-1) ?? "") ? rest.slice(0, -1) : rest;
  const allow = decision === "allow" || decision === "pass";
  const [filter, used] = filterOf(type, values, { matching: match === "matching", allow });
  if (used === values.length) return filter;
  throw new SyntaxError(`A filter of ${type} has ${values.length - used} values too many`);
}

/** A filter, and how many of `values` it took. */
function filterOf(
  type: string | undefined,
  values: Words,
  how: { matching: boolean; allow: boolean },
): [SchemeFilter, number] {
  const need = (count: number, form: string) => {
    if (values.length < count) throw new SyntaxError(`A filter of ${type} lacks a value; use ${type} ${form}`);
  };
  if (PLAIN.includes(type as FilterType)) return [{ type: type as "anon", ...how }, 0];
  switch (type) {
    case "memcg":
      need(1, "PATH");
      return [{ type, ...how, memcgPath: values[0] }, 1];
    case "target":
      need(1, "INDEX");
      return [{ type, ...how, targetIndex: parseCount(values[0]) }, 1];
    case "addr":
      need(2, "START END");
      return [{ type, ...how, start: parseBytes(values[0]), end: parseBytes(values[1]) }, 2];
    case "hugepage_size":
      need(2, "MIN MAX");
      return [{ type, ...how, minBytes: parseBytes(values[0]), maxBytes: parseBytes(values[1]) }, 2];
    case "probe_hits_wsum":
      throw new RangeError("A filter of probe_hits_wsum needs a kernel after Linux 7.3: no released one has it");
    default:
      throw new SyntaxError(
        `${JSON.stringify(type ?? "")} is not a filter's type; there are ${PLAIN.join(", ")}, memcg, addr, ` +
          "target, hugepage_size",
      );
  }
}

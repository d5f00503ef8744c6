import { exactRange, filterWords } from "../options/mod.ts";
import { type Context, CORE_FILTER_TYPES, MAX, type Scheme, type SchemeFilter } from "../model/mod.ts";
import { isFilterAsked } from "./actions.ts";
import { found, type FoundAt, type SchemeFacts } from "./finding.ts";

const PAGE = 4096;
const isCore = ({ type }: SchemeFilter) => CORE_FILTER_TYPES.includes(type);

/** A filter as YAML has it: `reject addr 4G-5G`. */
function said(filter: SchemeFilter): string {
  const words = filterWords(filter);
  if (filter.type === "addr") return [...words.slice(0, -2), exactRange(filter)].join(" ");
  if (filter.type === "hugepage_size") return [...words.slice(0, -2), words.slice(-2).join("..")].join(" ");
  return words.join(" ");
}

/** Filters that are not asked, never reached, about nothing, or name what is not there. */
export function lintFilters({ action, filters = [] }: Scheme, context: Context, facts: SchemeFacts): FoundAt[] {
  const { operations } = context;
  const asked = filters.filter(({ type }) => isFilterAsked(type, action, operations));
  return [
    ...filters.filter((filter) => !asked.includes(filter)).map((filter) =>
      found(
        "error",
        "filters",
        `the kernel does not ask "${said(filter)}" with ${operations}: ${action} takes all memory of the regions`,
        "watch physical memory (paddr), where it is asked, or narrow it by addr or target",
      )
    ),
    ...asked.flatMap((filter) => lintOne(filter, context, facts)),
    ...[asked.filter(isCore), asked.filter((filter) => !isCore(filter))].flatMap(lintList),
    ...lintLayers(asked),
  ];
}

function lintOne(filter: SchemeFilter, { targets }: Context, { memcgs }: SchemeFacts): FoundAt[] {
  const about = (why: string, hint: string) => [found("error", "filters", `"${said(filter)}": ${why}`, hint)];
  switch (filter.type) {
    case "memcg":
      if (memcgs?.[filter.memcgPath] !== false) return [];
      return about("there is no such memory cgroup", "make it first, or correct the path");
    case "target":
      if (filter.targetIndex < targets.length) return [];
      return about(
        `there is no such target: there are ${targets.length}, the first is 0`,
        "name one of them, or leave it out",
      );
    case "addr": {
      const [start, end] = [filter.start, filter.end].map((address) => Math.floor(address / PAGE));
      if (start >= end) return about("it holds no whole page", "name a range of 4K or more");
      const ranges = targets.flatMap(({ regions }) => regions);
      const isOutside = ranges.length > 0 &&
        ranges.every((range) => range.end <= filter.start || filter.end <= range.start);
      return isOutside ? about("nothing is monitored there", "name addresses of the targets' regions") : [];
    }
    case "hugepage_size":
      if (filter.maxBytes >= PAGE && filter.minBytes <= filter.maxBytes) return [];
      return about("no page is of such a size", "name sizes of 4K or more");
    default:
      return [];
  }
}

/** Of the filters of one layer, those that no memory reaches. */
function lintList(filters: readonly SchemeFilter[]): FoundAt[] {
  for (let i = 0; i < filters.length - 1; i++) {
    const above = filters[i];
    const before = filters.slice(0, i).find((other) => isComplement(other, above));
    const isCatchAll = before !== undefined || coversAll(above);
    if (!isCatchAll) continue;
    const rest = filters.slice(i + 1).map((filter) => `"${said(filter)}"`).join(", ");
    const by = before ? `"${said(before)}" and "${said(above)}" together take` : `"${said(above)}" takes`;
    return [
      found("warning", "filters", `${rest} is never asked: ${by} all memory before`, "put it first, or leave it out"),
    ];
  }
  return filters.flatMap((filter, i) => {
    const same = filters.slice(0, i).find((other) => covers(other, filter));
    return same
      ? [
        found(
          "warning",
          "filters",
          `"${said(filter)}" is never asked: "${said(same)}" before it is about all of that`,
          "leave one of them out, or change their order",
        ),
      ]
      : [];
  });
}

/** What a filter of a type is about, without whether it matches. */
function subject(filter: SchemeFilter): string {
  return said({ ...filter, matching: true, allow: true });
}

function isComplement(a: SchemeFilter, b: SchemeFilter): boolean {
  return subject(a) === subject(b) && a.matching !== b.matching;
}

function coversAll(filter: SchemeFilter): boolean {
  if (filter.type === "addr") return filter.matching && filter.start === 0 && filter.end >= MAX;
  return filter.type === "hugepage_size" && filter.matching && filter.minBytes <= PAGE && filter.maxBytes >= MAX;
}

function covers(a: SchemeFilter, b: SchemeFilter): boolean {
  if (a.matching !== b.matching) return false;
  if (subject(a) === subject(b)) return true;
  if (a.type === "addr" && b.type === "addr") {
    return a.matching ? a.start <= b.start && b.end <= a.end : b.start <= a.start && a.end <= b.end;
  }
  if (a.type === "hugepage_size" && b.type === "hugepage_size") {
    return a.matching
      ? a.minBytes <= b.minBytes && b.maxBytes <= a.maxBytes
      : b.minBytes <= a.minBytes && a.maxBytes <= b.maxBytes;
  }
  return false;
}

/** To allow addresses says nothing of others where filters of pages follow. */
function lintLayers(filters: readonly SchemeFilter[]): FoundAt[] {
  const core = filters.filter(isCore);
  const pages = filters.filter((filter) => !isCore(filter));
  const last = core.at(-1);
  if (!last?.allow || pages.length === 0) return [];
  return [
    found(
      "warning",
      "filters",
      `"${said(last)}" does not restrict it to that: what is allowed there is taken whatever "${
        said(pages[0])
      }" says, and other memory is still asked that`,
      `to restrict it, reject the rest: "${said({ ...last, matching: !last.matching, allow: false })}"`,
    ),
  ];
}

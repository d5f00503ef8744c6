import {
  type AddressRange,
  CORE_FILTER_TYPES,
  isFilterAsked,
  type Mapping,
  type Mappings,
  type Operations,
  type Scheme,
  type SchemeFilter,
} from "../../damon/mod.ts";
import { MappingNames } from "../record/mod.ts";

const PAGE = 4096;

/** What becomes of memory in the filters: it passes, it is left alone, or a record cannot tell. */
export type Verdict = "passed" | "rejected" | "unknown";

/** A part of a region and what the filters say of it. */
export interface JudgedRange extends AddressRange {
  /** What becomes of it. */
  verdict: Verdict;
}

/** Whether memory is of files or anonymous, as far as mappings tell. */
type Kind = "anonymous" | "file" | "either";

/** What processes have mapped where, by kind. */
export class MappingKinds {
  readonly #kinds = new Map<number, MappingNames>();

  /** Takes what the addresses of a process are from now on. */
  see({ pid, mappings }: Mappings): void {
    let kinds = this.#kinds.get(pid);
    if (!kinds) this.#kinds.set(pid, kinds = new MappingNames());
    kinds.overlay(mappings.map((mapping) => ({ ...mapping, path: kindOf(mapping) })));
  }

  /** The parts of a range by kind; what is not known, or not mapped, is `either`. */
  within(pid: number | undefined, start: number, end: number): (AddressRange & { kind: Kind })[] {
    const found = pid === undefined ? [] : this.#kinds.get(pid)?.within(start, end) ?? [];
    const parts: (AddressRange & { kind: Kind })[] = [];
    let from = start;
    for (const { start: low, end: high, name } of found) {
      if (low > from) parts.push({ start: from, end: low, kind: "either" });
      parts.push({ start: low, end: high, kind: name as Kind });
      from = high;
    }
    if (from < end) parts.push({ start: from, end, kind: "either" });
    return parts;
  }
}

/** A private mapping of a file that can be written has pages of both. */
function kindOf({ path, perms }: Mapping): Kind {
  if (path === "" || path.startsWith("[")) return "anonymous";
  return perms[1] === "w" && perms[3] === "p" ? "either" : "file";
}

/** A scheme's filters, of which a record can tell addresses, targets, and some of the rest. */
export class SchemeFilters {
  readonly #core: readonly SchemeFilter[];
  readonly #pages: readonly SchemeFilter[];
  readonly #bounds: readonly number[];

  constructor(
    { action, filters = [] }: Pick<Scheme, "action" | "filters">,
    operations: Operations,
    /** What is mapped where. */
    readonly kinds: MappingKinds,
  ) {
    const isCore = ({ type }: SchemeFilter) => CORE_FILTER_TYPES.includes(type);
    this.#core = filters.filter(isCore);
    this.#pages = filters.filter((filter) => !isCore(filter) && isFilterAsked(filter.type, action, operations));
    const bounds = this.#core.flatMap((filter) => filter.type === "addr" ? rangeOf(filter) : []);
    this.#bounds = [...new Set(bounds)].sort((a, b) => a - b);
  }

  /** Whether there are filters that pages must pass. */
  get areOfPages(): boolean {
    return this.#pages.length > 0;
  }

  /** The parts of a region that the core lets the action try, each with what the filters of pages say of it. */
  judge(region: AddressRange, targetIndex: number, pid: number | undefined, isAccessed: boolean): JudgedRange[] {
    return this.#parts(region).flatMap((part): JudgedRange[] => {
      const decision = this.#core.find((filter) => isAbout(filter, part, targetIndex) === filter.matching);
      // With filters of pages below, what none of these is about is left to them.
      const isTried = decision?.allow ?? (this.#pages.length > 0 || this.#core.at(-1)?.allow !== true);
      if (!isTried) return [];
      if (this.#pages.length === 0 || decision !== undefined) return [{ ...part, verdict: "passed" }];
      return this.kinds.within(pid, part.start, part.end)
        .map(({ start, end, kind }) => ({ start, end, verdict: this.#verdict(kind, isAccessed) }));
    });
  }

  #parts({ start, end }: AddressRange): AddressRange[] {
    const cuts = this.#bounds.filter((bound) => bound > start && bound < end);
    return [start, ...cuts].map((from, i) => ({ start: from, end: cuts[i] ?? end }));
  }

  #verdict(kind: Kind, isAccessed: boolean): Verdict {
    const possible = new Set<boolean>();
    for (const filter of this.#pages) {
      const is = pageIs(filter, kind, isAccessed);
      if (is === undefined) possible.add(filter.allow);
      else if (is === filter.matching) return verdictOf(possible.add(filter.allow));
    }
    return verdictOf(possible.add(!this.#pages.at(-1)!.allow));
  }
}

function verdictOf(possible: ReadonlySet<boolean>): Verdict {
  if (possible.size > 1) return "unknown";
  return possible.has(true) ? "passed" : "rejected";
}

/** The kernel takes whole pages. */
function rangeOf({ start, end }: AddressRange): [number, number] {
  return [Math.floor(start / PAGE) * PAGE, Math.floor(end / PAGE) * PAGE];
}

function isAbout(filter: SchemeFilter, part: AddressRange, targetIndex: number): boolean {
  if (filter.type === "target") return filter.targetIndex === targetIndex;
  if (filter.type !== "addr") return false;
  const [start, end] = rangeOf(filter);
  return start <= part.start && part.end <= end;
}

/** Whether a page is what the filter's type names; `undefined` where a record cannot tell. */
function pageIs({ type }: SchemeFilter, kind: Kind, isAccessed: boolean): boolean | undefined {
  if (type === "anon") return kind === "either" ? undefined : kind === "anonymous";
  // Of a region that was accessed, some page was.
  if (type === "young") return isAccessed ? undefined : false;
  return undefined;
}

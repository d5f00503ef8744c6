import { labelOf, type Mapping } from "../../damon/mod.ts";

/** A range of addresses and what it is: `heap`, `libc.so.6`, `anonymous`. */
export interface NamedRange {
  /** First byte. */
  start: number;
  /** One past the last byte. */
  end: number;
  /** As {@linkcode labelOf} says it. */
  name: string;
}

/**
 * Names of a process's address ranges over a whole record: a later mapping replaces what it overlaps, and what was
 * unmapped since keeps its last name. Memory is bounded by the address space in use, not by the record.
 *
 * @example
 * ```ts
 * import { MappingNames } from "./mapping_names.ts";
 * const names = new MappingNames();
 * names.overlay([{ start: 0x1000, end: 0x3000, perms: "rw-p", offset: 0, path: "[heap]" }]);
 * names.within(0x2000, 0x9000); // [{ start: 0x2000, end: 0x3000, name: "heap" }]
 * ```
 */
export class MappingNames {
  #ranges: NamedRange[] = [];
  /** Whose each short name is: the path that had it first. */
  readonly #paths = new Map<string, string>();

  /** Takes the mappings as they are now, ascending. */
  overlay(mappings: readonly Mapping[]): void {
    const fresh = mappings.map((mapping) => ({ start: mapping.start, end: mapping.end, name: this.#nameOf(mapping) }));
    if (this.#ranges.length === 0) return void (this.#ranges = joined(fresh.sort((a, b) => a.start - b.start)));
    const kept: NamedRange[] = [];
    let at = 0;
    for (const { start, end, name } of this.#ranges) {
      let from = start;
      while (at < fresh.length && fresh[at].end <= from) at++;
      for (let i = at; i < fresh.length && fresh[i].start < end; i++) {
        if (fresh[i].start > from) kept.push({ start: from, end: fresh[i].start, name });
        from = Math.max(from, fresh[i].end);
      }
      if (from < end) kept.push({ start: from, end, name });
    }
    this.#ranges = joined([...kept, ...fresh].sort((a, b) => a.start - b.start));
  }

  /** The short name; of files in different folders with the same one, those that come later have their folder with it. */
  #nameOf(mapping: Mapping): string {
    const [name, path] = [labelOf(mapping), mapping.path];
    const first = this.#paths.get(name);
    if (first === undefined) this.#paths.set(name, path);
    if (first === undefined || first === path || path === "") return name;
    return path.startsWith("/") ? `${name} (${path.slice(0, path.lastIndexOf("/")) || "/"})` : `${name} (${path})`;
  }

  /** All named ranges, ascending; good until the next {@linkcode overlay}. */
  get all(): readonly NamedRange[] {
    return this.#ranges;
  }

  /** The named ranges in `[start, end)`, cut to it, ascending. */
  within(start: number, end: number): NamedRange[] {
    return this.#ranges.filter((range) => range.end > start && range.start < end)
      .map((range) => ({ ...range, start: Math.max(start, range.start), end: Math.min(end, range.end) }));
  }
}

/** Neighbours of the same name become one. */
function joined(ranges: NamedRange[]): NamedRange[] {
  const result: NamedRange[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    if (last && last.end === range.start && last.name === range.name) last.end = range.end;
    else result.push(range);
  }
  return result;
}

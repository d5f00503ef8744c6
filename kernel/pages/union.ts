import type { WorkingSet } from "../../damon/mod.ts";
import type { SampledArea } from "../../ffi/mod.ts";
import type { Window } from "./items.ts";

/** What a mapping maps, by process and first byte: mappings of the same memory have the same. */
export type ObjectOf = (pid: number, start: number) => string | undefined;

/** What of each process is in memory, by mapping. */
export type AreasOf = (pid: number) => readonly Pick<SampledArea, "start" | "end" | "residentBytes">[];

interface Part {
  residentBytes: number;
  bytes: number;
}

/**
 * The working sets of several processes together, by panels. Memory that several of them map is counted once. A panel does not
 * tell whether they accessed the same pages: it is taken that each does so independently of the others, and the error reaches
 * from what one of them accessed at least to what all of them did.
 */
export function panelUnion(
  window: Window,
  sets: readonly WorkingSet[],
  objectOf: ObjectOf,
  areasOf: AreasOf = () => [],
): WorkingSet {
  const shared = new Map<string, Part[]>();
  const all: Part = { residentBytes: 0, bytes: 0 };
  for (const set of sets) {
    const own = new Map<string, Part>();
    for (const part of byArea(set, areasOf(set.pid))) {
      const object = objectOf(set.pid, part.start);
      const to = object === undefined ? all : own.get(object) ?? { residentBytes: 0, bytes: 0 };
      to.residentBytes += part.residentBytes;
      to.bytes += part.bytes;
      if (object !== undefined) own.set(object, to);
    }
    for (const [object, part] of own) shared.set(object, [...shared.get(object) ?? [], part]);
  }
  let doubtBytes = 0;
  for (const parts of shared.values()) {
    const residentBytes = Math.max(...parts.map((part) => part.residentBytes));
    const least = Math.max(...parts.map(({ bytes }) => bytes));
    const most = Math.min(residentBytes, parts.reduce((sum, { bytes }) => sum + bytes, 0));
    const left = parts.reduce((share, { bytes }) => share * (1 - Math.min(1, bytes / residentBytes || 0)), 1);
    const bytes = residentBytes * (1 - left);
    all.residentBytes += residentBytes;
    all.bytes += bytes;
    doubtBytes += Math.max(bytes - least, most - bytes);
  }
  const sum = (of: (set: WorkingSet) => number) => sets.reduce((total, set) => total + of(set), 0);
  return {
    ...window,
    pid: 0,
    method: "panel",
    ...all,
    errorBytes: Math.sqrt(sum(({ errorBytes }) => errorBytes ** 2)) + doubtBytes,
    looks: sum(({ looks }) => looks),
    hits: sum(({ hits }) => hits),
    mappings: [],
  };
}

/** A panel's part that is of several mappings, as few pages were drawn, is split by what they have in memory. */
function* byArea({ mappings }: WorkingSet, areas: ReturnType<AreasOf>): Generator<Part & { start: number }> {
  let at = 0;
  for (const mapping of mappings) {
    while (at < areas.length && areas[at].end <= mapping.start) at++;
    const within: typeof areas[number][] = [];
    for (let i = at; i < areas.length && areas[i].start < mapping.end; i++) within.push(areas[i]);
    const resident = within.reduce((sum, area) => sum + area.residentBytes, 0);
    if (resident === 0) yield mapping;
    else {
      for (const { start, residentBytes } of within) {
        const share = residentBytes / resident;
        yield { start, residentBytes: mapping.residentBytes * share, bytes: mapping.bytes * share };
      }
    }
  }
}

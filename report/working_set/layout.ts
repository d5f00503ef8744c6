import type { AddressRange, Mapping, Mappings, Residency } from "../../damon/mod.ts";
import { MappingNames, type NamedRange } from "../record/mod.ts";
import type { ResidentRange } from "./estimate.ts";

/** A part of a process's addresses with a name. */
export interface LaidRange extends ResidentRange {
  /** As reports call it; empty where nothing is known. */
  name: string;
  /** What several processes share under the same key; absent where it is the process's own. */
  shared?: string;
}

/** What is mapped where in a process, what of it is in memory, and what it may share with others. */
export class AddressLayout {
  readonly #names = new MappingNames();
  #mappings: readonly Mapping[] = [];
  #mappedNs = -Infinity;
  #residency: Residency | undefined;
  #ranges: LaidRange[] | undefined;

  /** What is in memory, as it was told last. */
  get residency(): Residency | undefined {
    return this.#residency;
  }

  /** What is mapped or was, by name. */
  get named(): readonly NamedRange[] {
    return this.#names.all;
  }

  /** Takes in what is mapped from now on; what was unmapped keeps its name. */
  map({ mappings, timeNs }: Mappings): void {
    this.#names.overlay(mappings);
    this.#mappings = mappings;
    this.#mappedNs = timeNs;
    this.#ranges = undefined;
  }

  /** Takes in what is in memory from now on. */
  reside(residency: Residency): void {
    this.#residency = residency;
    this.#ranges = undefined;
  }

  /** Ascending, not overlapping. */
  get ranges(): readonly LaidRange[] {
    return this.#ranges ??= this.#lay();
  }

  /** What lies at an address. */
  at(address: number): LaidRange | undefined {
    const { ranges } = this;
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ranges[middle].end <= address) low = middle + 1;
      else high = middle;
    }
    return ranges[low]?.start <= address ? ranges[low] : undefined;
  }

  #lay(): LaidRange[] {
    const named = this.#names.all;
    const mapped = overlaid(named, this.#mappings, (range, mapping) => {
      const shared = mapping && sharedKeyOf(mapping);
      return { ...range, ...(shared !== undefined && { shared }) };
    });
    const residency = this.#residency;
    if (!residency) return mapped;
    type Resident = Residency["mappings"][number];
    const shareOf = ({ start, end, residentBytes }: Resident) => Math.min(1, residentBytes / (end - start));
    return overlaid(
      mapped,
      residency.mappings,
      // What was mapped since is not known to be in memory, nor not to be.
      (range, resident) =>
        resident || residency.timeNs >= this.#mappedNs
          ? { ...range, residentShare: resident ? shareOf(resident) : 0 }
          : range,
      (range, resident) => ({ ...range, name: "", residentShare: shareOf(resident) }),
    );
  }
}

/**
 * What stands for the same memory in several processes: a file's page by its path, and anonymous memory that is shared by
 * where it was mapped before a process forked. What is written of a private mapping is nobody else's.
 */
export function sharedKeyOf({ start, perms, offset, path }: Mapping): string | undefined {
  const isShared = perms[3] === "s";
  if (!isShared && (perms[1] === "w" || !path.startsWith("/"))) return undefined;
  const isNameless = path === "" || path.endsWith(" (deleted)");
  return isNameless ? `${path}@${start}` : `${path}+${offset}`;
}

/** The ranges cut at the borders of others, each piece made with the other that it lies in; and those that no range has. */
function overlaid<T extends AddressRange, O extends AddressRange>(
  ranges: readonly T[],
  others: readonly O[],
  make: (piece: T, other: O | undefined) => LaidRange,
  makeOf?: (piece: AddressRange, other: O) => LaidRange,
): LaidRange[] {
  const result: LaidRange[] = [];
  let [r, o, at] = [0, 0, -Infinity];
  for (;;) {
    while (r < ranges.length && ranges[r].end <= at) r++;
    while (o < others.length && others[o].end <= at) o++;
    const [range, other] = [ranges[r], others[o]];
    if (!range && !other) return result;
    const [inRange, inOther] = [range?.start <= at, other?.start <= at];
    const next = Math.min(
      range ? (inRange ? range.end : range.start) : Infinity,
      other ? (inOther ? other.end : other.start) : Infinity,
    );
    if (inRange) result.push(make({ ...range, start: at, end: next }, inOther ? other : undefined));
    else if (inOther && makeOf) result.push(makeOf({ start: at, end: next }, other));
    at = next;
  }
}

import type { AddressRange, Mappings } from "../../damon/mod.ts";
import type { IdlePart } from "./rests.ts";
import { sharedKeyOf } from "../working_set/mod.ts";

/** Addresses of memory that other processes may have, too. */
interface SharedRange extends AddressRange {
  key: string;
}

/** What share of a region is what several processes may share; `shared` is absent for the process's own. */
export interface RegionShare {
  share: number;
  shared?: string;
}

const OWN: readonly RegionShare[] = [{ share: 1 }];

/** Where processes have memory that they may share, by what was mapped last. */
export class SharedRanges {
  readonly #mappings = new Map<number, Mappings["mappings"]>();
  readonly #ranges = new Map<number, SharedRange[]>();

  /** Takes what a process has mapped from now on. */
  see({ pid, mappings }: Mappings): void {
    this.#mappings.set(pid, mappings);
    this.#ranges.delete(pid);
  }

  /** The parts of a region, by length; their shares add up to 1. */
  split(pid: number, start: number, end: number): readonly RegionShare[] {
    const ranges = this.#rangesOf(pid);
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ranges[middle].end <= start) low = middle + 1;
      else high = middle;
    }
    if (!(ranges[low]?.start < end)) return OWN;
    const parts: RegionShare[] = [];
    let left = 1;
    for (let i = low; i < ranges.length && ranges[i].start < end; i++) {
      const share = (Math.min(end, ranges[i].end) - Math.max(start, ranges[i].start)) / (end - start);
      parts.push({ share, shared: ranges[i].key });
      left -= share;
    }
    return left > 1e-9 ? [{ share: left }, ...parts] : parts;
  }

  #rangesOf(pid: number): readonly SharedRange[] {
    let ranges = this.#ranges.get(pid);
    if (!ranges) {
      ranges = (this.#mappings.get(pid) ?? []).flatMap((mapping) => {
        const key = sharedKeyOf(mapping);
        return key === undefined ? [] : [{ start: mapping.start, end: mapping.end, key }];
      });
      this.#ranges.set(pid, ranges);
    }
    return ranges;
  }
}

/**
 * The memory of several processes, what they share counted once: of each key as much has been idle for a time or less as in
 * the process in which that is most. So it is as large as where most of it is there, and no older than in any of them.
 */
export function uniteShared(processes: readonly (readonly IdlePart[])[]): IdlePart[] {
  const own: IdlePart[] = [];
  const keys = new Map<string, IdlePart[][]>();
  for (const parts of processes) {
    const shared = Map.groupBy(parts, (part) => part.shared);
    for (const [key, group] of shared) {
      if (key === undefined) { for (const part of group) own.push(part); }
      else if (keys.has(key)) keys.get(key)!.push(group);
      else keys.set(key, [group]);
    }
  }
  return [...own, ...[...keys.values()].flatMap((groups) => groups.length === 1 ? groups[0] : unionOf(groups))];
}

function unionOf(groups: readonly IdlePart[][]): IdlePart[] {
  const all = groups.flatMap((parts, group) => parts.map((part) => ({ part, group })))
    .sort((a, b) => a.part.idleNs - b.part.idleNs);
  const sums = groups.map(() => 0);
  const united: IdlePart[] = [];
  let before = 0;
  for (const { part, group } of all) {
    sums[group] += part.bytes;
    if (sums[group] <= before) continue;
    united.push({ ...part, bytes: sums[group] - before });
    before = sums[group];
  }
  return united;
}

/** A process's memory that it may share, as its last snapshot had it. */
interface Latest {
  startNs: number;
  endNs: number;
  parts: readonly IdlePart[];
}

/** Whether a snapshot is of a target that still is there at a time. */
export function isThere({ startNs, endNs }: Pick<Latest, "startNs" | "endNs">, atNs: number): boolean {
  return atNs - endNs <= 2 * (endNs - startNs);
}

/** What targets share, counted once, over time: each time that all of them have had a snapshot. */
export class SharedOverTime {
  readonly #latest = new Map<string, Latest>();
  readonly #round = new Set<string>();
  #startNs = Infinity;
  #endNs = -Infinity;
  #doneNs = -Infinity;

  /** @param take Takes what was shared in a time. */
  constructor(readonly take: (startNs: number, endNs: number, parts: readonly IdlePart[]) => void) {}

  /** Takes what a target may share, of its next snapshot. */
  add(target: string, startNs: number, endNs: number, parts: readonly IdlePart[]): void {
    if (this.#round.has(target)) this.flush();
    this.#round.add(target);
    this.#latest.set(target, { startNs, endNs, parts });
    this.#startNs = Math.min(this.#startNs, Math.max(this.#doneNs, startNs));
    this.#endNs = Math.max(this.#endNs, endNs);
  }

  /** Hands on what came since the last time. */
  flush(): void {
    if (this.#round.size === 0) return;
    const there = [...this.#latest.values()].filter((latest) => isThere(latest, this.#endNs));
    const parts = uniteShared(there.map(({ parts }) => parts));
    if (parts.length > 0 && this.#startNs < this.#endNs) this.take(this.#startNs, this.#endNs, parts);
    this.#round.clear();
    this.#doneNs = this.#endNs;
    [this.#startNs, this.#endNs] = [Infinity, -Infinity];
  }
}

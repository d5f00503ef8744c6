import type { AddressRange, Mappings, MemoryUsage, Operations, Residency, Snapshot } from "../../damon/mod.ts";
import { type NumberColumn, numberColumn } from "./number_column.ts";
import { intersect, joinTouching } from "./ranges.ts";

/**
 * What tells how much of the watched memory was there: the recorder's own evidence, region by region; residency, mapping
 * by mapping; the size of the process, which bounds it; what is mapped, which is at least as much; physical memory, which
 * is always there; or nothing.
 */
export type ResidentBasis = "evidence" | "residency" | "size" | "mapped" | "physical" | "unknown";

/** Addresses of which the same share is in memory. */
export interface ResidentPiece extends AddressRange {
  /** 0 to 1. */
  share: number;
}

/** What of a snapshot's regions was in memory: one element a region. */
export interface ResidentRegions {
  /** Bytes in memory. */
  bytes: NumberColumn;
  /** Bytes of them that were accessed in the aggregation interval; never more. */
  usedBytes: NumberColumn;
  /** How that is known. */
  basis: ResidentBasis;
}

/**
 * How much of the memory that a record watched was there. It keeps what a record said last of each process: hand it
 * residency, mappings and usage as they come, then ask about the next snapshot.
 */
export class ResidentMemory {
  readonly #residency = new Map<number, Residency>();
  readonly #mapped = new Map<number, readonly AddressRange[]>();
  readonly #sizes = new Map<number, number>();

  /** Takes which memory of a process was there. */
  residency(residency: Residency): void {
    this.#residency.set(residency.pid, residency);
  }

  /** Takes what is mapped from now on; what may not be accessed at all is never in memory. */
  mappings({ pid, mappings }: Mappings): void {
    // Bounds only: there may be very many processes, and names take most of the room.
    this.#mapped.set(pid, joinTouching(mappings.filter(({ perms }) => !perms.startsWith("---"))));
  }

  /** Takes how large a process was. */
  usage({ pid, residentBytes }: MemoryUsage): void {
    if (pid !== 0) this.#sizes.set(pid, residentBytes);
  }

  /** All of a process that was in memory, watched or not; `undefined` where the record does not tell. */
  residentBytesOf(pid: number | undefined): number | undefined {
    return pid === undefined ? undefined : this.#residency.get(pid)?.residentBytes ?? this.#sizes.get(pid);
  }

  /** What of it was in swap; `undefined` where the record does not tell. */
  swapBytesOf(pid: number | undefined): number | undefined {
    return pid === undefined ? undefined : this.#residency.get(pid)?.swapBytes;
  }

  /** How it is known what of a snapshot of the process was in memory. */
  basisOf({ evidence }: Pick<Snapshot, "evidence">, pid: number | undefined, operations?: Operations): ResidentBasis {
    if (operations === "paddr") return "physical";
    if (evidence) return "evidence";
    if (pid === undefined) return "unknown";
    if (this.#residency.has(pid)) return "residency";
    return this.#sizes.has(pid) ? "size" : this.#mapped.has(pid) ? "mapped" : "unknown";
  }

  /** What of the regions was in memory, and accessed; `whole` is the snapshot that these were selected of. */
  of(snapshot: Snapshot, pid: number | undefined, operations?: Operations, whole = snapshot): ResidentRegions {
    const { regions: { length, start, end, nrAccesses }, evidence } = snapshot;
    const basis = this.basisOf(snapshot, pid, operations);
    if (evidence && basis === "evidence") {
      return { bytes: evidence.residentBytes, usedBytes: evidence.usedBytes, basis };
    }
    const bytes = numberColumn(length);
    if (basis === "physical" || basis === "unknown") {
      for (let i = 0; i < length; i++) bytes[i] = end[i] - start[i];
    } else {
      // All of what is mapped is in memory then: the regions themselves cut it.
      const mapped = basis === "mapped" ? this.#mapped.get(pid!)! : undefined;
      const pieces = mapped ?? this.pieces(whole, pid, operations);
      let first = 0;
      for (let i = 0; i < length; i++) {
        while (first < pieces.length && pieces[first].end <= start[i]) first++;
        for (let at = first; at < pieces.length && pieces[at].start < end[i]; at++) {
          const { start: from, end: to, share = 1 }: AddressRange & { share?: number } = pieces[at];
          bytes[i] += (Math.min(end[i], to) - Math.max(start[i], from)) * share;
        }
      }
    }
    const usedBytes = numberColumn(length);
    for (let i = 0; i < length; i++) if (nrAccesses[i] > 0) usedBytes[i] = bytes[i];
    return { bytes, usedBytes, basis };
  }

  /** The parts of the regions that were in memory, ascending, each within one region. */
  pieces(snapshot: Snapshot, pid: number | undefined, operations?: Operations): ResidentPiece[] {
    const { regions: { length, start, end }, evidence } = snapshot;
    const all = Array.from({ length }, (_, i): ResidentPiece => ({ start: start[i], end: end[i], share: 1 }));
    switch (this.basisOf(snapshot, pid, operations)) {
      case "physical":
      case "unknown":
        return all;
      case "evidence":
        all.forEach((piece, i) => piece.share = evidence!.residentBytes[i] / (piece.end - piece.start));
        return all.filter(({ share }) => share > 0);
      case "residency": {
        const mappings = this.#residency.get(pid!)!.mappings.filter(({ residentBytes }) => residentBytes > 0);
        let at = 0;
        return intersect(all, mappings).map((part) => {
          while (mappings[at].end <= part.start) at++;
          const { start, end, residentBytes } = mappings[at];
          return { ...part, share: Math.min(1, residentBytes / (end - start)) };
        });
      }
      case "mapped":
        return this.#mappedIn(all, pid!);
      case "size":
        return bounded(this.#mappedIn(all, pid!), snapshot, this.#sizes.get(pid!)!);
    }
  }

  #mappedIn(all: ResidentPiece[], pid: number): ResidentPiece[] {
    const mapped = this.#mapped.get(pid);
    return mapped ? intersect(all, mapped).map((part) => ({ ...part, share: 1 })) : all;
  }
}

/** As much as a process was large: what was accessed is there first, what is left of the size is spread over the rest. */
function bounded(pieces: ResidentPiece[], { regions }: Snapshot, sizeBytes: number): ResidentPiece[] {
  let [used, idle, i] = [0, 0, 0];
  const isUsed = pieces.map(({ start, end }) => {
    while (regions.end[i] <= start) i++;
    const isHit = regions.nrAccesses[i] > 0;
    if (isHit) used += end - start;
    else idle += end - start;
    return isHit;
  });
  const usedShare = Math.min(1, sizeBytes / used);
  const idleShare = Math.min(1, Math.max(0, sizeBytes - used) / idle);
  return pieces.map((piece, at) => ({ ...piece, share: isUsed[at] ? usedShare : idleShare }))
    .filter(({ share }) => share > 0);
}

/** What is to be said of figures that are known so, a sentence without its full stop; empty where nothing is. */
export function residentNotes(basis: ResidentBasis): string[] {
  switch (basis) {
    case "size":
      return [
        "What of a region was in memory is estimated from the size of the process: the record does not tell it by region",
      ];
    case "mapped":
      return ["The record does not tell what was in memory: all that is mapped is counted, which may be more"];
    case "unknown":
      return [
        "The record does not tell what was in memory: all that was watched is counted, gaps between mappings included",
      ];
    default:
      return [];
  }
}

/** Bytes of ranges that were in memory; both ascend. */
export function residentBytesIn(ranges: readonly AddressRange[], pieces: readonly ResidentPiece[]): number {
  let [bytes, first] = [0, 0];
  for (const { start, end } of ranges) {
    while (first < pieces.length && pieces[first].end <= start) first++;
    for (let i = first; i < pieces.length && pieces[i].start < end; i++) {
      bytes += (Math.min(end, pieces[i].end) - Math.max(start, pieces[i].start)) * pieces[i].share;
    }
  }
  return Math.round(bytes);
}

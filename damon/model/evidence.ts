import type { Snapshot } from "./snapshot.ts";

/** A piece of the region at an index. */
export interface RegionPart {
  /** Index of the region. */
  readonly at: number;
  /** First byte, not before the region's. */
  readonly start: number;
  /** One past the last byte, not behind the region's. */
  readonly end: number;
}

/**
 * What is known of memory and looks for a snapshot whose regions are these parts of the other's; spread it. Where in a
 * region its memory is, the evidence does not say: each part has its share, in whole bytes and looks.
 */
export function evidenceAt(
  { evidence, regions }: Pick<Snapshot, "evidence" | "regions">,
  parts: readonly RegionPart[],
): Pick<Snapshot, "evidence"> {
  if (!evidence) return {};
  const of = (column: ArrayLike<number>) => ({ at, start, end }: RegionPart) => {
    const bytes = regions.end[at] - regions.start[at];
    return end - start === bytes ? column[at] : Math.round(column[at] * ((end - start) / bytes));
  };
  return {
    evidence: {
      residentBytes: Float64Array.from(parts, of(evidence.residentBytes)),
      usedBytes: Float64Array.from(parts, of(evidence.usedBytes)),
      looks: Uint32Array.from(parts, of(evidence.looks)),
    },
  };
}

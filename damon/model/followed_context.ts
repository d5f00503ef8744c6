import type { Context, Intervals, NrRegions } from "./kdamond.ts";

/** How often and how finely DAMON looks. */
export type Attributes = Pick<Context, "intervals" | "nrRegions">;

/** A choice of {@linkcode FOLLOWED_STEPS}. */
export interface FollowedStep {
  /** It is for up to so many ranges. */
  ranges: number;
  /** How often DAMON looks then. */
  intervals: Intervals;
  /** And at how many regions. */
  nrRegions: NrRegions;
}

const intervals = (sampleMs: number, aggrMs: number): Intervals => ({
  sampleUs: sampleMs * 1000,
  aggrUs: aggrMs * 1000,
  updateUs: 1_000_000,
});

/**
 * How DAMON watches ranges that follow a process's memory, by their number: at most 6,000 looks a second in each, each of
 * which costs the kernel two walks through page tables. DAMON's own defaults (5 ms, some 12 regions) are 2,400 looks, but wake
 * it up 200 times a second instead of 10.
 */
export const FOLLOWED_STEPS: readonly FollowedStep[] = [
  { ranges: 120, intervals: intervals(100, 1000), nrRegions: { min: 100, max: 300 } },
  { ranges: 500, intervals: intervals(200, 1000), nrRegions: { min: 200, max: 600 } },
  { ranges: 1000, intervals: intervals(400, 2000), nrRegions: { min: 400, max: 1200 } },
];

/** Most ranges that are followed, of all targets together, where nobody says how many regions there may be. */
export const MOST_FOLLOWED_RANGES: number = FOLLOWED_STEPS.at(-1)!.ranges;

/**
 * How often and how finely DAMON looks at so many ranges.
 *
 * @example
 * ```ts
 * import { followedAttributes } from "./followed_context.ts";
 * followedAttributes(40).intervals; // { sampleUs: 100000, aggrUs: 1000000, updateUs: 1000000 }
 * ```
 */
export function followedAttributes(nrRanges: number): Attributes {
  const { intervals, nrRegions } = FOLLOWED_STEPS.find(({ ranges }) => nrRanges <= ranges) ?? FOLLOWED_STEPS.at(-1)!;
  return { intervals: { ...intervals }, nrRegions: { ...nrRegions } };
}

/**
 * Whether a context's ranges follow what its processes have in memory: `fvaddr` to which no ranges are given. The kernel
 * knows no such thing: who records tells it the ranges, and tells them anew.
 */
export function isFollowed({ operations, targets }: Pick<Context, "operations" | "targets">): boolean {
  return operations === "fvaddr" && targets.length > 0 && targets.every(({ regions }) => regions.length === 0);
}

import { ACTION_TRAITS, type Scheme } from "../../damon/mod.ts";

/** The largest priority that a region can have. */
export const MOST_PRIORITY = 99;

/** Ages count by halvings of seconds, up to this many. */
const MOST_HALVINGS = 32;

/** What a region's priority is made of. */
export interface Prioritised {
  /** Samples that found it accessed. */
  nrAccesses: number;
  /** The most there can be. */
  most: number;
  /** Its age, whole seconds. */
  ageSeconds: number;
}

/**
 * The priority that the kernel gives to a region where a quota does not suffice for all, 0 to {@linkcode MOST_PRIORITY},
 * in whole numbers as there: access rate in percent, and age by its logarithm, which makes a region that was not accessed
 * the colder and any other one the hotter.
 *
 * @example
 * ```ts
 * import { NO_QUOTAS } from "../../damon/mod.ts";
 * import { priorityOf } from "./priority.ts";
 * const quotas = { ...NO_QUOTAS, weights: { szPermil: 0, nrAccessesPermil: 0, agePermil: 1 } };
 * priorityOf({ action: "pageout", quotas }, { nrAccesses: 0, most: 20, ageSeconds: 60 }); // 60
 * ```
 *
 * @see https://docs.kernel.org/mm/damon/design.html#prioritization
 */
export function priorityOf({ action, quotas }: Pick<Scheme, "action" | "quotas">, region: Prioritised): number {
  const { first } = ACTION_TRAITS[action];
  if (!first) return MOST_PRIORITY;
  const { nrAccessesPermil = 0, agePermil = 0 } = quotas?.weights ?? {};
  const rate = Math.trunc(region.nrAccesses * 100 / region.most);
  const halvings = region.ageSeconds > 0 ? Math.min(MOST_HALVINGS, Math.floor(Math.log2(region.ageSeconds)) + 1) : 0;
  const signed = rate === 0 ? -halvings : halvings;
  const age = Math.trunc((signed + MOST_HALVINGS) * 100 / MOST_HALVINGS / 2);
  const weight = nrAccessesPermil + agePermil;
  const mean = weight > 0 ? Math.trunc((nrAccessesPermil * rate + agePermil * age) / weight) : 0;
  const hotness = Math.trunc(mean * MOST_PRIORITY / 100);
  return first === "hottest" ? hotness : MOST_PRIORITY - hotness;
}

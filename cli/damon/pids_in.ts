import type { Kdamond } from "../../damon/mod.ts";

/** Every process that the kdamonds watch. */
export function pidsIn(kdamonds: readonly Kdamond[]): number[] {
  return kdamonds.flatMap(({ contexts }) => contexts.flatMap(({ targets }) => targets.flatMap(({ pid }) => pid ?? [])));
}

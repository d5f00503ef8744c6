/**
 * The page sampler: what is accessed, without DAMON.
 *
 * @module
 */
export { canClearPages, ClearingChoice, type ClearingWish, mayNotClearPages } from "./clearing.ts";
export { countsOf, lostUsOf } from "./counts.ts";
export { exactUnion, exactWorkingSet, residencyOf } from "./items.ts";
export { MethodChoice, type PagesMethod, picksOf } from "./method.ts";
export { PagesPanel } from "./panel.ts";
export { requireReadable } from "./required.ts";
export { PagesTargets } from "./targets.ts";

/**
 * How often to look: the page sampler's budget and pace.
 *
 * @module
 */
export { type AdaptiveOptions, AdaptiveRegions, rangesOf } from "./adaptive.ts";
export {
  type BudgetedIntervals,
  SamplingBudget,
  type SamplingBudgetOptions,
  thinnedIntervals,
} from "./sampling_budget.ts";

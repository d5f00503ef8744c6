import { type Action, CORE_FILTER_TYPES, type FilterType, type Operations } from "../model/mod.ts";

/** What the kernel does for an action, and where it can. */
export interface ActionTraits {
  /** Operations that do it; the others do nothing, without an error. */
  operations: readonly Operations[];
  /** What goes first where a quota does not suffice for all; absent: what has the lowest address. */
  first?: "coldest" | "hottest";
  /** Whether it is meant for memory that is hardly used, or for memory that is used much. */
  meantFor?: "cold" | "hot";
  /** The action that takes back what this one does. */
  opposite?: Action;
}

const VIRTUAL: readonly Operations[] = ["vaddr", "fvaddr"];
const PHYSICAL: readonly Operations[] = ["paddr"];
const ALL: readonly Operations[] = ["vaddr", "fvaddr", "paddr"];

/**
 * Traits of each action, as kernels up to 7.1 have them.
 *
 * @see https://docs.kernel.org/mm/damon/design.html#operation-action
 */
export const ACTION_TRAITS: Readonly<Record<Action, ActionTraits>> = {
  willneed: { operations: VIRTUAL, meantFor: "hot" },
  cold: { operations: VIRTUAL, meantFor: "cold", opposite: "willneed" },
  pageout: { operations: ALL, first: "coldest", meantFor: "cold", opposite: "willneed" },
  hugepage: { operations: VIRTUAL, meantFor: "hot", opposite: "nohugepage" },
  nohugepage: { operations: VIRTUAL, meantFor: "cold", opposite: "hugepage" },
  collapse: { operations: VIRTUAL, meantFor: "hot", opposite: "nohugepage" },
  lru_prio: { operations: PHYSICAL, first: "hottest", meantFor: "hot", opposite: "lru_deprio" },
  lru_deprio: { operations: PHYSICAL, first: "coldest", meantFor: "cold", opposite: "lru_prio" },
  migrate_hot: { operations: ALL, first: "hottest", meantFor: "hot" },
  migrate_cold: { operations: ALL, first: "coldest", meantFor: "cold" },
  stat: { operations: ALL },
};

/**
 * Whether the kernel asks a scheme's filters of this type. Addresses and targets are always asked; what is told page by
 * page only where the operations walk the pages themselves: for virtual addresses that is migration and `stat`.
 *
 * @example
 * ```ts
 * import { isFilterAsked } from "./actions.ts";
 * isFilterAsked("anon", "pageout", "vaddr"); // false: it pages out what is no anonymous memory as well
 * ```
 *
 * @see https://docs.kernel.org/mm/damon/design.html#filters
 */
export function isFilterAsked(type: FilterType, action: Action, operations: Operations): boolean {
  if (CORE_FILTER_TYPES.includes(type) || operations === "paddr") return true;
  return action === "stat" || action === "migrate_hot" || action === "migrate_cold";
}

import type { Context, Kdamond } from "../../damon/mod.ts";

/** The kernel looks at a process's mappings anew after this, and takes all of them again: longer than anybody records. */
const NEVER_US = 100 * 3600 * 1e6;

/**
 * What watches the same fixed ranges by debugfs, which knows no `fvaddr`: `vaddr` that begins with them, and never updates
 * them.
 */
export function fixedByDebugfs(kdamond: Kdamond): Kdamond {
  const fixed = (context: Context): Context =>
    context.operations !== "fvaddr" ? context : {
      ...context,
      operations: "vaddr",
      intervals: { ...context.intervals, updateUs: Math.max(context.intervals.updateUs, NEVER_US) },
    };
  return { ...kdamond, contexts: kdamond.contexts.map(fixed) };
}

import type { Kdamond } from "../../damon/mod.ts";
import { livingThreadOf } from "./process.ts";
import type { Roots } from "./roots.ts";

/**
 * The same as the kernel is to be told: it finds memory by the id of a thread. The main thread of a process gives its id to
 * the process; where it has ended the kernel would find none, and count no access, so that another thread stands for it.
 */
export function withLivingThreads(roots: Roots, kdamonds: readonly Kdamond[]): Kdamond[] {
  return kdamonds.map((kdamond) => ({
    ...kdamond,
    contexts: kdamond.contexts.map((context) => ({
      ...context,
      targets: context.targets.map((target) =>
        target.pid === undefined ? target : { ...target, pid: livingThreadOf(roots, target.pid) }
      ),
    })),
  }));
}

import type { Kdamond } from "../../damon/mod.ts";
import type { DamonInterface } from "./interface.ts";
import { requireOurs } from "./kdamond.ts";
import { readOwned } from "./ours.ts";
import type { Roots } from "../machine/mod.ts";
import type { KdamondStatus } from "./sysfs.ts";

/** The kdamonds that are on and ours, of any of our commands but those that a living one looks after. */
export async function tunable(roots: Roots, damon: DamonInterface): Promise<KdamondStatus[]> {
  const statuses = await damon.read();
  const ours = statuses.flatMap((status) => {
    const entry = status.state === "on" ? readOwned(roots, status) : undefined;
    // While it is on, debugfs does not show all: what was asked for is in our own note.
    return !entry ? [] : status.interface === "debugfs" ? [{ ...status, contexts: entry.kdamond.contexts }] : [status];
  });
  if (ours.length > 0) return ours;
  // Says who is in the way, or that nothing is on.
  requireOurs(roots, statuses, statuses.find(({ state }) => state === "on")?.index ?? 0);
  return [];
}

/** Without what only a status has. */
export function configOf({ contexts, refreshMs }: KdamondStatus): Kdamond {
  return {
    ...(refreshMs !== undefined && { refreshMs }),
    contexts: contexts.map(({ schemes, ...context }) => ({
      ...context,
      ...(schemes && {
        schemes: schemes.map(({ stats: _stats, effectiveBytes: _now, triedBytes: _tried, ...scheme }) => scheme),
      }),
    })),
  };
}

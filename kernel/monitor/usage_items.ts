import type { RecordItem } from "../../damon/mod.ts";
import { type Monitor, pidsOf } from "./monitor.ts";
import { type Roots, usageOf } from "../machine/mod.ts";
import { pidsWithSchemes } from "./scheme_watch.ts";

/** How often it is looked at, ms, as the Python damo does. */
const EVERY_MS = 1000;

/**
 * What a monitor sees, and in between, once a second, the memory that its targets, the children that it follows, and the
 * machine have in use. Those that are looked at for schemes come from the monitor itself.
 *
 * @param clockNs Now, by the clock of the items.
 */
export async function* withUsage(
  roots: Roots,
  monitor: Pick<Monitor, "kdamonds" | "items" | "counts">,
  signal: AbortSignal,
  clockNs: () => number,
): AsyncGenerator<RecordItem> {
  const done = new Set(pidsWithSchemes(monitor.kdamonds));
  const pids = new Set([...monitor.kdamonds.flatMap(pidsOf), 0]).difference(done);
  let nextMs = 0;
  for await (const item of monitor.items(signal)) {
    yield item;
    // With an item, never between: who waits for them is not kept waiting.
    if (performance.now() < nextMs || signal.aborted) continue;
    nextMs = performance.now() + EVERY_MS;
    const timeNs = clockNs();
    for (const { pid } of monitor.counts().processes ?? []) if (!done.has(pid)) pids.add(pid);
    for (const pid of pids) {
      const usage = usageOf(roots, pid, timeNs);
      if (usage) {
        yield { kind: "usage", usage };
        continue;
      }
      // A process that has ended is asked for no more: its pid may become another's.
      pids.delete(pid);
      done.add(pid);
    }
  }
}

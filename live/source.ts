import { openSource, type RecordSource, type SourceOptions, type Watched } from "../kernel/monitor/mod.ts";
import type { Roots } from "../kernel/machine/mod.ts";
import type { SnapshotOptions } from "./snapshots.ts";

/** How a session watches. */
export interface WatchingOptions extends SourceOptions {
  /** Takes so many snapshots through a scheme of DAMON's, instead of each aggregation's. */
  snapshots?: SnapshotOptions | undefined;
}

/**
 * Opens who is to watch: DAMON, the page sampler, snapshots through a scheme, or somebody's kdamonds that are on. Nothing is
 * started yet.
 *
 * @throws {UnsupportedError} where the kernel cannot do it.
 * @throws {BusyError} where somebody else's DAMON is in the way.
 */
export async function openWatched(
  roots: Roots,
  watched: Watched,
  { snapshots, ...options }: WatchingOptions,
): Promise<RecordSource> {
  if (snapshots === undefined) return await openSource(roots, watched, options);
  const { openSnapshots } = await import("./snapshots.ts");
  return await openSnapshots(roots, watched, snapshots, options);
}

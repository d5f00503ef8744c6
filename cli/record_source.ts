import { attributesAsked, type Kdamond } from "../damon/mod.ts";
import { openSource, type RecordSource } from "../kernel/record_source.ts";
import type { Roots } from "../kernel/roots.ts";
import { damonOptionsOf } from "./damon_options.ts";
import type { RecordOptions } from "./record.ts";
import type { Wanted } from "./record_target.ts";

/**
 * Opens what `--monitor` and `--snapshot` ask for. It says on standard error if that is not DAMON although it was not
 * named, and why.
 *
 * @throws {UnsupportedError} where the kernel cannot do it.
 * @throws {BusyError} where somebody else's DAMON is in the way.
 */
export async function openAsked(
  roots: Roots,
  wanted: Wanted,
  options: RecordOptions,
  kdamonds: readonly Kdamond[],
): Promise<RecordSource> {
  const { openSnapshots, snapshotTimesOf } = await import("./record_snapshots.ts");
  const times = snapshotTimesOf(options);
  if (times) return await openSnapshots(roots, wanted, options, kdamonds, times);
  const say = (line: string) => console.error(`damo: ${line}`);
  return await openSource(roots, wanted.kind === "ongoing" ? "ongoing" : kdamonds, {
    monitor: options.monitor,
    interface: options.interface,
    maxOverhead: options.max_overhead,
    includeChildren: options.include_children,
    chosen: chosenOf(options),
    ringBytes: options.ring,
    say,
    note: options.quiet ? () => {} : say,
  });
}

/** What nobody has asked for, in options or in a file that says all. */
function chosenOf(options: RecordOptions): { intervals: boolean; nrRegions: boolean } | undefined {
  if (options.kdamonds !== undefined) return undefined;
  const asked = attributesAsked(damonOptionsOf(options));
  return { intervals: !asked.intervals, nrRegions: !asked.nrRegions };
}

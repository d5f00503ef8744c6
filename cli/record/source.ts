import { attributesAsked, parseCount, parseNs, type Said, textOf } from "../../damon/mod.ts";
import { filtersOf } from "../../damon/options/mod.ts";
import type { SnapshotOptions, WatchingOptions } from "../../live/mod.ts";
import { nameOnCommandLine } from "../terminal/mod.ts";
import { damonOptionsOf } from "../damon/mod.ts";
import type { RecordOptions } from "./record.ts";

/**
 * How `--monitor`, `--snapshot` and the like ask to watch. It is said on standard error if that is not DAMON although it was
 * not named, and why.
 *
 * @throws {SyntaxError} or {TypeError} naming the option.
 */
export function watchingAsked(options: RecordOptions): WatchingOptions {
  const say = (line: Said) => console.error(`damo: ${textOf(line, nameOnCommandLine)}`);
  return {
    monitor: options.monitor,
    interface: options.interface,
    maxOverhead: options.max_overhead,
    includeChildren: options.include_children,
    chosen: chosenOf(options),
    ringBytes: options.ring,
    say,
    note: options.quiet ? () => {} : say,
    snapshots: snapshotsAsked(options),
  };
}

/** What nobody has asked for, in options or in a file that says all. */
function chosenOf(options: RecordOptions): { intervals: boolean; nrRegions: boolean } | undefined {
  if (options.kdamonds !== undefined) return undefined;
  const asked = attributesAsked(damonOptionsOf(options));
  return { intervals: !asked.intervals, nrRegions: !asked.nrRegions };
}

/**
 * What `--snapshot DELAY COUNT` asks for.
 *
 * @throws {SyntaxError} for another form; {TypeError} for options that do not go with it.
 */
function snapshotsAsked(options: RecordOptions): SnapshotOptions | undefined {
  const { snapshot, snapshot_damos_filter, monitor } = options;
  if (snapshot === undefined) {
    if (snapshot_damos_filter !== undefined) {
      throw new TypeError("--snapshot_damos_filter goes with --snapshot; add it, or leave the filter out");
    }
    return undefined;
  }
  if (monitor === "pages" || monitor === "pages-exact") {
    throw new TypeError(`--snapshot looks through one of DAMON's schemes; leave it out, or --monitor ${monitor}`);
  }
  if (options.include_children) {
    throw new TypeError(
      "--snapshot does not follow children, as the targets of its scheme stay as they are; leave out --include_children",
    );
  }
  const [delay, count = "1", ...more] = snapshot.flat();
  const times = { delayMs: parseNs(delay, "s") / 1e6, count: parseCount(count) };
  if (more.length > 0 || times.count < 1) {
    throw new SyntaxError("--snapshot takes a delay and a count above 0, as in: --snapshot 5s 12");
  }
  return { ...times, filters: filtersOf(snapshot_damos_filter ?? []) };
}

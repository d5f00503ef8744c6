import {
  command,
  type Context,
  formatBytes,
  formatNr,
  formatNs,
  isFollowed,
  option,
  type RecordedKdamond,
  type Said,
  said,
  type Snapshot,
} from "../../damon/mod.ts";
import type { MemoryWatches } from "../machine/mod.ts";

/** What a person is to know of what DAMON watches, said once: that ranges follow, or that hardly anything is there. */
export class WatchedNotes {
  /** Snapshots left to be looked at, by kdamond and target. */
  readonly #left = new Map<string, number>();

  /**
   * @param say Told what somebody should change.
   * @param note Told what is so.
   */
  constructor(
    readonly memory: MemoryWatches,
    readonly say: (line: Said) => void,
    readonly note: (line: Said) => void,
  ) {}

  /** Said when it has begun. */
  begun({ contexts }: RecordedKdamond, nrRanges: number): void {
    const [{ targets, intervals: { sampleUs, aggrUs } }] = contexts;
    const bytes = targets.reduce((sum, { pid }) => sum + this.memory.of(pid!).bytes, 0);
    this.note(
      `watching what ${processesOf(targets)} in memory: ${formatBytes(bytes)} in ${formatNr(nrRanges)} ` +
        `${nrRanges === 1 ? "range" : "ranges"}; a sample each ${formatNs(sampleUs * 1e3)}, a snapshot each ${
          formatNs(aggrUs * 1e3)
        }`,
    );
  }

  /** Looks at one of the first snapshots of a target of `vaddr`. */
  see({ kdamond, targetId, regions }: Snapshot, context: Context, pid: number): void {
    if (context.operations !== "vaddr" || isFollowed(context)) return;
    const key = `${kdamond}/${targetId}`;
    const left = this.#left.get(key) ?? FIRST_SNAPSHOTS;
    this.#left.set(key, left - 1);
    if (left !== 1) return;
    const { bytes } = this.memory.of(pid);
    let watched = 0;
    for (let i = 0; i < regions.length; i++) watched += regions.end[i] - regions.start[i];
    if (bytes === 0 || bytes >= LEAST_SHARE * watched) return;
    const share = bytes / watched * 100;
    this.say(
      said`vaddr watches ${formatBytes(watched)} of process ${pid}, and only ${formatBytes(bytes)} of it (${
        share.toPrecision(2)
      } %) are in memory: the rest is never accessed, but sampled as often. Without ${
        option("ops")
      } only what is in memory is watched: ${command("record", { target: "PID" })}`,
    );
  }
}

/** Some, as the first come before what is mapped has been looked at. */
const FIRST_SNAPSHOTS = 5;
/** Below this share of what is watched that is in memory somebody should know. */
const LEAST_SHARE = 0.5;

function processesOf(targets: Context["targets"]): string {
  if (targets.length === 1) return `process ${targets[0].pid} has`;
  return `${targets.length} processes have`;
}

import type { Kdamond } from "./kdamond.ts";
import type { Mappings } from "./mapping.ts";
import type { Profile, ProfileCounts } from "./profile.ts";
import type { AppliedRegions, MemoryUsage, SchemeCounts } from "./record_schemes.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Residency, WorkingSet } from "./working_set.ts";

/** Version of the record's own schema; a reader refuses a newer one. */
export const RECORD_SCHEMA = 1;

/** Who looked: the kernel's DAMON, or the eBPF page sampler in its adaptive or exact mode. */
export type Source = "damon" | "pages" | "pages-exact" | "unknown";

/** A process that the record is about, as it was when the recording began. */
export interface RecordedProcess {
  /** The process. */
  pid: number;
  /** `/proc/PID/comm`. */
  comm: string;
  /** Arguments of `/proc/PID/cmdline`. */
  cmdline: string[];
  /** Target of `/proc/PID/exe`; empty where it cannot be read. */
  exe: string;
}

/** Ties the record's clock to the wall clock: at `originNs` of the clock the wall clock showed `originWallMs`. */
export interface RecordClock {
  /** Which clock; `boottime` goes on while the machine is suspended. */
  name: "boottime" | "monotonic" | "wall" | "unknown";
  /** ns of the record's clock. */
  originNs: number;
  /** ms since 1970 (UTC), with fraction. */
  originWallMs: number;
}

/** Everything needed to understand a record years later. */
export interface RecordHeader {
  /** {@linkcode RECORD_SCHEMA} of the writer. */
  schema: number;
  /** Name and version of the writer, as in `damo 0.1.0`. */
  tool: string;
  /** Who looked. */
  source: Source;
  /** What the times of this record mean. */
  clock: RecordClock;
  /** The machine. */
  host: {
    hostname: string;
    /** `uname -r`. */
    kernelRelease: string;
    /** `uname -m`. */
    machine: string;
    /** `/proc/sys/kernel/random/boot_id`. */
    bootId: string;
    pageBytes: number;
  };
  /** The kdamonds that were recorded, with the configuration they ran with. */
  kdamonds: RecordedKdamond[];
  /** The targets; empty for physical memory. */
  processes: RecordedProcess[];
  /** The command line of the recorder. */
  recorder: string[];
}

/** A kdamond as it was recorded. */
export interface RecordedKdamond extends Kdamond {
  /** Its kernel thread's pid, the `kdamond` of its snapshots. */
  pid: number;
  /** Its index in the sysfs tree; absent where it has none. */
  index?: number;
  /** Whether this recorder started it, or only listened to somebody else's. */
  ours: boolean;
}

/** What the page sampler did in a recording. Times are CPU time of its sampling thread, ns. */
export interface PagesCounts {
  /** All of its CPU time: what the budget bounds. */
  cpuNs: number;
  /** Of it, clearing accessed bits. */
  clearNs: number;
  /** Of it, reading page tables. */
  walkNs: number;
  /** How often a process was cleared. */
  clears: number;
  /** Pages in memory of the processes that were cleared, added up over all clears. */
  cleared: number;
  /** Pages cleared one by one, by `process_madvise(MADV_COLD)`. */
  chilled: number;
  /** Looks at pages whose bit could not be cleared, as other processes map them too: they say nothing and are not counted. */
  stuck: number;
  /** Pages looked at, added up. */
  walked: number;
  /** Sampling intervals done. */
  samples: number;
  /** Sampling intervals left out, as the one before took too long. */
  missed: number;
  /** Share of one CPU that the sampler may take, 0 to 1. */
  maxOverhead: number;
  /** The shortest and the longest sampling interval that was in force, µs. */
  sampleUs: { min: number; max: number };
  /** Pids by target id, the children that were followed included. */
  pids: number[];
  /** Most bytes of hugetlbfs that were mapped, and left out: nothing clears their accessed bits. Absent for none. */
  hugetlbBytes?: number;
  /**
   * Set where processes were cleared as a whole by a kernel with CONFIG_MEM_SOFT_DIRTY, which leaves translations in the
   * processors: memory small enough for these, and in use all the time, may look idle.
   */
  hasBlindSpot?: boolean;
}

/** The processes of a kdamond whose targets' children were followed. */
export interface TargetPids {
  /** Pid of the kdamond, as its snapshots have it. */
  kdamond: number;
  /** Pids by target id: the header's targets first, then the others as they were taken in. */
  pids: number[];
  /** How often the kdamond began anew as one of them ended, with regions and ages from the beginning; absent for never. */
  restarts?: number;
}

/** How the ranges of a kdamond followed what its targets have in memory. */
export interface FollowingCounts {
  /** Pid of the kdamond, as its snapshots have it. */
  kdamond: number;
  /** How often the kernel was told of other ranges while it ran. */
  commits: number;
  /** How often it took them not, and went on with those of before. */
  refused: number;
  /** Ranges at the end, of all targets. */
  ranges: number;
  /** Most of them. */
  mostRanges: number;
  /** Time that looking at page tables took, ms. */
  lookMs: number;
  /** Time that telling the kernel took, its waiting for the end of an interval included, ms. */
  commitMs: number;
}

/** What the recorder counted, written last. */
export interface RecordFooter {
  /** ns of the record's clock at which the recording ended. */
  endNs: number;
  /** Why it ended: `target exited`, `timeout`, `SIGINT`, ... */
  reason: string;
  /** Whole snapshots written. */
  snapshots: number;
  /** Regions in them. */
  regions: number;
  /** Events that the kernel side sent: `received + dropped`. */
  events: number;
  /** Events that arrived. */
  received: number;
  /** Events for which the ring buffer had no room. */
  dropped: number;
  /** Snapshots of which at least one event was lost; they are left out. */
  torn: number;
  /** Of the page sampler. */
  pages?: PagesCounts;
  /** Of DAMON, where children were followed. */
  targets?: TargetPids[];
  /** Of DAMON, where its ranges followed what the targets have in memory. */
  following?: FollowingCounts[];
  /** The children that were followed, as they were when they were taken in. */
  processes?: RecordedProcess[];
  /** Of the profiler, where it was asked for. */
  profile?: ProfileCounts;
  /** Exit code of the command that the recorder started itself. */
  exitCode?: number;
}

/** One item of a record's stream, in the order of time. */
export type RecordItem =
  | { kind: "snapshot"; snapshot: Snapshot }
  | { kind: "mappings"; mappings: Mappings }
  | { kind: "applied"; applied: AppliedRegions }
  | { kind: "scheme_stats"; counts: SchemeCounts }
  | { kind: "usage"; usage: MemoryUsage }
  | { kind: "residency"; residency: Residency }
  | { kind: "working_set"; workingSet: WorkingSet }
  | { kind: "profile"; profile: Profile }
  | { kind: "footer"; footer: RecordFooter };

/** A record that is being read: the header first, then the items as they come. */
export interface RecordReader extends AsyncDisposable {
  /** What whoever asked for it calls it; absent where nobody named it. */
  readonly name?: string;
  /** Read when the record was opened. */
  readonly header: RecordHeader;
  /** The items, once; memory does not grow with the record. */
  items(): AsyncIterable<RecordItem>;
  /** After {@linkcode items} is done: why the record is not whole; `undefined` where it is. */
  readonly incomplete: string | undefined;
  /** After {@linkcode items} is done: what was put right in reading, and what is guessed, a sentence each without its end. */
  readonly remarks?: readonly string[];
}

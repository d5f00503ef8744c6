import {
  type Context,
  DEFAULT_INTERVALS,
  type Intervals,
  RECORD_SCHEMA,
  type RecordedKdamond,
  type RecordHeader,
  type Scheme,
  type Snapshot,
} from "../../damon/mod.ts";

/** Where wall-clock ns begin: a machine that has been up for 30 years has not been. */
const WALL_NS = 1e18;
/** Physical addresses lie below on every machine so far, the program of a process above. */
const PHYSICAL_END = 2 ** 46;

/** What a file without a header of ours says about how it was made. */
export interface ForeignFacts {
  /** Name of the writer, where the format tells. */
  tool: string;
  /** A snapshot of it, for what is told by its numbers. */
  first: Snapshot | undefined;
  /** Absent where the file does not say. */
  intervals?: Intervals;
  /** Index of the kdamond in the sysfs tree. */
  kdamondIndex?: number;
  /** Schemes of the context, as far as known. */
  schemes?: Scheme[];
  /** From a side file: takes the place of what is known by `intervals`. */
  kdamonds?: RecordedKdamond[];
}

/** The header of a record that another tool made: what is not known stays empty, and nothing is made up. */
export function foreignHeader(facts: ForeignFacts): RecordHeader {
  const { first, tool } = facts;
  const startNs = first?.startNs ?? 0;
  const isWall = startNs >= WALL_NS;
  return {
    schema: RECORD_SCHEMA,
    tool,
    source: "damon",
    clock: {
      name: isWall ? "wall" : first ? "monotonic" : "unknown",
      originNs: startNs,
      originWallMs: isWall ? startNs / 1e6 : 0,
    },
    host: { hostname: "", kernelRelease: "", machine: "", bootId: "", pageBytes: 4096 },
    kdamonds: facts.kdamonds ?? kdamondsOf(facts),
    processes: [],
    recorder: [],
  };
}

function kdamondsOf({ first, intervals, kdamondIndex, schemes }: ForeignFacts): RecordedKdamond[] {
  if (!intervals && !schemes?.length && kdamondIndex === undefined) return [];
  const context: Context = {
    operations: operationsOf(first),
    intervals: intervals ?? { ...DEFAULT_INTERVALS, sampleUs: first?.sampleUs ?? 0, aggrUs: first?.aggrUs ?? 0 },
    // Not known.
    nrRegions: { min: 0, max: 0 },
    targets: [{ regions: [] }],
    ...(schemes && schemes.length > 0 && { schemes }),
  };
  return [{
    pid: first?.kdamond ?? 0,
    ...(kdamondIndex !== undefined && { index: kdamondIndex }),
    ours: false,
    contexts: [context],
  }];
}

function operationsOf(first: Snapshot | undefined): "vaddr" | "paddr" {
  const end = first?.regions.end;
  return end && end.length > 0 && end[end.length - 1] < PHYSICAL_END ? "paddr" : "vaddr";
}

/**
 * The intervals of a record that does not say them: the time from snapshot to snapshot, in one or two digits, and DAMON's default
 * of 20 samples in it.
 */
export function guessIntervals(snapshotNs: number): { sampleUs: number; aggrUs: number } {
  const us = snapshotNs / 1e3;
  if (!(us > 0) || !Number.isFinite(us)) return DEFAULT_INTERVALS;
  // 96.9 ms and 104.6 ms were 100 ms; 152 ms was 150 ms.
  const round = Number(us.toPrecision(1));
  const aggrUs = Math.max(20, Math.round(Math.abs(round - us) < 0.08 * us ? round : Number(us.toPrecision(2))));
  return { sampleUs: aggrUs / 20, aggrUs };
}

import type { RecordedTarget, ShortRow } from "../record/mod.ts";
import type { WorkingSetSample } from "../working_set/mod.ts";

/** Sums of a mapping, or of all of one name. */
export interface Sum {
  name: string;
  bytes: number;
  heat: number;
  watched: number;
  ns: number;
  looks: number;
  accessedNs: number | undefined;
  /** Made once there is something to add. */
  heatOverTime: ShortRow | undefined;
  watchedOverTime: ShortRow | undefined;
  /** Working sets by the page sampler, and by what snapshots saw. */
  measured: WssSum | undefined;
  estimated: WssSum | undefined;
  // Of the snapshot at hand.
  nowBytes: number;
  nowHeat: number;
  nowHit: boolean;
}

/** Sums of a mapping's part of windows. */
export interface WssSum {
  wss: number;
  max: number;
  resident: number;
  isResidentKnown: boolean;
  mostResident: number;
  overTime: ShortRow | undefined;
}

/** Of a mapping of which no window was seen. */
export const NO_WSS: Readonly<WssSum> = {
  wss: 0,
  max: 0,
  resident: 0,
  isResidentKnown: true,
  mostResident: 0,
  overTime: undefined,
};

/** Time of a target's windows. */
export interface WindowTimes {
  ns: number;
  overTime: ShortRow;
  last: WorkingSetSample | undefined;
}

/** Sums of all mappings of a target. */
export interface TargetSums {
  target: RecordedTarget;
  pid: number | undefined;
  sums: Map<string, Sum>;
  ranges: { start: number; end: number; sum: Sum }[];
  unnamed: Sum;
  lastNs: number;
  /** Time of all windows, and in bins. */
  windows: Partial<Record<"measured" | "estimated", WindowTimes>>;
}

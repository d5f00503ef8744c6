import type {
  Action,
  AddressRange,
  MemoryUsage,
  Scheme,
  SchemeCounts,
  SchemeStats,
  TargetKey,
} from "../../damon/mod.ts";
import type { RecordSurvey } from "../record/mod.ts";

/** How much of a name schemes acted on. */
export interface ActedMapping {
  /** Its name; empty where the record does not say. */
  name: string;
  /** Bytes, each counted once. */
  bytes: number;
}

/** What a scheme did in the time of a record. */
export interface SchemeOutcome {
  /** Pid of its kdamond. */
  kdamond: number;
  /** Index of its context. */
  context: number;
  /** Its index in the context; `undefined` where the kernel (6.7 to 6.12) did not tell whose outcome this is, and nothing else does. */
  index: number | undefined;
  /** The scheme, where the record says what it was. */
  scheme: Scheme | undefined;
  /** Its counters over the time of the record; absent where they were not recorded. */
  stats: SchemeStats | undefined;
  /** Its counters at times of the record's clock; of some only the largest part is kept. */
  counts: SchemeCounts[];
  /** Regions on which it acted, counted each time. */
  regions: number;
  /** Of them those of which the kernel did not say that it was this scheme: access rates and ages leave no other. */
  inferredRegions: number;
  /** Bytes of them, likewise. */
  bytes: number;
  /** Of them those where nothing is mapped; 0 where the record does not say what is. */
  gapBytes: number;
  /** Bytes on which it acted, each counted once; of what is mapped, where the record says so. */
  distinctBytes: number;
  /** Of those what has which name, the largest first. */
  mappings: ActedMapping[];
}

/** What became of the memory of a process, or of the machine, in the time of a record. */
export interface UsageCourse {
  /** The process; 0 for the machine. */
  pid: number;
  /** At least two; of some only the largest part is kept. */
  samples: MemoryUsage[];
}

/** What the schemes of a record did. */
export interface SchemesRecordReport {
  /** What it was taken from. */
  survey: RecordSurvey;
  /** By kdamond, context and index. */
  schemes: SchemeOutcome[];
  /** In the order of appearance; where the schemes are for processes, only theirs, without the children that were followed. */
  usages: UsageCourse[];
  /** Of how many such children there would be more. */
  otherUsages: number;
  /** Where something was acted on, by the key of the target; of what is mapped, where the record says so. */
  acted: ReadonlyMap<TargetKey, AddressRange[]>;
  /** Counters are of more than was asked for: the kernel counts each scheme as a whole. */
  areCountsWider?: boolean;
}

/** One look in which a scheme acted. */
export interface RecordedHit {
  /** Place of its scheme in {@linkcode SchemesRecordReport.schemes}' order of appearance: kdamond, context, index. */
  scheme: string;
  /** Key of the target. */
  target: TargetKey;
  /** When, ns of the record's clock. */
  ns: number;
  /** On what, ascending. */
  ranges: AddressRange[];
}

/** Tells the schemes of a record apart. */
export function schemeKeyOf(
  { kdamond, context, index }: { kdamond: number; context: number; index: number | undefined },
): string {
  return `${kdamond}/${context}/${index ?? ""}`;
}

/** `0 pageout`; with the kdamond where there are several. */
export function outcomeNameOf(
  { kdamond, index, scheme }: Pick<SchemeOutcome, "kdamond" | "index" | "scheme">,
  all: readonly Pick<SchemeOutcome, "kdamond">[] = [],
): string {
  const action: Action | "?" = scheme?.action ?? "?";
  const name = index === undefined ? "not told apart" : `${index} ${action}`;
  // The names of all are asked for, of which there may be very many: most often the first or the last tells.
  const isOther = (other?: Pick<SchemeOutcome, "kdamond">) => other !== undefined && other.kdamond !== kdamond;
  return isOther(all[0]) || isOther(all.at(-1)) || all.some(isOther) ? `${name} (kdamond ${kdamond})` : name;
}

/**
 * DAMON's terms as plain data: kdamonds, schemes, regions, snapshots, records.
 *
 * @module
 */
export { byPid, indexByPid } from "./by_pid.ts";
export { CommandEndedError } from "./command_ended.ts";
export {
  BusyError,
  describeErrno,
  failed,
  failureOf,
  KernelError,
  RecordError,
  UnsupportedError,
  VerifierError,
} from "./errors.ts";
export { evidenceAt, type RegionPart } from "./evidence.ts";
export {
  INTERFACES,
  MONITORS,
  type Need,
  needsOf,
  NOT_YET,
  SYSFS_FEATURES,
  SYSFS_WORDS,
  type SysfsFeature,
  type SysfsFeatureName,
  type WordFeature,
} from "./features.ts";
export { FIRST_POINTER_ID, followedPid, withFollowed } from "./followed.ts";
export {
  type Attributes,
  FOLLOWED_STEPS,
  followedAttributes,
  type FollowedStep,
  isFollowed,
  MOST_FOLLOWED_RANGES,
} from "./followed_context.ts";
export { movedInTime, timesOf } from "./item_times.ts";
export {
  type AddressRange,
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Intervals,
  type IntervalsGoal,
  type Kdamond,
  type NrRegions,
  type Operations,
  type Probe,
  type ProbeFilter,
  type SampleControl,
  type Target,
} from "./kdamond.ts";
export { labelOf, type Mapping, type Mappings, parseMaps } from "./mapping.ts";
export { schemeWithoutDefaults, withoutDefaults } from "./normal.ts";
export { functionNameOf, type Profile, type ProfileCounts, type ProfileFrame, type ProfileStack } from "./profile.ts";
export {
  type FollowingCounts,
  type PagesCounts,
  RECORD_SCHEMA,
  type RecordClock,
  type RecordedKdamond,
  type RecordedProcess,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  type Source,
  type TargetPids,
} from "./record.ts";
export type { AppliedRegions, MemoryUsage, SchemeCounts } from "./record_schemes.ts";
export { AGE_UNKNOWN, type Region, Regions } from "./regions.ts";
export {
  command,
  type Failure,
  type NamedCommand,
  type NamedOption,
  nameInLibrary,
  type Naming,
  option,
  type Said,
  said,
  sentenceOf,
  textOf,
} from "./said.ts";
export {
  type AccessPattern,
  type Action,
  ACTIONS,
  ANY_ACCESS_PATTERN,
  type Bounds,
  CORE_FILTER_TYPES,
  type Dest,
  type FilterType,
  GOAL_METRICS,
  type GoalMetric,
  NO_QUOTAS,
  NO_WATERMARKS,
  type QuotaGoal,
  type Quotas,
  type Scheme,
  type SchemeFilter,
  type SchemeStats,
  type Watermarks,
} from "./scheme.ts";
export { keyOf, seriesKeyOf, type TargetKey } from "./target_key.ts";
export { maxNrAccessesOf, nrProbesOf, probeHitsAt, type SchemeView, type Snapshot } from "./snapshot.ts";
export {
  formatAddress,
  formatBytes,
  formatNr,
  formatNs,
  MAX,
  parseBytes,
  parseNs,
  parseRatio,
  parseUs,
} from "./units.ts";
export {
  bytesOutside,
  CLOSED_GAP_BYTES,
  type PageRun,
  type WatchedRanges,
  watchedRangesOf,
  type WatchedRangesOptions,
} from "./watched_ranges.ts";
export type { MappingResidency, MappingWorkingSet, RegionEvidence, Residency, WorkingSet } from "./working_set.ts";

/**
 * What DAMON means: regions, snapshots, records and configurations as plain data. Pure; needs no permission.
 *
 * @module
 */
export { type AdaptiveOptions, AdaptiveRegions, rangesOf } from "./sampler/mod.ts";
export { AppliedBatches } from "./events/mod.ts";
export { type AssembledItem, Assembler, type AssemblerOptions, MOST_PROBES } from "./events/mod.ts";
export { checkKdamond, checkRecordable } from "./lint/mod.ts";
export { cleanLines, cleanText, decodeName } from "./text/mod.ts";
export {
  DEBUGFS_ACTIONS,
  type DebugfsGap,
  debugfsGaps,
  formatAttrs,
  formatDebugfsScheme,
  formatInitRegions,
  formatTargetIds,
  PADDR_ID,
  parseAttrs,
  parseDebugfsSchemes,
  parseInitRegions,
} from "./plan/mod.ts";
export {
  BusyError,
  describeErrno,
  failed,
  failureOf,
  KernelError,
  RecordError,
  UnsupportedError,
  VerifierError,
} from "./model/mod.ts";
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
} from "./model/mod.ts";
export { EVENT, EVENT_WORDS, type EventBatch, EventKind } from "./events/mod.ts";
export { evidenceAt, type RegionPart } from "./model/mod.ts";
export { keyOf, seriesKeyOf, type TargetKey } from "./model/mod.ts";
export {
  exactAccessRate,
  exactAddress,
  exactAge,
  exactBytes,
  exactMs,
  exactRange,
  exactShare,
  exactUs,
} from "./options/mod.ts";
export {
  type Need,
  needsOf,
  NOT_YET,
  SYSFS_FEATURES,
  SYSFS_WORDS,
  type SysfsFeature,
  type SysfsFeatureName,
  type WordFeature,
} from "./model/mod.ts";
export { filterWords, goalTarget, goalWords } from "./options/mod.ts";
export { byPid, indexByPid } from "./model/mod.ts";
export { FIRST_POINTER_ID, followedPid, withFollowed } from "./model/mod.ts";
export {
  type Attributes,
  FOLLOWED_STEPS,
  followedAttributes,
  type FollowedStep,
  isFollowed,
  MOST_FOLLOWED_RANGES,
} from "./model/mod.ts";
export { movedInTime, timesOf } from "./model/mod.ts";
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
} from "./model/mod.ts";
export { labelOf, type Mapping, type Mappings, parseMaps } from "./model/mod.ts";
export { type DamonModule, moduleOf, MODULES, parameterOf, titleOfModule } from "./modules/mod.ts";
export { checkModuleInputs, formatModuleValue, parseModuleValue } from "./modules/mod.ts";
export type { ModuleParameter, ModuleUnit } from "./modules/mod.ts";
export { schemeWithoutDefaults, withoutDefaults } from "./model/mod.ts";
export { type DamonOptions, exactly, named, OptionReader } from "./options/mod.ts";
export {
  parseAccessRate,
  parseAge,
  parseCount,
  parseMs,
  parseNumber,
  parseShare,
  parseSizes,
  parseUsOrMax,
  parseYesNo,
  type Words,
} from "./options/mod.ts";
export { attributesAsked, kdamondsOf, type OptionSurroundings, parseRanges } from "./options/mod.ts";
export { optionsOf } from "./options/mod.ts";
export { type OutlineNotes, outlineOf, statsText } from "./plan/mod.ts";
export { countedFolder, DEFAULT_LAYOUT, type PlanLayout, planOf, type Write } from "./plan/mod.ts";
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
} from "./model/mod.ts";
export { functionNameOf, type Profile, type ProfileCounts, type ProfileFrame, type ProfileStack } from "./model/mod.ts";
export type {
  AppliedRegions,
  MappingResidency,
  MappingWorkingSet,
  MemoryUsage,
  RegionEvidence,
  Residency,
  SchemeCounts,
  WorkingSet,
} from "./model/mod.ts";
export { AGE_UNKNOWN, type Region, Regions } from "./model/mod.ts";
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
} from "./model/mod.ts";
export { ACTION_TRAITS, type ActionTraits, isFilterAsked } from "./lint/mod.ts";
export {
  bigintAt,
  decodeSchemeApplied,
  decodeSchemeQuota,
  type IntervalsTuned,
  type SchemeApplied,
  type SchemeQuota,
  u64At,
} from "./events/mod.ts";
export { explainScheme } from "./lint/mod.ts";
export type { FindingSeverity, SchemeFacts, SchemeFinding } from "./lint/mod.ts";
export { lintSchemes } from "./lint/mod.ts";
export { type BudgetedIntervals, SamplingBudget, type SamplingBudgetOptions, thinnedIntervals } from "./sampler/mod.ts";
export { maxNrAccessesOf, nrProbesOf, probeHitsAt, type SchemeView, type Snapshot } from "./model/mod.ts";
export {
  bytesOutside,
  CLOSED_GAP_BYTES,
  type PageRun,
  type WatchedRanges,
  watchedRangesOf,
  type WatchedRangesOptions,
} from "./model/mod.ts";
export {
  decodeTracepoint,
  parseTracepoint,
  type Tracepoint,
  type TracepointField,
  type TracepointValue,
} from "./events/mod.ts";
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
} from "./model/mod.ts";

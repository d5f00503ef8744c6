/**
 * DAMON's controls, by sysfs and by debugfs.
 *
 * @module
 */
export { chooseInterface, type InterfaceName, interfacesHere, readAllKdamonds } from "./choose_interface.ts";
export { hasMemory, requireProcess } from "./detect.ts";
export { findFeature, type Finding, findWord } from "./features.ts";
export { fixedByDebugfs } from "./fixed_by_debugfs.ts";
export { FollowedRanges } from "./followed_ranges.ts";
export type { DamonInterface, HintedWrite } from "./interface.ts";
export {
  requireFreeDamon,
  type RunningKdamond,
  startKdamonds,
  stopOurs,
  type Stopped,
  tuneKdamonds,
} from "./kdamond.ts";
export { missingMount, missingSysfs, mountCommand, requireKernelTrees } from "./mounts.ts";
export { isRecorderAlive, readOwned, withLock } from "./ours.ts";
export { patienceMs, patiently } from "./patience.ts";
export { PID_TO_COME, withPid } from "./pid_to_come.ts";
export { ownerOf, whyEnded } from "./refuse_others.ts";
export { inTurn } from "./request_lock.ts";
export { monitoredBytesOf, schemeFactsOf } from "./scheme_facts.ts";
export { dropStaleEntries } from "./stale_entries.ts";
export { stopAll } from "./stop_all.ts";
export { describeKdamond, kdamondsDir, readKdamonds, type SchemeStatus } from "./sysfs.ts";
export type { ContextStatus, KdamondStatus } from "./sysfs_read.ts";
export { mountTracefs, readTracepoints } from "./tracepoints.ts";
export { configOf, tunable } from "./tunable.ts";

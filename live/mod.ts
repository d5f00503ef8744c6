/**
 * What runs: a session watches a target, writes its record, and tells whoever wants to look along.
 *
 * @module
 */
export { CommandEndedError } from "../damon/model/mod.ts";
export { type RecordedCommand, startCommand } from "./command.ts";
export { filesOf, formatBy, type OutputOptions, type RecordOutput } from "./output.ts";
export { runSession, Session, type SessionEnd, type SessionOptions, startSession } from "./session.ts";
export type { SnapshotOptions } from "./snapshots.ts";
export type { WatchingOptions } from "./source.ts";
export { areComplete, type FollowOptions, followRecords, type Growth } from "./follow.ts";

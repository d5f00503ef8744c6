import { RECORD_SCHEMA, RecordError, type RecordHeader, type RecordItem } from "../../damon/mod.ts";
import { foreignHeader } from "./foreign_header.ts";

type Fields = Record<string, unknown>;

/**
 * The header that was read from JSON, whatever became of it: what has another form than it should have is left out.
 *
 * @throws {RecordError} where it is of a newer schema.
 */
export function headerFrom(value: unknown, name: string): RecordHeader {
  const header = foreignHeader({ tool: "", first: undefined });
  if (!isObject(value)) return header;
  if (typeof value.schema === "number" && value.schema > RECORD_SCHEMA) {
    throw new RecordError(
      `${name} has schema ${value.schema}, written by ${value.tool}, and this damo reads up to ${RECORD_SCHEMA}; use a newer damo`,
      name,
    );
  }
  return {
    ...header,
    ...alike(value, header as unknown as Fields),
    clock: clockOf({ ...header.clock, ...alike(value.clock, header.clock as unknown as Fields) }),
    host: { ...header.host, ...alike(value.host, header.host) },
    kdamonds: listOf(value.kdamonds, (one) => Array.isArray(one.contexts) && one.contexts.every(isContext)),
    processes: listOf(value.processes, isProcess),
    recorder: Array.isArray(value.recorder) ? value.recorder.filter(isText) : [],
  } as RecordHeader;
}

/** In ms since 1970; no record is of a later day, and dates end soon behind it. */
const MOST_WALL_MS = 1e14;
/** Counts, bytes and ns all end here. */
const MOST = 2 ** 64;

/** A clock whose times of day cannot be says nothing of them. */
function clockOf(clock: RecordHeader["clock"]): RecordHeader["clock"] {
  const { originNs, originWallMs } = clock;
  const isPossible = isNumber(originNs) && originWallMs >= 0 && originWallMs <= MOST_WALL_MS;
  return isPossible ? clock : { ...clock, originNs: 0, originWallMs: 0 };
}

function isProcess({ pid, comm, exe, cmdline }: Fields): boolean {
  return isNumber(pid) && isText(comm) && (exe === undefined || isText(exe)) &&
    Array.isArray(cmdline) && cmdline.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) <= MOST;
}

/** An item that has no regions: it is written as the JSON that it is. */
export type PlainItem = Exclude<RecordItem, { kind: "snapshot" | "applied" }>;

/** Whether it is an item without regions as it should be: a memory map, counters, memory in use, a footer. */
export function isPlainItem(value: unknown): value is PlainItem {
  if (!isObject(value)) return false;
  if (value.kind === "scheme_stats") {
    const { counts } = value;
    return isObject(counts) && hasNumbers(counts, ["timeNs", "kdamond", "context", "scheme"]) &&
      isObject(counts.stats) && hasNumbers(counts.stats, ["nrTried", "szTriedBytes"]);
  }
  if (value.kind === "usage") {
    const fields = ["timeNs", "pid", "residentBytes", "swapBytes", "majorFaults", "minorFaults"];
    return isObject(value.usage) && hasNumbers(value.usage, fields);
  }
  if (value.kind === "residency") {
    const { residency } = value;
    const fields = ["residentBytes", "swapBytes"];
    return isObject(residency) && hasNumbers(residency, ["timeNs", "pid", ...fields]) &&
      areParts(residency.mappings, fields);
  }
  if (value.kind === "working_set") {
    const { workingSet } = value;
    const fields = ["residentBytes", "bytes", "looks", "hits"];
    return isObject(workingSet) && hasNumbers(workingSet, ["startNs", "endNs", "pid", "errorBytes", ...fields]) &&
      areParts(workingSet.mappings, fields);
  }
  if (value.kind === "profile") {
    const { profile } = value;
    return isObject(profile) && hasNumbers(profile, ["startNs", "endNs", "pid", "hz"]) &&
      Array.isArray(profile.stacks) && profile.stacks.every(isStack);
  }
  if (value.kind === "mappings") {
    const { mappings } = value;
    return isObject(mappings) && hasNumbers(mappings, ["timeNs", "pid"]) && Array.isArray(mappings.mappings) &&
      mappings.mappings.every((one) =>
        isObject(one) && hasNumbers(one, ["start", "end"]) && Number(one.start) <= Number(one.end) && isText(one.path)
      );
  }
  const { footer } = value;
  return value.kind === "footer" && isObject(footer) && typeof footer.reason === "string" &&
    hasNumbers(footer, ["endNs", "snapshots", "regions", "events", "received", "dropped", "torn"]);
}

/** Of mappings, with these figures. */
function areParts(value: unknown, fields: readonly string[]): boolean {
  return Array.isArray(value) && value.every((one) => isObject(one) && hasNumbers(one, ["start", "end", ...fields]));
}

function isStack(value: unknown): boolean {
  return isObject(value) && typeof value.count === "number" && Array.isArray(value.frames) && value.frames.length > 0 &&
    value.frames.every((one) => isObject(one) && typeof one.function === "string" && typeof one.file === "string");
}

function hasNumbers(fields: Fields, keys: readonly string[]): boolean {
  return keys.every((key) => isNumber(fields[key]));
}

function isContext(context: unknown): boolean {
  return isObject(context) && typeof context.operations === "string" && isObject(context.intervals) &&
    typeof context.intervals.sampleUs === "number" && typeof context.intervals.aggrUs === "number" &&
    isObject(context.nrRegions) && Array.isArray(context.targets) && context.targets.every(isObject);
}

/** The fields of `value` that are of the same type as those of `model`. */
function alike(value: unknown, model: Fields): Fields {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(([key, one]) =>
      !(key in model) || (typeof one === typeof model[key] && Array.isArray(one) === Array.isArray(model[key]))
    ),
  );
}

function listOf(value: unknown, isGood: (one: Fields) => boolean): unknown[] {
  return Array.isArray(value) ? value.filter((one) => isObject(one) && isGood(one)) : [];
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

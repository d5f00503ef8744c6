import {
  ANY_ACCESS_PATTERN,
  type Intervals,
  type Scheme,
  type SchemeFilter,
  type SchemeStats,
  type SchemeView,
  type Snapshot,
} from "../../damon/mod.ts";
import { guessIntervals } from "../header/mod.ts";
import type { PythonDamoColumns, PythonDamoIntervals } from "./regions.ts";
import { parsePythonDamoInteger, parsePythonDamoNumber, parsePythonDamoUs } from "./value.ts";

/** What a record of the Python damo's JSON says besides its snapshots, under the Python damo's names. */
export type PythonDamoFields = Record<string, unknown>;

/** The same, as our words. */
export interface PythonDamoMeta {
  kdamondIndex: number | undefined;
  targetId: bigint;
  schemeIndex: number | undefined;
  /** `undefined` where the record does not say. */
  intervals: Intervals | undefined;
  schemes: Scheme[];
  /** Where the record does not say them: guessed by its first snapshot, and kept. */
  guessed?: PythonDamoIntervals;
}

/** The fields of one record. @throws {SyntaxError} where one has another form. */
export function pythonDamoMetaOf(fields: PythonDamoFields): PythonDamoMeta {
  const schemeIndex = indexOf(fields.scheme_idx, "scheme_idx");
  const filters = listOf(fields.scheme_filters, "scheme_filters");
  const kdamondIndex = indexOf(fields.kdamond_idx, "kdamond_idx");
  return {
    // DAMON_STAT is -1 there.
    kdamondIndex: kdamondIndex === undefined ? undefined : Math.max(0, kdamondIndex),
    targetId: BigInt.asUintN(64, parsePythonDamoInteger(fields.target_id) ?? 0n),
    schemeIndex,
    intervals: intervalsOf(fields.intervals as Record<string, unknown> | null | undefined),
    schemes: schemeIndex === undefined ? [] : Array.from({ length: schemeIndex + 1 }, (_, i) => ({
      action: "stat",
      accessPattern: ANY_ACCESS_PATTERN,
      ...(i === schemeIndex && filters.length > 0 && { filters: filters.map(filterOf) }),
    })),
  };
}

/** A context has some schemes; a machine some kdamonds. */
const MOST_INDEX = 65_535;

function indexOf(value: unknown, name: string): number | undefined {
  const index = parsePythonDamoNumber(value);
  if (index === undefined || Number.isInteger(index) && index >= -1 && index <= MOST_INDEX) return index;
  throw new SyntaxError(`${name} is ${index}, which is no index`);
}

function listOf(value: unknown, name: string): Record<string, unknown>[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw new SyntaxError(`${name} is no list`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function intervalsOf(fields: Record<string, unknown> | null | undefined): Intervals | undefined {
  if (!isObject(fields)) return undefined;
  const goal = fields.intervals_goal as Record<string, unknown> | undefined;
  const aggrs = parsePythonDamoNumber(goal?.aggrs) ?? 0;
  const us = (value: unknown) => Math.round(parsePythonDamoUs(value) ?? 0);
  const [sampleUs, aggrUs] = [us(fields.sample_us), us(fields.aggr_us)];
  // As if they were missing: 0 is what is written where nobody knew them.
  if (!(sampleUs > 0 && aggrUs > 0)) return undefined;
  return {
    sampleUs,
    aggrUs,
    updateUs: us(fields.ops_update_us),
    ...(goal && aggrs > 0 && {
      goal: {
        accessBp: Math.round(parsePythonDamoNumber(goal.access_bp) ?? 0),
        aggrs,
        minSampleUs: us(goal.min_sample_us),
        maxSampleUs: us(goal.max_sample_us),
      },
    }),
  };
}

function filterOf(fields: Record<string, unknown>): SchemeFilter {
  const number = (value: unknown) => parsePythonDamoNumber(value) ?? 0;
  const base = {
    matching: fields.matching === true,
    // The older name of `allow`.
    allow: (fields.allow ?? fields.filter_pass) === true,
  };
  const type = String(fields.filter_type);
  switch (type) {
    case "memcg":
      return { ...base, type, memcgPath: String(fields.memcg_path ?? "") };
    case "addr": {
      const range = fields.address_range as Record<string, unknown> | undefined;
      return { ...base, type, start: number(range?.start), end: number(range?.end) };
    }
    case "target":
      return { ...base, type, targetIndex: number(fields.damon_target_idx) };
    case "hugepage_size": {
      const [min, max] = (fields.hugepage_size as unknown[] | undefined) ?? [];
      return { ...base, type, minBytes: number(min), maxBytes: number(max) };
    }
  }
  return { ...base, type } as SchemeFilter;
}

/** The counters of a scheme; `undefined` where there are none. */
export function pythonDamoStatsOf(fields: Record<string, unknown> | null | undefined): SchemeStats | undefined {
  if (!fields) return undefined;
  const stats: Record<string, number> = {};
  for (const [name, ours] of Object.entries(PYTHON_DAMO_STATS)) {
    const value = parsePythonDamoNumber(fields[name]);
    if (value !== undefined) stats[ours] = value;
  }
  return { nrTried: 0, szTriedBytes: 0, ...stats };
}

/** The Python damo's names of a scheme's counters, in the order in which it writes them. */
export const PYTHON_DAMO_STATS = {
  nr_tried: "nrTried",
  sz_tried: "szTriedBytes",
  nr_applied: "nrApplied",
  sz_applied: "szAppliedBytes",
  sz_ops_filter_passed: "szOpsFilterPassedBytes",
  qt_exceeds: "qtExceeds",
  nr_snapshots: "nrSnapshots",
} as const satisfies Record<string, keyof SchemeStats>;

/** The intervals of a snapshot: those of its record, tuned or guessed where needed. */
export function pythonDamoIntervalsOf(meta: PythonDamoMeta, fields: PythonDamoFields): PythonDamoIntervals {
  const said = meta.intervals;
  const tunedNs = parsePythonDamoNumber(fields.sample_interval_us);
  if (said) {
    if (!tunedNs) return said;
    // The Python damo writes this field in ns, whatever its name says; the kernel tunes both intervals by one factor.
    const sampleUs = tunedNs / 1e3;
    return { sampleUs, aggrUs: said.sampleUs > 0 ? said.aggrUs / said.sampleUs * sampleUs : said.aggrUs };
  }
  const [start, end] = [parsePythonDamoNumber(fields.start_time), parsePythonDamoNumber(fields.end_time)];
  if (start === undefined || end === undefined) return meta.guessed ?? guessIntervals(NaN);
  return meta.guessed ??= guessIntervals(end - start);
}

/** A snapshot, from its fields and its regions. @throws {SyntaxError} where it has no end. */
export function pythonDamoSnapshotOf(
  meta: PythonDamoMeta,
  fields: PythonDamoFields,
  { sampleUs, aggrUs }: PythonDamoIntervals,
  { regions, passedBytes, probeHits }: PythonDamoColumns,
): Snapshot {
  const endNs = parsePythonDamoNumber(fields.end_time);
  if (endNs === undefined) throw new SyntaxError("a snapshot must have an end_time");
  const stats = pythonDamoStatsOf(fields.damos_stats as Record<string, unknown> | null | undefined);
  const scheme: SchemeView | undefined = meta.schemeIndex === undefined ? undefined : {
    index: meta.schemeIndex,
    ...(passedBytes && { passedBytes }),
    ...(stats && { stats }),
  };
  return {
    kdamond: meta.kdamondIndex ?? 0,
    targetId: meta.targetId,
    startNs: parsePythonDamoNumber(fields.start_time) ?? endNs - aggrUs * 1e3,
    endNs,
    sampleUs,
    aggrUs,
    regions,
    ...(probeHits && { probeHits }),
    ...(scheme && { scheme }),
  };
}

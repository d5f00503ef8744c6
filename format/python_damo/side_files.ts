import {
  DEFAULT_INTERVALS,
  type RecordClock,
  type RecordedKdamond,
  type RecordedProcess,
  type RecordItem,
  type Snapshot,
} from "../../damon/mod.ts";
import type { PythonDamoFootprint, PythonDamoProcessStat } from "./side_write.ts";
import { parsePythonDamoNumber, parsePythonDamoUs } from "./value.ts";

/** Mappings of a process by the wall clock, s since 1970, as in a `.vmas` file. */
interface PythonDamoVmas {
  time: number;
  procvmas: { pid: number; vmas: { start: number; end: number; name: string }[] }[];
}

/** Memory in use, likewise. */
interface PythonDamoFootprints {
  time: number;
  footprints: readonly PythonDamoFootprint[];
}

/** What the kernel counts of processes, likewise. */
interface PythonDamoProcessStats {
  time: number;
  proc_stats: readonly PythonDamoProcessStat[];
}

/** What the Python damo writes into the files beside a record. */
export interface SideFiles {
  /** `.kdamonds` */
  kdamonds?: RecordedKdamond[];
  /** The targets in it. */
  processes?: RecordedProcess[];
  /** `.vmas` */
  vmas?: PythonDamoVmas[];
  /** `.mem_footprint` */
  footprints?: PythonDamoFootprints[];
  /** `.proc_stats` */
  processStats?: PythonDamoProcessStats[];
}

/** Reads the side files of `path`, those that are there; what has another form is left out. */
export async function readSideFiles(path: string): Promise<SideFiles> {
  const side: SideFiles = {};
  const kdamonds = await readJson(`${path}.kdamonds`);
  if (Array.isArray(kdamonds) && kdamonds.length > 0) {
    try {
      side.kdamonds = kdamonds.map(kdamondOf);
      const pids = side.kdamonds.flatMap(({ contexts }) =>
        contexts.flatMap(({ targets }) => targets.map((t) => t.pid))
      );
      side.processes = [...new Set(pids)].flatMap((pid) => pid ? [{ pid, comm: "", cmdline: [], exe: "" }] : []);
    } catch { /* of another version, or another file by that name */ }
  }
  const vmas = await readJson(`${path}.vmas`);
  // Its loader gives [null] for what it wrote when there was nothing.
  if (Array.isArray(vmas)) {
    side.vmas = (vmas as (PythonDamoVmas | null)[]).filter((one) => Array.isArray(one?.procvmas)) as PythonDamoVmas[];
  }
  const footprints = await readJson(`${path}.mem_footprint`);
  if (Array.isArray(footprints)) side.footprints = footprints.filter((one) => Array.isArray(one?.footprints));
  const stats = await readJson(`${path}.proc_stats`);
  if (Array.isArray(stats)) side.processStats = stats.filter((one) => Array.isArray(one?.proc_stats));
  return side;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch {
    return undefined;
  }
}

type Fields = Record<string, unknown>;

function kdamondOf(fields: Fields, index: number): RecordedKdamond {
  const us = (value: unknown) => Math.round(parsePythonDamoUs(value) ?? 0);
  const contexts = (fields.contexts as Fields[]).map((context) => {
    const { operations = context.ops, intervals = {}, nr_regions: nr = {} } = context as {
      operations?: unknown;
      intervals?: Fields;
      nr_regions?: Fields;
    };
    const targets = ((context.targets as Fields[]) ?? []).map(({ pid, regions }) => ({
      ...(typeof pid === "number" && pid > 0 && { pid }),
      regions: ((regions as Fields[]) ?? []).map(({ start, end }) => ({
        start: parsePythonDamoNumber(start) ?? 0,
        end: parsePythonDamoNumber(end) ?? 0,
      })),
    }));
    return {
      operations: operations as "vaddr" | "fvaddr" | "paddr",
      intervals: {
        sampleUs: us(intervals.sample_us) || DEFAULT_INTERVALS.sampleUs,
        aggrUs: us(intervals.aggr_us) || DEFAULT_INTERVALS.aggrUs,
        updateUs: us(intervals.ops_update_us) || DEFAULT_INTERVALS.updateUs,
      },
      nrRegions: { min: parsePythonDamoNumber(nr.min) ?? 0, max: parsePythonDamoNumber(nr.max) ?? 0 },
      targets: targets.length > 0 ? targets : [{ regions: [] }],
    };
  });
  return { pid: parsePythonDamoNumber(fields.pid) ?? 0, index, ours: false, contexts };
}

/**
 * Puts what stands in the files beside a record between the snapshots. It is by the wall clock; where the snapshots are
 * not, the first of it is taken to be as old as the first snapshot, as both begin with the recording.
 */
export async function* mergeSideFiles(
  side: SideFiles,
  clock: RecordClock,
  snapshots: AsyncIterable<Snapshot>,
): AsyncGenerator<RecordItem> {
  const { vmas = [], footprints = [] } = side;
  const first = Math.min(vmas[0]?.time ?? Infinity, footprints[0]?.time ?? Infinity);
  const shiftNs = clock.name === "wall" || first === Infinity ? 0 : clock.originNs - first * 1e9;
  const timeOf = (seconds: number) => Math.round(seconds * 1e9 + shiftNs);
  const waiting = [
    ...vmas.flatMap((one) => mappingsOf(one, timeOf(one.time))),
    ...usagesOf(side, timeOf),
  ].sort((a, b) => a.timeNs - b.timeNs);
  let next = 0;
  for await (const snapshot of snapshots) {
    while (next < waiting.length && waiting[next].timeNs <= snapshot.endNs) yield waiting[next++].item;
    yield { kind: "snapshot", snapshot };
  }
  while (next < waiting.length) yield waiting[next++].item;
}

/** An item that waits for its time. */
interface Waiting {
  timeNs: number;
  item: RecordItem;
}

function mappingsOf({ procvmas }: PythonDamoVmas, timeNs: number): Waiting[] {
  return procvmas.map(({ pid, vmas }) => {
    const mappings = vmas.map(({ start, end, name }) => ({
      start,
      end,
      perms: "",
      offset: 0,
      // The last field of a line without a name is its inode.
      path: /^\d+$/.test(name ?? "") ? "" : name ?? "",
    }));
    return { timeNs, item: { kind: "mappings", mappings: { timeNs, pid, mappings } } };
  });
}

/** Page faults stand in another file than memory, of the same looks. Of neither it is known what is in swap. */
function usagesOf({ footprints = [], processStats = [] }: SideFiles, timeOf: (seconds: number) => number): Waiting[] {
  return footprints.flatMap(({ time, footprints }, i) => {
    const timeNs = timeOf(time);
    const faults = new Map((processStats[i]?.proc_stats ?? []).flatMap(({ fields }) => faultsOf(fields)));
    return footprints.map((one): Waiting => {
      const usage = one.pid === null
        ? { pid: 0, residentBytes: (one.footprint.total - one.footprint.free) * 1024, ...NO_FAULTS }
        : {
          pid: one.pid,
          virtualBytes: one.footprint.size * PAGE,
          residentBytes: one.footprint.resident * PAGE,
          ...(faults.get(one.pid) ?? NO_FAULTS),
        };
      return { timeNs, item: { kind: "usage", usage: { timeNs, swapBytes: 0, ...usage } } };
    });
  });
}

const NO_FAULTS = { minorFaults: 0, majorFaults: 0 };

/** Bytes of a page in those files. */
const PAGE = 4096;

/** By pid. A name with blanks takes several words: what follows it is counted from its end. */
function faultsOf(fields: readonly string[] | null): [number, typeof NO_FAULTS][] {
  const name = fields?.findLastIndex((word) => word.endsWith(")")) ?? -1;
  if (!fields || name < 0) return [];
  return [[Number(fields[0]), { minorFaults: Number(fields[name + 8]), majorFaults: Number(fields[name + 10]) }]];
}

import {
  DEFAULT_INTERVALS,
  type Mappings,
  type RecordClock,
  type RecordedKdamond,
  type RecordedProcess,
  type RecordItem,
  type Snapshot,
} from "../damon/mod.ts";
import { parsePeerNumber, parsePeerUs } from "./peer_value.ts";

/** Mappings of a process by the wall clock, s since 1970, as in a `.vmas` file. */
interface PeerVmas {
  time: number;
  procvmas: { pid: number; vmas: { start: number; end: number; name: string }[] }[];
}

/** What the Python damo writes into the files beside a record. */
export interface SideFiles {
  /** `.kdamonds` */
  kdamonds?: RecordedKdamond[];
  /** The targets in it. */
  processes?: RecordedProcess[];
  /** `.vmas` */
  vmas?: PeerVmas[];
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
    side.vmas = (vmas as (PeerVmas | null)[]).filter((one) => Array.isArray(one?.procvmas)) as PeerVmas[];
  }
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
  const us = (value: unknown) => Math.round(parsePeerUs(value) ?? 0);
  const contexts = (fields.contexts as Fields[]).map((context) => {
    const { operations = context.ops, intervals = {}, nr_regions: nr = {} } = context as {
      operations?: unknown;
      intervals?: Fields;
      nr_regions?: Fields;
    };
    const targets = ((context.targets as Fields[]) ?? []).map(({ pid, regions }) => ({
      ...(typeof pid === "number" && pid > 0 && { pid }),
      regions: ((regions as Fields[]) ?? []).map(({ start, end }) => ({
        start: parsePeerNumber(start) ?? 0,
        end: parsePeerNumber(end) ?? 0,
      })),
    }));
    return {
      operations: operations as "vaddr" | "fvaddr" | "paddr",
      intervals: {
        sampleUs: us(intervals.sample_us) || DEFAULT_INTERVALS.sampleUs,
        aggrUs: us(intervals.aggr_us) || DEFAULT_INTERVALS.aggrUs,
        updateUs: us(intervals.ops_update_us) || DEFAULT_INTERVALS.updateUs,
      },
      nrRegions: { min: parsePeerNumber(nr.min) ?? 0, max: parsePeerNumber(nr.max) ?? 0 },
      targets: targets.length > 0 ? targets : [{ regions: [] }],
    };
  });
  return { pid: parsePeerNumber(fields.pid) ?? 0, index, ours: false, contexts };
}

/**
 * Puts the mappings of a `.vmas` file between the snapshots. They are by the wall clock; where the snapshots are not, the
 * first of them is taken to be as old as the first snapshot, as both begin with the recording.
 */
export async function* mergeMappings(
  { vmas = [] }: SideFiles,
  clock: RecordClock,
  snapshots: AsyncIterable<Snapshot>,
): AsyncGenerator<RecordItem> {
  const shiftNs = clock.name === "wall" || vmas.length === 0 ? 0 : clock.originNs - vmas[0].time * 1e9;
  const waiting = vmas.flatMap(({ time, procvmas }) => {
    const timeNs = Math.round(time * 1e9 + shiftNs);
    return procvmas.map(({ pid, vmas }): Mappings => ({
      timeNs,
      pid,
      mappings: vmas.map(({ start, end, name }) => ({
        start,
        end,
        perms: "",
        offset: 0,
        // The last field of a line without a name is its inode.
        path: /^\d+$/.test(name ?? "") ? "" : name ?? "",
      })),
    }));
  });
  for await (const snapshot of snapshots) {
    while (waiting.length > 0 && waiting[0].timeNs <= snapshot.endNs) {
      yield { kind: "mappings", mappings: waiting.shift()! };
    }
    yield { kind: "snapshot", snapshot };
  }
  for (const mappings of waiting) yield { kind: "mappings", mappings };
}

import {
  type Mapping,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  Regions,
  type Snapshot,
} from "../damon/mod.ts";
import { HEADER } from "./records.ts";

/** Regions as `[start, end, nrAccesses]`. */
export type Row = readonly [number, number, number];

/** A snapshot with at most 20 accesses a region. */
export function snapshotOf(
  startNs: number,
  endNs: number,
  rows: readonly Row[],
  more: Partial<Snapshot> = {},
): Snapshot {
  const regions = Regions.from(rows.map(([start, end, nrAccesses]) => ({ start, end, nrAccesses, age: 1 })));
  return { kdamond: 7, targetId: 0n, startNs, endNs, sampleUs: 5000, aggrUs: 100_000, regions, ...more };
}

/** The header of a record of process 42, by kdamond 7, in virtual addresses. */
export const PROCESS_HEADER: RecordHeader = {
  ...HEADER,
  kdamonds: [{
    pid: 7,
    index: 0,
    ours: true,
    contexts: [{
      operations: "vaddr",
      intervals: { sampleUs: 5000, aggrUs: 100_000, updateUs: 1_000_000 },
      nrRegions: { min: 10, max: 1000 },
      targets: [{ pid: 42, regions: [] }],
    }],
  }],
  processes: [{ pid: 42, comm: "sim", cmdline: ["/opt/sim", "--fast"], exe: "/opt/sim" }],
};

/** A footer without a loss. */
export const FOOTER: RecordFooter = {
  endNs: 0,
  reason: "timeout",
  snapshots: 1,
  regions: 1,
  events: 1,
  received: 1,
  dropped: 0,
  torn: 0,
};

/** Mappings of process 42, as `[start, end, path]`. */
export function mappingsOf(rows: readonly [number, number, string][]): RecordItem {
  const mappings: Mapping[] = rows.map(([start, end, path]) => ({ start, end, path, perms: "rw-p", offset: 0 }));
  return { kind: "mappings", mappings: { timeNs: 0, pid: 42, mappings } };
}

/** Opens a record that is in memory, as often as it is called. */
export function recordOf(
  items: readonly (RecordItem | Snapshot)[],
  header: RecordHeader = PROCESS_HEADER,
  incomplete?: string,
): () => Promise<RecordReader> {
  return () =>
    Promise.resolve({
      header,
      incomplete,
      async *items() {
        for (const item of items) yield "kind" in item ? item : { kind: "snapshot" as const, snapshot: item };
      },
      async [Symbol.asyncDispose]() {},
    });
}

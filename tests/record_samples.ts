import fc from "./fast_check.ts";
import {
  AGE_UNKNOWN,
  type RecordHeader,
  type RecordItem,
  type RegionEvidence,
  Regions,
  type SchemeStats,
  type Snapshot,
} from "../damon/mod.ts";
import { type FormatName, FORMATS, type OpenRecord, openRecord } from "../format/mod.ts";
import { openRecordFrom } from "../format/record/open_record.ts";
import { sniffFormat } from "../format/bytes/sniff.ts";
import { HEADER } from "./records.ts";

/** A whole record in memory. */
export interface Sample {
  header: RecordHeader;
  items: RecordItem[];
}

/** What `openRecord` gave. */
export interface ReadBack extends Sample {
  incomplete: string | undefined;
  remarks?: readonly string[];
  format: string;
}

/** The bytes of a record in a format, in batches of `batch` items. */
export async function encodeSample({ header, items }: Sample, format: FormatName, batch = 3): Promise<Uint8Array> {
  const encoder = (await FORMATS[format].load())(header, {});
  const pieces = [encoder.begin()];
  for (let at = 0; at < items.length; at += batch) pieces.push(encoder.encode(items.slice(at, at + batch)));
  pieces.push(encoder.end());
  return new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** Reads a record from bytes, as from any stream; Parquet, which is read from its end, as from a file. */
export async function readBytes(bytes: Uint8Array): Promise<ReadBack> {
  if (sniffFormat(bytes) !== "parquet") {
    return await readItems(
      await openRecordFrom({
        name: "bytes",
        path: undefined,
        size: bytes.length,
        async *chunks() {
          // Cut somewhere: what is read must not depend on where.
          const middle = bytes.length >> 1;
          if (middle > 0) yield bytes.slice(0, middle);
          yield bytes.slice(middle);
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    );
  }
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    return await readAll(path);
  } finally {
    await Deno.remove(path);
  }
}

/** Reads a whole record into memory. */
export async function readAll(path: string): Promise<ReadBack> {
  return await readItems(await openRecord(path));
}

async function readItems(opened: OpenRecord): Promise<ReadBack> {
  await using record = opened;
  const items: RecordItem[] = [];
  for await (const item of record.items()) items.push(item);
  const { header, incomplete, remarks = [], format } = record;
  return { header, items, incomplete, remarks, format };
}

/** Only the snapshots. */
export function snapshotsIn({ items }: Sample): Snapshot[] {
  return items.flatMap((item) => item.kind === "snapshot" ? [item.snapshot] : []);
}

const AGGR_US = 100_000;
const STATS: (keyof SchemeStats)[] = [
  "nrTried",
  "szTriedBytes",
  "nrApplied",
  "szAppliedBytes",
  "szOpsFilterPassedBytes",
  "qtExceeds",
  "nrSnapshots",
];

/** Page numbers from 0 to 2^52: the last address is 2^64, "max". */
const page = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 20 }),
  fc.bigInt({ min: 0n, max: 2n ** 52n }).map(Number),
  fc.constant(2 ** 52),
);

const region = fc.record({
  nrAccesses: fc.integer({ min: 0, max: 20 }),
  age: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 2 ** 32 - 2 })),
  passed: fc.integer({ min: 1, max: 2 ** 50 }),
  isAdjacent: fc.boolean(),
  known: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
});

interface Wish {
  bounds: number[];
  regions: { nrAccesses: number; age: number; passed: number; isAdjacent: boolean; known: [number, number] }[];
  target: number;
  tuned: boolean;
  mapped: boolean;
  acted: boolean;
}

/** What schemes did, with all that can be known and with what is always known. */
function schemeItems(timeNs: number, regions: Regions, isAll: boolean): RecordItem[] {
  const stats: SchemeStats = { nrTried: regions.length, szTriedBytes: 4096, ...(isAll && { nrApplied: 3 }) };
  const whose = isAll ? { scheme: 1, targetId: 2n } : {};
  const pressure = { someUs: 12345, fullUs: 678 };
  return [
    { kind: "applied", applied: { kdamond: 0, context: 0, ...whose, startNs: timeNs - 1000, endNs: timeNs, regions } },
    {
      kind: "scheme_stats",
      counts: { timeNs, kdamond: 0, context: 0, scheme: 1, stats, ...(isAll && { effectiveBytes: 4096 }) },
    },
    {
      kind: "usage",
      usage: {
        timeNs,
        pid: isAll ? 7 : 0,
        residentBytes: 2 ** 40,
        swapBytes: 0,
        majorFaults: 1,
        minorFaults: 2 ** 33,
        ...(isAll && { pressure }),
      },
    },
    {
      kind: "residency",
      residency: {
        timeNs,
        pid: 7,
        residentBytes: 2 ** 40,
        swapBytes: 4096,
        mappings: isAll ? [{ start: 4096, end: 8192, residentBytes: 4096, swapBytes: 0 }] : [],
      },
    },
    {
      kind: "working_set",
      workingSet: {
        startNs: timeNs - 1000,
        endNs: timeNs,
        pid: isAll ? 7 : 0,
        method: isAll ? "panel" : "exact",
        residentBytes: 8192,
        bytes: 4096,
        errorBytes: isAll ? 12.5 : 0,
        looks: 4,
        hits: 2,
        mappings: isAll ? [{ start: 4096, end: 8192, residentBytes: 8192, bytes: 4096, looks: 4, hits: 2 }] : [],
      },
    },
    {
      kind: "profile",
      profile: {
        startNs: timeNs - 1000,
        endNs: timeNs,
        pid: 7,
        hz: 99,
        stacks: [{ frames: [{ function: isAll ? "ärger\n;" : "", file: "libc.so.6" }], count: 3 }],
      },
    },
  ];
}

/** No machine has more than 2^50 bytes. */
function residentPages({ from, to, known }: { from: number; to: number; known: [number, number] }): number {
  return Math.floor(Math.min(to - from, 2 ** 38) * known[0]);
}

function regionsOf(
  { bounds, regions }: Wish,
  hasAge: boolean,
): { regions: Regions; passed: number[]; evidence: RegionEvidence } {
  const sorted = [...new Set(bounds)].sort((a, b) => a - b);
  const rows = sorted.slice(1).map((to, i) => ({ from: sorted[i], to, ...regions[i % regions.length] }))
    .filter((_, i) => i % 2 === 0 || regions[i % regions.length].isAdjacent);
  return {
    regions: new Regions(
      Float64Array.from(rows, ({ from }) => from * 4096),
      Float64Array.from(rows, ({ to }) => to * 4096),
      Uint32Array.from(rows, ({ nrAccesses }) => nrAccesses),
      Uint32Array.from(rows, ({ age }) => hasAge ? age : AGE_UNKNOWN),
    ),
    passed: rows.map(({ passed }) => passed),
    evidence: {
      residentBytes: Float64Array.from(rows, (row) => residentPages(row) * 4096),
      usedBytes: Float64Array.from(rows, (row) => Math.floor(residentPages(row) * row.known[1]) * 4096),
      looks: Uint32Array.from(rows, ({ known }) => Math.floor(known[1] * 2 ** 20)),
    },
  };
}

/** Any record: several targets, with or without ages, of schemes or not, tuned intervals, memory maps. */
export const anySample: fc.Arbitrary<Sample> = fc.record({
  wishes: fc.array(
    fc.record({
      bounds: fc.array(page, { maxLength: 8 }),
      regions: fc.array(region, { minLength: 1, maxLength: 4 }),
      target: fc.integer({ min: 0, max: 2 }),
      tuned: fc.boolean(),
      mapped: fc.boolean(),
      acted: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
  hasAge: fc.boolean(),
  isScheme: fc.boolean(),
  nrProbes: fc.constantFrom(0, 0, 1, 4),
  isKnown: fc.boolean(),
  targets: fc.constantFrom([0n, 1n, 2n], [0n, 18446623438842320000n, 18446623435582458881n]),
  comm: fc.string({ unit: "grapheme", maxLength: 400 }),
}).map(({ wishes, hasAge, isScheme, nrProbes, isKnown, targets, comm }) => {
  const header: RecordHeader = {
    ...HEADER,
    kdamonds: [{
      pid: 0,
      index: 0,
      ours: true,
      contexts: [{
        operations: "vaddr",
        intervals: { sampleUs: AGGR_US / 20, aggrUs: AGGR_US, updateUs: 1_000_000 },
        nrRegions: { min: 10, max: 1000 },
        targets: [{ pid: 7, regions: [] }],
      }],
    }],
    processes: [{ pid: 7, comm, cmdline: [comm, "-x"], exe: "/x" }],
  };
  const items: RecordItem[] = [];
  let regionCount = 0;
  wishes.forEach((wish, i) => {
    const endNs = 5e9 + (i + 1) * AGGR_US * 1000;
    const { regions, passed, evidence } = regionsOf(wish, hasAge);
    // Tuned intervals need ages to be told in the JSON of the Python damo.
    const sampleUs = wish.tuned && hasAge ? 10_000 : AGGR_US / 20;
    if (wish.mapped) {
      const mappings = [{ start: 4096, end: 8192, perms: "rw-p", offset: 0, path: comm }];
      items.push({ kind: "mappings", mappings: { timeNs: endNs, pid: 7, mappings } });
    }
    if (wish.acted) items.push(...schemeItems(endNs, regions, wish.tuned));
    regionCount += regions.length;
    items.push({
      kind: "snapshot",
      snapshot: {
        kdamond: 0,
        targetId: targets[wish.target],
        startNs: endNs - AGGR_US * 1000,
        endNs,
        sampleUs,
        aggrUs: sampleUs * 20,
        regions,
        ...(nrProbes > 0 && regions.length > 0 && {
          probeHits: Uint32Array.from({ length: regions.length * nrProbes }, (_, at) => (i + at) % 21),
        }),
        ...(isKnown && regions.length > 0 && { evidence }),
        ...(isScheme && {
          scheme: {
            index: 1,
            ...(regions.length > 0 && { passedBytes: Float64Array.from(passed) }),
            stats: Object.fromEntries(STATS.map((name, at) => [name, i * 1000 + at])) as unknown as SchemeStats,
          },
        }),
      },
    });
  });
  items.push({
    kind: "footer",
    footer: {
      endNs: 9e9,
      reason: "timeout",
      snapshots: wishes.length,
      regions: regionCount,
      events: 3,
      received: 2,
      dropped: 1,
      torn: 0,
    },
  });
  return { header, items };
});

import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type RecordItem, Regions } from "../../damon/mod.ts";
import { type FormatName, FORMATS } from "../../format/mod.ts";
import { HEADER } from "../records.ts";
import { encodeSample, type Sample } from "../record_samples.ts";

/** A file that fuzzers begin with. */
export interface Seed {
  name: string;
  bytes: Uint8Array;
  isText: boolean;
}

const MS_100 = 100_000_000;

function snapshot(i: number, isScheme: boolean): RecordItem {
  return {
    kind: "snapshot",
    snapshot: {
      kdamond: 5,
      targetId: 0n,
      startNs: 1e9 + i * MS_100,
      endNs: 1e9 + (i + 1) * MS_100,
      sampleUs: 5000,
      aggrUs: 100_000,
      regions: Regions.from([
        { start: 0x7f00_0000_0000, end: 0x7f00_0010_0000, nrAccesses: i, age: i },
        { start: 0x7f00_0010_0000, end: 0x7f00_0020_0000, nrAccesses: 20, age: 0 },
        { start: 0x7f00_0040_0000, end: 0x7f00_0080_0000, nrAccesses: 0, age: 7 },
      ]),
      ...(isScheme && { scheme: { index: 0, passedBytes: Float64Array.of(4096, 0, 8192) } }),
    },
  };
}

function sampleOf(isScheme: boolean): Sample {
  return {
    header: { ...HEADER, processes: [{ pid: 7, comm: "prog", cmdline: ["prog", "-x"], exe: "/x" }] },
    items: [
      {
        kind: "mappings",
        mappings: {
          timeNs: 1e9,
          pid: 7,
          mappings: [{ start: 0x7f00_0000_0000, end: 0x7f00_0080_0000, perms: "rw-p", offset: 0, path: "[heap]" }],
        },
      },
      ...Array.from({ length: 6 }, (_, i) => snapshot(i, isScheme)),
      {
        kind: "footer",
        footer: {
          endNs: 2e9,
          reason: "timeout",
          snapshots: 6,
          regions: 18,
          events: 18,
          received: 18,
          dropped: 0,
          torn: 0,
        },
      },
    ],
  };
}

const TEXTS: Record<string, string> = {
  "perf trace": [0, 1, 2, 3].map((k) =>
    `  ${k * 100}.000 kdamond.0/4452 damon:damon_aggregated(nr_regions: 2, start: 4096, end: 8192, age: ${k})\n` +
    `  ${k * 100}.001 kdamond.0/4452 damon:damon_aggregated(nr_regions: 2, start: 8192, end: 16384, nr_accesses: 7)\n`
  ).join(""),
  "latency format": "# tracer: nop\n# entries-in-buffer/entries-written: 8/8\n" +
    [0, 1, 2, 3].map((k) =>
      `kdamond.-4452      1..... ${
        100_000_000 + k * 100_000
      }us#: damon_aggregated: target_id=0 nr_regions=1 4096-8192: ${k} ${k}\n`
    ).join("") + "CPU:1 [LOST 3 EVENTS]\n",
  "options/fields": [0, 1, 2, 3].map((k) =>
    `  my mon 0-4452    [001] .....    100.${k}00000: damon_aggregated: target_id=0x0 (0) nr_regions=0x1 (1) start=0x1000 (4096) end=0x2000 (8192) nr_accesses=0x0 (0) age=0x3 (3)\n`
  ).join(""),
};

/** Tables as other programs write them: in another order, with other columns, apart by other characters. */
const TABLES: Record<string, string> = {
  "csv by address": "start,end,end_ns,start_ns,nr_accesses\n" +
    [0, 4096, 8192].flatMap((at) =>
      [1, 2, 3, 4].map((k) => `${at},${at + 4096},${k * MS_100},${(k - 1) * MS_100},${k}\n`)
    ).join(""),
  "csv with semicolons": "kdamond;target_id;start_ns;end_ns;sample_us;aggr_us;start;end;nr_accesses;age;note\n" +
    [1, 2, 3, 4].map((k) => `5;0;${(k - 1) * MS_100};${k * MS_100};5000;100000;4096;8192;${k};0;"a;""b"\n`).join(""),
};

/** What a record may be wrapped in. */
const WRAPPERS = {
  gzip: (bytes: Uint8Array) => gzipSync(bytes),
  zlib: (bytes: Uint8Array) => deflateSync(bytes),
  zstd: (bytes: Uint8Array) => zstdCompressSync(bytes),
};

/** One small file of each kind that is read. */
export async function corpus(): Promise<Seed[]> {
  const seeds: Seed[] = [];
  for (const format of Object.keys(FORMATS) as FormatName[]) {
    const isText = ["jsonl", "csv", "json", "perf_script"].includes(format);
    for (const isScheme of [false, true]) {
      const bytes = await encodeSample(sampleOf(isScheme), format, 3);
      seeds.push({ name: isScheme ? `${format} of a scheme` : format, bytes, isText });
    }
  }
  for (const [name, text] of Object.entries(TEXTS)) {
    seeds.push({ name, bytes: new TextEncoder().encode(text), isText: true });
  }
  for (const [name, text] of Object.entries(TABLES)) {
    seeds.push({ name, bytes: new TextEncoder().encode(text), isText: true });
  }
  for (const inner of ["jsonl", "csv", "json", "perf trace", "arrow"]) {
    const { bytes } = seeds.find(({ name }) => name === inner)!;
    for (const [wrapper, wrap] of Object.entries(WRAPPERS)) {
      seeds.push({ name: `${wrapper} of ${inner}`, bytes: new Uint8Array(wrap(bytes)), isText: false });
    }
  }
  return seeds;
}

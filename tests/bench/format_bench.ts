/**
 * How large a record is in each format, and what reading it takes: a synthetic record of 1,000 regions a snapshot, whose
 * borders, accesses and ages change as a real one's do. Each is read in a process of its own, so that its peak memory is told.
 *
 *     deno run --allow-all tests/bench/format_bench.ts [SNAPSHOTS...] [FORMAT...]      (1000 and 10000 by default)
 */
import process from "node:process";
import { formatBytes, type RecordItem, Regions } from "../../damon/mod.ts";
import { type FormatName, FORMATS, openRecord, RecordWriter } from "../../format/mod.ts";
import { HEADER } from "../records.ts";

const REGIONS = 1000;
const BASE = 0x1_0000_0000;
const PAGES = 2 ** 24;
const MEASURED: FormatName[] = ["arrow", "parquet", "json_compressed", "jsonl", "csv", "perf_script"];
/** Those whose files get large are measured for the small record only. */
const COMPACT: FormatName[] = ["arrow", "parquet", "json_compressed"];

/** Pseudo-random numbers from 0 to 1, the same each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One twentieth of the borders moves from snapshot to snapshot, a hot range wanders, one age of a hundred begins anew. */
function* synthetic(snapshots: number): Generator<RecordItem> {
  const random = randomOf(1);
  const bounds = Float64Array.from({ length: REGIONS - 1 }, () => 1 + Math.floor(random() * (PAGES - 1))).sort();
  const age = new Uint32Array(REGIONS);
  for (let i = 0; i < snapshots; i++) {
    for (let moved = 0; moved < REGIONS / 20; moved++) {
      const at = 1 + Math.floor(random() * (REGIONS - 3));
      const [low, high] = [bounds[at - 1] + 1, bounds[at + 1] - 1];
      if (low < high) [bounds[at], age[at]] = [low + Math.floor(random() * (high - low)), 0];
    }
    const hot = (0.3 + i * 0.0003) % 1;
    const regions = Regions.alloc(REGIONS);
    for (let at = 0; at < REGIONS; at++) {
      const from = at === 0 ? 0 : bounds[at - 1];
      regions.start[at] = BASE + from * 4096;
      regions.end[at] = BASE + (at === REGIONS - 1 ? PAGES : bounds[at]) * 4096;
      const distance = Math.abs(from / PAGES - hot);
      regions.nrAccesses[at] = distance < 0.1
        ? Math.min(20, 20 * Math.max(0, 0.08 - distance) / 0.08 + random() * 1.2)
        : random() < 0.02
        ? 1
        : 0;
      age[at] = random() < 0.01 ? 0 : age[at] + 1;
      regions.age[at] = age[at];
    }
    const endNs = (i + 1) * 1e8;
    yield {
      kind: "snapshot",
      snapshot: { kdamond: 1, targetId: 0n, startNs: endNs - 1e8, endNs, sampleUs: 5000, aggrUs: 100_000, regions },
    };
  }
}

async function write(path: string, format: FormatName, snapshots: number): Promise<number> {
  const header = {
    ...HEADER,
    kdamonds: [{
      pid: 1,
      ours: true,
      contexts: [{
        operations: "paddr" as const,
        intervals: { sampleUs: 5000, aggrUs: 100_000, updateUs: 1_000_000 },
        nrRegions: { min: 10, max: 1000 },
        targets: [{ regions: [] }],
      }],
    }],
  };
  const writer = RecordWriter.create(path, header, (await FORMATS[format].load())(header, {}));
  const begun = performance.now();
  for (const item of synthetic(snapshots)) writer.write(item);
  const { snapshots: count, regions } = writer;
  const none = { endNs: snapshots * 1e8, reason: "timeout", events: 0, received: 0, dropped: 0, torn: 0 };
  writer.finish({ ...none, snapshots: count, regions });
  writer.close();
  return performance.now() - begun;
}

interface Reading {
  regions: number;
  wallMs: number;
  /** User and system time of the reading alone, of the process's first read of any record. */
  cpuMs: number;
  peakBytes: number;
}

/** In the child: reads, and says what it took. */
async function readHere(path: string): Promise<Reading> {
  // Modules are start-up.
  await using _warm = await openRecord(path);
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  await using record = await openRecord(path);
  let regions = 0;
  for await (const item of record.items()) if (item.kind === "snapshot") regions += item.snapshot.regions.length;
  const { user, system } = process.cpuUsage(cpu);
  return {
    regions,
    wallMs: performance.now() - begun,
    cpuMs: (user + system) / 1000,
    peakBytes: Number(/VmHWM:\s+(\d+)/.exec(await Deno.readTextFile("/proc/self/status"))![1]) * 1024,
  };
}

async function readInChild(path: string): Promise<Reading & { wholeMs: number }> {
  const begun = performance.now();
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", import.meta.filename!, "--read", path],
    stderr: "inherit",
  }).output();
  return { ...JSON.parse(new TextDecoder().decode(stdout)), wholeMs: performance.now() - begun };
}

async function measure(snapshots: number, wanted: FormatName[]): Promise<void> {
  const folder = await Deno.makeTempDir();
  const regions = snapshots * REGIONS;
  const formats = wanted.length > 0 ? wanted : snapshots > 1000 ? COMPACT : MEASURED;
  console.log(`\n${regions.toLocaleString("en-US")} regions in ${snapshots.toLocaleString("en-US")} snapshots`);
  console.log("format            size       B/region  write s  read ms  read CPU ms  process s  peak memory");
  for (const format of formats) {
    const path = `${folder}/record${FORMATS[format].suffixes[0]}`;
    const writeMs = await write(path, format, snapshots);
    const { size } = await Deno.stat(path);
    // The best of three: others may use this machine too.
    const runs = [await readInChild(path), await readInChild(path), await readInChild(path)];
    const best = runs.reduce((a, b) => a.cpuMs < b.cpuMs ? a : b);
    if (best.regions !== regions) throw new Error(`${format} gave ${best.regions} of ${regions} regions`);
    console.log(
      [
        format.padEnd(16),
        formatBytes(size).padStart(9),
        (size / regions).toFixed(2).padStart(9),
        (writeMs / 1000).toFixed(2).padStart(8),
        best.wallMs.toFixed(0).padStart(8),
        best.cpuMs.toFixed(0).padStart(12),
        (best.wholeMs / 1000).toFixed(2).padStart(10),
        formatBytes(best.peakBytes).padStart(12),
      ].join(" "),
    );
    await Deno.remove(path);
  }
  await Deno.remove(folder, { recursive: true });
}

if (Deno.args[0] === "--read") console.log(JSON.stringify(await readHere(Deno.args[1])));
else {
  const counts = Deno.args.map(Number).filter((count) => count > 0);
  const wanted = Deno.args.filter((name) => Object.hasOwn(FORMATS, name)) as FormatName[];
  for (const snapshots of counts.length > 0 ? counts : [1000, 10_000]) await measure(snapshots, wanted);
}

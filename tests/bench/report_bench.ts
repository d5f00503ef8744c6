/**
 * How long reports take as whole processes, start-up included, and how much memory at most: a heat map of 40 × 80 and
 * the working set, of synthetic records of 1,000 regions a snapshot in the native format.
 *
 *     deno run -A tests/bench/report_bench.ts [SNAPSHOTS...]
 *
 * DAMO_PEER=.../damo.py measures the Python damo as well, on the same record in its own format.
 *
 * @module
 */
import { Regions, type Snapshot } from "../../damon/mod.ts";
import { RecordWriter } from "../../format/mod.ts";
import { FOOTER } from "../memory_record.ts";
import { HEADER } from "../records.ts";

const [PAGE, REGIONS, BASE, PAGES] = [4096, 1000, 2 ** 32, 2 ** 24];

/** A generator of numbers in [0, 1) that gives the same ones each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 64 GiB of physical memory: some borders move each time, and a hot part wanders. */
function* snapshots(count: number): Generator<Snapshot> {
  const random = randomFrom(1);
  const cuts = Float64Array.from({ length: REGIONS + 1 }, (_, i) => i === 0 ? 0 : Math.floor(random() * PAGES)).sort();
  cuts[REGIONS] = PAGES;
  for (let i = 1; i < REGIONS; i++) cuts[i] = Math.max(cuts[i], cuts[i - 1] + 1);
  const ages = new Uint32Array(REGIONS);
  for (let s = 0; s < count; s++) {
    for (let moved = 0; moved < REGIONS / 20; moved++) {
      const i = 1 + Math.floor(random() * (REGIONS - 1));
      const [low, high] = [cuts[i - 1] + 1, cuts[i + 1] - 1];
      if (low < high) cuts[i] = low + Math.floor(random() * (high - low));
      ages[i] = 0;
    }
    const hot = (0.3 + s * 0.0003) % 1;
    const regions = Regions.alloc(REGIONS);
    for (let i = 0; i < REGIONS; i++) {
      [regions.start[i], regions.end[i]] = [BASE + cuts[i] * PAGE, BASE + cuts[i + 1] * PAGE];
      const distance = Math.abs(cuts[i] / PAGES - hot);
      regions.nrAccesses[i] = distance < 0.1
        ? Math.min(20, Math.floor(20 * Math.max(0, 0.08 - distance) / 0.08 + random() * 1.2))
        : random() < 0.02
        ? 1
        : 0;
      regions.age[i] = ages[i] = random() < 0.01 ? 0 : ages[i] + 1;
    }
    const startNs = 1e12 + s * 1e8;
    yield { kdamond: 7, targetId: 0n, startNs, endNs: startNs + 1e8, sampleUs: 5000, aggrUs: 100_000, regions };
  }
}

function writeRecord(path: string, count: number): void {
  const writer = RecordWriter.create(path, { ...HEADER, kdamonds: [] });
  for (const snapshot of snapshots(count)) writer.write({ kind: "snapshot", snapshot });
  writer.finish(FOOTER);
  writer.close();
}

interface Cost {
  /** By the clock, s. */
  wall: number;
  /** CPU time, s. */
  cpu: number;
  /** Largest resident size, MB. */
  mb: number;
}

/** Runs a command. */
async function measure(command: readonly string[]): Promise<Cost> {
  const before = performance.now();
  const { code, stderr } = await new Deno.Command("/usr/bin/time", {
    args: ["-f", "%U %S %M", ...command],
    stdout: "null",
    stderr: "piped",
  }).output();
  const wall = (performance.now() - before) / 1e3;
  const text = new TextDecoder().decode(stderr).trim();
  if (code !== 0) throw new Error(`Cannot measure ${command.join(" ")}: ${text}`);
  const [user, system, kb] = text.split("\n").at(-1)!.split(" ").map(Number);
  return { wall, cpu: user + system, mb: kb / 1024 };
}

async function best(runs: number, command: readonly string[]): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < runs; run++) costs.push(await measure(command));
  return costs.sort((a, b) => a.cpu - b.cpu)[0];
}

const DAMO = new URL("../../damo", import.meta.url).pathname;
const REPORTS = [["heatmap", "--resol", "40", "80"], ["wss"]];

async function compare(folder: string, count: number, peer: string | undefined): Promise<void> {
  const [native, json] = [`${folder}/record.arrow`, `${folder}/damon.data`];
  writeRecord(native, count);
  const show = (who: string, report: readonly string[], { wall, cpu, mb }: Cost) =>
    console.log(
      `${String(count * REGIONS).padStart(9)} regions  ${who.padEnd(22)} ${report.join(" ").padEnd(22)} ` +
        `${wall.toFixed(2).padStart(7)} s  ${cpu.toFixed(2).padStart(7)} s of CPU  ${mb.toFixed(0).padStart(6)} MB`,
    );
  for (const report of REPORTS) show("damo, native", report, await best(3, [DAMO, "report", ...report, "-i", native]));
  await measure([DAMO, "convert", native, json, "--format", "json_compressed"]);
  for (const report of REPORTS) {
    show("damo, peer's JSON", report, await best(2, [DAMO, "report", ...report, "-i", json]));
  }
  if (!peer) return;
  for (const report of REPORTS) {
    show("Python damo, its JSON", report, await best(1, ["python3", peer, "report", ...report, "-i", json]));
  }
}

if (import.meta.main) {
  const counts = Deno.args.length ? Deno.args.map(Number) : [1_000, 10_000];
  const folder = await Deno.makeTempDir();
  try {
    for (const count of counts) await compare(folder, count, Deno.env.get("DAMO_PEER"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * How long each report takes, and how much memory, of a record with very many targets of one kdamond or very many kdamonds: two snapshots of
 * three regions of each, and what of it is mapped.
 *
 *     deno run -A tests/bench/many_targets_bench.ts [TARGETS] [--kdamonds] [--keep FILE] [--only REPORT]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type RecordedKdamond, type RecordHeader, Regions } from "../../damon/mod.ts";
import { RecordWriter } from "../../format/mod.ts";
import { FOOTER, PROCESS_HEADER } from "../memory_record.ts";
import { damoCost } from "./process_cost.ts";

const MIB = 2 ** 20;
const BASE = 2 ** 40;

/** Every report, and what writes tables of all rows. */
const REPORTS: string[][] = [
  ["wss"],
  ["wss", "--format", "csv"],
  ["heatmap"],
  ["mappings"],
  ["mappings", "--format", "jsonl"],
  ["access"],
  ["times"],
  ["overview"],
  ["overview", "-o", "page.html"],
  ["footprint"],
  ["nr_regions"],
  ["info"],
  ["schemes"],
  ["profile"],
  ["idle"],
];

/** A record of so many processes, each the only target of a kdamond of its own where `isKdamonds`. */
export function writeManyTargets(path: string, count: number, isKdamonds = false): void {
  const [kdamond] = PROCESS_HEADER.kdamonds;
  const pids = Array.from({ length: count }, (_, i) => 100_000 + i);
  const context = kdamond.contexts[0];
  const kdamonds: RecordedKdamond[] = isKdamonds
    ? pids.map((pid, index) => ({
      ...kdamond,
      pid: 1_000_000 + pid,
      index,
      contexts: [{ ...context, targets: [{ pid, regions: [] }] }],
    }))
    : [{ ...kdamond, contexts: [{ ...context, targets: pids.map((pid) => ({ pid, regions: [] })) }] }];
  const header: RecordHeader = {
    ...PROCESS_HEADER,
    kdamonds,
    processes: pids.map((pid) => ({ pid, comm: `p${pid}`, cmdline: [`/opt/p${pid}`], exe: `/opt/p${pid}` })),
  };
  const writer = RecordWriter.create(path, header);
  for (const pid of pids) {
    const rw = (start: number, end: number, path: string) => ({ start, end, path, perms: "rw-p", offset: 0 });
    const mappings = [
      rw(BASE, BASE + 2 * MIB, `/opt/p${pid}`),
      rw(BASE + 2 * MIB, BASE + 40 * MIB, "[heap]"),
      rw(2 ** 46, 2 ** 46 + 2 * MIB, "/usr/lib/libc.so.6"),
      rw(2 ** 46 + 8 * MIB, 2 ** 46 + 9 * MIB, "[stack]"),
    ];
    writer.write({ kind: "mappings", mappings: { timeNs: 0, pid, mappings } });
  }
  for (let s = 0; s < 2; s++) {
    for (let i = 0; i < count; i++) {
      const hot = BASE + 2 * MIB + (1 + i % 29) * MIB;
      const regions = Regions.from([
        { start: BASE, end: hot, nrAccesses: 1 + i % 19, age: 3 },
        { start: hot, end: BASE + 40 * MIB, nrAccesses: 0, age: 7 },
        { start: 2 ** 46, end: 2 ** 46 + 9 * MIB, nrAccesses: 0, age: 9 },
      ]);
      const [startNs, targetId] = [1e9 + s * 1e8, BigInt(isKdamonds ? 0 : i)];
      writer.write({
        kind: "snapshot",
        snapshot: {
          kdamond: isKdamonds ? 1_000_000 + pids[i] : 7,
          targetId,
          startNs,
          endNs: startNs + 1e8,
          sampleUs: 5000,
          aggrUs: 100_000,
          regions,
        },
      });
    }
  }
  writer.finish(FOOTER);
  writer.close();
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kdamonds: { type: "boolean" }, keep: { type: "string" }, only: { type: "string" } },
  });
  const folder = await Deno.makeTempDir();
  const record = values.keep ?? `${folder}/record.arrow`;
  try {
    writeManyTargets(record, Number(positionals[0] ?? 20_000), values.kdamonds);
    for (const report of REPORTS.filter(([name]) => !values.only || values.only.split(",").includes(name))) {
      const { cpu, mb, said } = await damoCost(["report", ...report, "-i", record], folder);
      console.log(
        `${report.join(" ").padEnd(24)} ${cpu.toFixed(2).padStart(7)} s of CPU ${mb.toFixed(0).padStart(6)} MB ${
          said.slice(0, 200)
        }`,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Prints how many events a second go through ring, library and decoder, next to the same drain in plain C in the same
 * run, and what recording 10,000 events a second costs. The kernel side makes the events up, as fast as it can, through
 * the code that sends DAMON's. Run it as root: `deno task bench`.
 *
 * @module
 */
import process from "node:process";
import { Assembler } from "../../damon/mod.ts";
import { openTracer, type Tracer } from "../../ffi/tracer.ts";
import { RecordWriter } from "../../format/mod.ts";
import { HEADER } from "../records.ts";

const KDAMOND = 1;
const ROUNDS = 9;
const EVENTS = 8_000_000;
/** Some ten events a microsecond fill the default ring in 4 ms: less than a busy scheduler lets a reader wait. */
const RING_BYTES = 32 << 20;
/** Events that fill the ring without overflowing it. */
const FULL = 50_000;

interface Result {
  sent: number;
  received: number;
  dropped: number;
  /** Of the run with a producer at full rate. */
  ns: number;
  /** Of draining a full ring, nobody producing. */
  drained: number;
  drainNs: number;
}

const assemblerOf = () => new Assembler({ intervalsOf: () => ({ sampleUs: 5_000, aggrUs: 100_000 }) });

/** Drains all there is through the decoder; returns the number of regions in whole snapshots. */
function drain(tracer: Tracer, assembler: Assembler): number {
  let regions = 0;
  for (let batch = tracer.drain(); batch.length > 0; batch = tracer.drain()) {
    for (const item of assembler.push(batch)) if (item.kind === "snapshot") regions += item.snapshot.regions.length;
  }
  return regions;
}

async function decoder(nrRegions: number): Promise<Result> {
  await using tracer = openTracer({ test: true, ringBytes: RING_BYTES });
  tracer.watch(KDAMOND);
  const assembler = assemblerOf();
  const begin = tracer.clockNs();
  const sending = tracer.emitTest(KDAMOND, nrRegions, EVENTS).then(() => tracer.stop());
  let waited: string;
  let regions = 0;
  do {
    waited = await tracer.wait(250);
    regions += drain(tracer, assembler);
  } while (waited !== "stopped");
  const ns = tracer.clockNs() - begin;
  await sending;
  const counters = tracer.counters();
  if (counters.dropped === 0 && regions !== EVENTS - EVENTS % nrRegions) throw new Error(`decoded ${regions} regions`);
  await tracer.emitTest(KDAMOND, nrRegions, FULL);
  const drainBegin = tracer.clockNs();
  drain(tracer, assembler);
  return { ...counters, ns, drained: FULL, drainNs: tracer.clockNs() - drainBegin };
}

async function plainC(nrRegions: number): Promise<Result> {
  const { success, stdout, stderr } = await new Deno.Command(new URL("../../build/ring_bench", import.meta.url), {
    args: [EVENTS, nrRegions, RING_BYTES].map(String),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Median rates of both in turns, so that what else the machine does hits them alike. */
async function compare(nrRegions: number): Promise<string[]> {
  // Once for the compiler.
  await decoder(nrRegions);
  const rounds: { c: Result; ts: Result }[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push({ c: await plainC(nrRegions), ts: await decoder(nrRegions) });
  const rateOf = ({ received, ns }: Result) => received / ns * 1e3;
  const of = (which: "c" | "ts") => ({
    rate: median(rounds.map((round) => rateOf(round[which]))),
    lost: median(rounds.map(({ [which]: { dropped, sent } }) => dropped / sent)),
    worst: Math.max(...rounds.map(({ [which]: { dropped, sent } }) => dropped / sent)),
    drainNs: median(rounds.map(({ [which]: { drainNs, drained } }) => drainNs / drained)),
  });
  const [c, ts] = [of("c"), of("ts")];
  return [
    String(nrRegions),
    c.rate.toFixed(2),
    ts.rate.toFixed(2),
    (ts.rate / c.rate).toFixed(2),
    `${(c.lost * 100).toFixed(2)} (${(c.worst * 100).toFixed(2)})`,
    `${(ts.lost * 100).toFixed(2)} (${(ts.worst * 100).toFixed(2)})`,
    c.drainNs.toFixed(1),
    ts.drainNs.toFixed(1),
  ];
}

/** User-space CPU of recording to a file, % of one processor. */
async function recordingCpu(eventsPerSecond: number, seconds: number): Promise<{ user: number; system: number }> {
  const path = await Deno.makeTempFile({ suffix: ".arrow" });
  await Deno.remove(path);
  await using tracer = openTracer({ test: true });
  tracer.watch(KDAMOND);
  const assembler = assemblerOf();
  const writer = RecordWriter.create(path, HEADER);
  const perTick = eventsPerSecond / 10;
  let before = process.cpuUsage();
  // The first second is the compiler's.
  for (let tick = 0; tick < 10 * (seconds + 1); tick++) {
    if (tick === 10) before = process.cpuUsage();
    const next = performance.now() + 100;
    await tracer.emitTest(KDAMOND, perTick, perTick);
    await tracer.wait(100);
    for (let batch = tracer.drain(); batch.length > 0; batch = tracer.drain()) {
      for (const item of assembler.push(batch)) if (item.kind === "snapshot") writer.write(item);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
  const { user, system } = process.cpuUsage(before);
  writer.flush();
  writer.close();
  await Deno.remove(path);
  return { user: user / seconds / 1e4, system: system / seconds / 1e4 };
}

function table(rows: string[][]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((cell, i) => cell.padStart(widths[i])).join("  ")).join("\n");
}

const rows = [[
  "nr_regions",
  "C Mev/s",
  "damo Mev/s",
  "ratio",
  "C lost % (worst)",
  "damo lost % (worst)",
  "C drain ns",
  "damo ns",
]];
for (const nrRegions of [1000, 100]) rows.push(await compare(nrRegions));
const { user, system } = await recordingCpu(10_000, 5);
// deno-lint-ignore no-console
console.log(
  `Ring, library and decoder at the kernel's full rate, ring ${
    RING_BYTES >> 20
  } MiB, median of ${ROUNDS} rounds in turns\n` +
    `${table(rows)}\n` +
    `(drain: of one event out of a full ring, nobody producing; C copies and looks at it, damo makes snapshots)\n\n` +
    `Recording 10,000 events a second: user ${user.toFixed(2)} %, system ${system.toFixed(2)} % of one processor ` +
    `(system includes the making of the events)`,
);

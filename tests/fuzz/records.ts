/**
 * Reads files that are like records, but for some changes, and counts what must never be: hangs, memory, words of JavaScript, changes of Arrow
 * records that nobody is told of.
 *
 *   deno run -A tests/fuzz/records.ts [--files 100000] [--seed 1] [--only FORMAT]
 *
 * Time is counted in what the processors spend, as the machine may be busy with something else.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { isEngineMessage } from "../../damon/text/engine_message.ts";
import { RecordError } from "../../damon/mod.ts";
import { type ReadBack, readBytes, snapshotsIn } from "../record_samples.ts";
import { corpus, type Seed } from "./corpus.ts";
import { Dice, mutated } from "./mutate.ts";

/** What was found. */
export interface Findings {
  files: number;
  /** Read as a record, at least in part. */
  read: number;
  /** Longest time that one took, ms of the processors'. */
  longestMs: number;
  /** Most that memory grew by one file, bytes. */
  mostBytes: number;
  /** What must not be, with how to make it again. */
  faults: string[];
  /** Snapshots that differ from the original's, and nothing is said, by the seed file's name. */
  silent: Map<string, number>;
}

const [MOST_MS, MOST_BYTES] = [5000, 500e6];

/** Fuzzes the readers of all formats with so many files. */
export async function fuzzRecords(
  files: number,
  seed: number,
  only = "",
  progress = (_: Findings) => {},
): Promise<Findings> {
  const seeds = (await corpus()).filter(({ name }) => name.includes(only));
  const originals = new Map<Seed, string>();
  for (const one of seeds) originals.set(one, fingerprintOf(await readBytes(one.bytes)));
  const found: Findings = { files: 0, read: 0, longestMs: 0, mostBytes: 0, faults: [], silent: new Map() };
  for (let i = 0; i < files; i++) {
    const one = seeds[i % seeds.length];
    const dice = new Dice((seed * 2_654_435_761 + i * 40_503 + 1) >>> 0);
    const bytes = mutated(one.bytes, dice, one.isText);
    const say = (what: string) => found.faults.push(`${one.name}, seed ${seed}, file ${i}: ${what}`);
    const [before, beforeBytes] = [process.cpuUsage(), Deno.memoryUsage().rss];
    let back: ReadBack | undefined;
    try {
      back = await readBytes(bytes);
    } catch (error) {
      if (!(error instanceof RecordError)) say(`${error}`);
      else if (isEngineMessage(error.message)) say(error.message);
    }
    const spent = process.cpuUsage(before);
    const ms = (spent.user + spent.system) / 1000;
    const grown = Deno.memoryUsage().rss - beforeBytes;
    if (++found.files % 1000 === 0) progress(found);
    found.longestMs = Math.max(found.longestMs, ms);
    found.mostBytes = Math.max(found.mostBytes, grown);
    if (ms > MOST_MS) say(`took ${Math.round(ms)} ms`);
    if (grown > MOST_BYTES) say(`took ${Math.round(grown / 1e6)} MB`);
    if (!back) continue;
    found.read++;
    const { incomplete = "", remarks = [] } = back;
    const words = `${incomplete} ${remarks.join(" ")}`;
    if (/\bundefined\b|BigInt|Maximum call|is not a function|Cannot read prop/.test(words)) say(words);
    if (words.trim() === "" && !sameBytes(bytes, one.bytes) && fingerprintOf(back) !== originals.get(one)) {
      found.silent.set(one.name, (found.silent.get(one.name) ?? 0) + 1);
      if (one.name.startsWith("arrow")) say("was changed unseen");
    }
  }
  return found;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function fingerprintOf(back: ReadBack): string {
  return JSON.stringify(
    [
      back.header,
      snapshotsIn(back).map((one) => [one.kdamond, one.startNs, one.endNs, one.sampleUs, [...one.regions]]),
    ],
  );
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { files: { type: "string" }, seed: { type: "string" }, only: { type: "string" } },
  });
  const progress = ({ files, read, faults }: Findings) =>
    Deno.stderr.writeSync(new TextEncoder().encode(`\r${files} files, ${read} read, ${faults.length} faults `));
  const found = await fuzzRecords(Number(values.files ?? 100_000), Number(values.seed ?? 1), values.only, progress);
  console.error();
  const { silent, faults, ...figures } = found;
  console.log(figures, "changes that are not told, by format:", Object.fromEntries(silent));
  for (const fault of faults) console.log(fault);
  Deno.exit(faults.length > 0 ? 1 : 0);
}

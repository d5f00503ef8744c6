import { type DamonModule, formatNs } from "../../damon/mod.ts";
import { readModule, requireParameter } from "../../kernel/modules/mod.ts";
import type { Roots } from "../../kernel/machine/mod.ts";
import { fillPercentiles, idleTimeSteps, parseIdlePercentiles } from "../../report/idle/mod.ts";
import type { ModuleCommandOptions } from "./module.ts";

/** `damo module stat read idle_time_mem_sz|idle_time_percentiles`: the Python damo's views of DAMON_STAT. */
export async function readIdleTimes(
  roots: Roots,
  module: DamonModule,
  words: readonly string[],
  options: ModuleCommandOptions,
): Promise<void> {
  const given = options.input_idle_time_percentiles as string[] | undefined;
  const seconds = given ? fillPercentiles(await pairsIn(given)) : await readSeconds(roots, module);
  const isRaw = options.raw_number === true;
  for (const word of words) {
    if (word === "idle_time_mem_sz") {
      const lines = wholeOf(options.idle_time_mem_sz_lines ?? 10, "--idle_time_mem_sz_lines", 1, 100_000);
      printSteps(seconds, lines, isRaw);
    } else if (word === "idle_time_percentiles") printPercentiles(seconds, options, isRaw);
    else if (given) throw new TypeError(`Cannot read ${word} from given percentiles: leave it out`);
    else {
      const { values } = await requireValue(roots, module, word);
      console.log(values.get(word));
    }
  }
}

function printSteps(seconds: readonly number[], lines: number, isRaw: boolean): void {
  const rows = idleTimeSteps(seconds, lines).map(({ upTo, percent }) =>
    isRaw ? [String(upTo), String(percent)] : [formatNs(upTo * 1e9), `${Number(percent.toFixed(3))} %`]
  );
  const width = Math.max(...rows.map(([time]) => time.length));
  for (const [time, percent] of rows) console.log(`${time.padEnd(width)}    ${percent}`);
}

function printPercentiles(seconds: readonly number[], options: ModuleCommandOptions, isRaw: boolean): void {
  const range = options.idle_time_percentiles_range as string[] | undefined ?? ["0", "101", "10"];
  if (range.length !== 3) {
    throw new RangeError(
      `--idle_time_percentiles_range takes START END STEP, not ${range.length} values`,
    );
  }
  const [start, end, step] = range.map((text, i) =>
    wholeOf(text, "--idle_time_percentiles_range", i === 2 ? 1 : 0, 101)
  );
  for (let at = start; at < Math.min(end, seconds.length); at += step) {
    console.log(`${String(at).padStart(3)} ${isRaw ? seconds[at] : formatNs(seconds[at] * 1e9)}`);
  }
}

async function readSeconds(roots: Roots, module: DamonModule): Promise<number[]> {
  const { values } = await requireValue(roots, module, "memory_idle_ms_percentiles");
  return parseIdlePercentiles(values.get("memory_idle_ms_percentiles")!).map((ms) => ms / 1000);
}

async function requireValue(roots: Roots, module: DamonModule, name: string) {
  const status = await readModule(roots, module);
  requireParameter(status, name);
  return status;
}

/** Pairs on the command line, or the words of the file that is named there. */
async function pairsIn(words: readonly string[]): Promise<[number, number][]> {
  const texts = words.length === 1 ? (await Deno.readTextFile(words[0])).trim().split(/\s+/) : words;
  if (texts.length % 2 !== 0) {
    throw new RangeError(`--input_idle_time_percentiles takes pairs, and ${texts.at(-1)} has no value`);
  }
  return Array.from({ length: texts.length / 2 }, (_, i) => [Number(texts[2 * i]), Number(texts[2 * i + 1])]);
}

function wholeOf(value: unknown, name: string, least: number, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new RangeError(`${name} must be ${least} to ${most}, not ${value}`);
}

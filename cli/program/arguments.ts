import { OPTION_WORDS, WORD_SEPARATOR } from "../options/mod.ts";

/**
 * Options that take several values, and how many: what follows those is the next argument, such as the target. Where a
 * command has its own number, its name stands before the option's.
 */
const VALUES: Record<string, number> = {
  resol: 2,
  time_range: 2,
  address_range: 2,
  address: 2,
  sz_region: 2,
  access_rate: 2,
  age: 2,
  temperature: 2,
  temperature_weights: 3,
  sz_snapshot: 2,
  snapshot_time: 2,
  snapshot_idx: 2,
  snapshots: 2,
  snapshot: 2,
  range: 3,
  replace: 2,
  remove: 2,
  quota: 3,
  "lru_sort quota": 2,
  wmarks: 4,
  monitor_intervals: 2,
  nr_regions: 2,
  monitor_region: 2,
  idle_time_percentiles_range: 3,
};

/**
 * Splits the arguments at the first `--`: what follows is a command to run, taken as it is. Before it, long options may
 * be written with dashes or with underscores (`--time-range`, `--time_range`), as the peer's users write them, and each
 * of several values gets its option's name, so that what comes after the last one is no value. The words of one
 * occurrence of an option of DAMON's parameters become one value, parted by {@linkcode WORD_SEPARATOR}: which belong
 * together is not lost.
 *
 * @example
 * ```ts
 * import { splitArguments } from "./arguments.ts";
 * splitArguments(["record", "--nr-targets=1", "--", "ls", "--all"]);
 * // { args: ["record", "--nr_targets=1"], command: ["ls", "--all"] }
 * splitArguments(["record", "--monitoring-nr-regions-range", "10", "100", "42"]).args;
 * // ["record", "--monitoring_nr_regions_range=10\x1f100", "42"]
 * ```
 */
export function splitArguments(argv: readonly string[]): { args: string[]; command: string[] | undefined } {
  const at = argv.indexOf("--");
  const before = at < 0 ? argv : argv.slice(0, at);
  const args: string[] = [];
  for (let i = 0; i < before.length; i++) {
    const found = /^--([a-z0-9][a-z0-9_-]*)(=.*)?$/is.exec(before[i]);
    if (!found) {
      args.push(before[i]);
      continue;
    }
    const name = found[1].replaceAll("-", "_");
    const words = OPTION_WORDS.get(name);
    if (words !== undefined && found[2] === undefined) {
      const rest = wordsAfter(before, i);
      const taken = rest.slice(0, typeof words === "number" ? words : words(rest));
      i += taken.length;
      args.push(taken.length > 0 ? `--${name}=${taken.join(WORD_SEPARATOR)}` : `--${name}`);
      continue;
    }
    const command = args.find((word) => `${word} ${name}` in VALUES);
    const most = found[2] === undefined ? VALUES[command ? `${command} ${name}` : name] ?? 0 : 0;
    const values: string[] = [];
    while (values.length < most && i + 1 < before.length && !before[i + 1].startsWith("-")) values.push(before[++i]);
    if (values.length === 0) args.push(`--${name}${found[2] ?? ""}`);
    else args.push(...values.map((value) => `--${name}=${value}`));
  }
  return { args, command: at < 0 ? undefined : argv.slice(at + 1) };
}

/** What follows argument `i` until the next option; a negative number is none. */
function wordsAfter(argv: readonly string[], i: number): string[] {
  const rest = argv.slice(i + 1);
  const end = rest.findIndex((word) => /^-(?!\d)/.test(word));
  return end < 0 ? rest : rest.slice(0, end);
}

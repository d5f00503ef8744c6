/**
 * Options that take several values, and how many: what follows those is the next argument, such as the target. Where a
 * command has its own number, its name stands before the option's.
 */
const VALUES: Record<string, number> = {
  monitoring_intervals: 3,
  monitoring_nr_regions_range: 2,
  resol: 2,
  time_range: 2,
  address_range: 2,
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
 * of several values gets its option's name, so that what comes after the last one is no value.
 *
 * @example
 * ```ts
 * import { splitArguments } from "./arguments.ts";
 * splitArguments(["record", "--nr-targets=1", "--", "ls", "--all"]);
 * // { args: ["record", "--nr_targets=1"], command: ["ls", "--all"] }
 * splitArguments(["record", "--monitoring-nr-regions-range", "10", "100", "42"]).args;
 * // ["record", "--monitoring_nr_regions_range=10", "--monitoring_nr_regions_range=100", "42"]
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
    const command = args.find((word) => `${word} ${name}` in VALUES);
    const most = found[2] === undefined ? VALUES[command ? `${command} ${name}` : name] ?? 0 : 0;
    const values: string[] = [];
    while (values.length < most && i + 1 < before.length && !before[i + 1].startsWith("-")) values.push(before[++i]);
    if (values.length === 0) args.push(`--${name}${found[2] ?? ""}`);
    else args.push(...values.map((value) => `--${name}=${value}`));
  }
  return { args, command: at < 0 ? undefined : argv.slice(at + 1) };
}

/**
 * Splits the arguments at the first `--`: what follows is a command to run, taken as it is. Before it, long options may
 * be written with dashes or with underscores (`--time-range`, `--time_range`), as the peer's users write them.
 *
 * @example
 * ```ts
 * import { splitArguments } from "./arguments.ts";
 * splitArguments(["record", "--nr-targets=1", "--", "ls", "--all"]);
 * // { args: ["record", "--nr_targets=1"], command: ["ls", "--all"] }
 * ```
 */
export function splitArguments(argv: readonly string[]): { args: string[]; command: string[] | undefined } {
  const at = argv.indexOf("--");
  const before = at < 0 ? argv : argv.slice(0, at);
  const args = before.map((argument) => {
    const found = /^--([a-z0-9][a-z0-9_-]*)(=.*)?$/is.exec(argument);
    return found ? `--${found[1].replaceAll("-", "_")}${found[2] ?? ""}` : argument;
  });
  return { args, command: at < 0 ? undefined : argv.slice(at + 1) };
}

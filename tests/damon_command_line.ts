import { damonOptionsOf } from "../cli/damon/asked_kdamonds.ts";
import { DAMON_OPTIONS, type ParsedDamonOptions } from "../cli/options/damon_option_table.ts";
import { defineCommand, wired } from "../cli/options/command_table.ts";
import { joinWords, splitArguments } from "../cli/program/arguments.ts";
import { buildCommand } from "../cli/program/build.ts";
import type { DamonOptions } from "../damon/options/mod.ts";

const TABLE = defineCommand({
  name: "x",
  summary: "A command with DAMON's options.",
  arguments: { target: { optional: true, help: "what to watch" } },
  options: DAMON_OPTIONS,
});

/** What a command line with DAMON's options says, as every command reads it. */
export function damonCommandLine(argv: readonly string[]): { words: DamonOptions; target: string | undefined } {
  let parsed: { options: ParsedDamonOptions; target: string | undefined } | undefined;
  const node = wired(TABLE, (options, { target }) => void (parsed = { options, target }));
  const parser = buildCommand(node).configureOutput({ writeErr: () => {} });
  parser.parse(joinWords(splitArguments(argv).args, node).words, { from: "user" });
  return { words: damonOptionsOf(parsed!.options), target: parsed!.target };
}

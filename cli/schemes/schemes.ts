import { Command } from "@commander-js/extra-typings";
import { addControlOptions, addDamonOptions, type ControlOptions } from "../options/mod.ts";
import { schemesExplainCommand } from "./explain.ts";

/** The options of `schemes`, as parsed. */
export type SchemesOptions = ControlOptions & { timeout?: number; quiet?: true; json?: true };

/** `damo schemes`: applies schemes until the target ends, or Ctrl-C. */
export function schemesCommand(command: string[] | undefined, seconds: (text: string) => number) {
  const sub = new Command("schemes")
    .description("Apply schemes of access-aware memory management until the target ends, Ctrl-C, or the timeout.")
    .argument("[target]", "pid | paddr | a command line; or: -- COMMAND ARGS")
    .option("--timeout <time>", "stop after this time (bare number: seconds)", seconds)
    .option("--json", "print what they did as a line of JSON each second, on standard output")
    .option("--quiet", "no status, no summary")
    .helpCommand(false)
    // What follows the sub-command's name is for it.
    .enablePositionalOptions()
    .addCommand(schemesExplainCommand())
    .addHelpText(
      "after",
      `
The schemes are in the file of -c, in YAML, JSON, or as lines of text, or said by --damos_* options. A line of text is:
  #min-size max-size min-acc max-acc min-age max-age action
  4K        max      0       0       60s     max     pageout
damo schemes explain says what they would do before they act.
What they did is shown while they run, and in a summary. Then DAMON is off, and its settings are as they were.`,
    );
  return addDamonOptions(addControlOptions(sub as unknown as Command)).action(async (...args: unknown[]) => {
    const [target, options] = args as [string | undefined, SchemesOptions];
    const { schemes } = await import("./run.ts");
    await schemes(target, command, options);
  });
}

import { Option } from "@commander-js/extra-typings";
import { reportOf } from "./options.ts";

/** The options of `report profile`, as parsed. */
export type ProfileCommandOptions = ReturnType<ReturnType<typeof profileCommand>["opts"]>;

/** `damo report profile`: what ran while memory was in use in a way. */
export function profileCommand() {
  return reportOf("profile")
    .description("Show what code ran, or what ran while memory was in use as the filters say (record --profile).")
    .addOption(new Option("--by <what>", "divide by this").choices(["function", "file", "stack"]).default("function"))
    .option("--folded", "stacks as lines for tools that draw flame graphs: flamegraph.pl, inferno, speedscope")
    .addHelpText(
      "after",
      `
A snapshot's time counts if at least one of its regions fits the filters; how it was in the rest of the time
stands beside it. Samples are of CPU time: a process that waits is not in them. Functions have names if their file
has symbols, or /usr/lib/debug has them; stacks can be followed where code was compiled with frame pointers.

Examples:
  damo record --profile -- ./program
  damo report profile
  damo report profile --mapping heap --access_rate 50 max    what ran while the heap had hot memory?
  damo report profile --folded | flamegraph.pl > flame.svg`,
    )
    .action(async (options) => {
      const { reportProfile } = await import("./profile_run.ts");
      await reportProfile(options);
    });
}

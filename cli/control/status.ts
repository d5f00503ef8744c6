import { Command } from "@commander-js/extra-typings";
import { parseNs } from "../../damon/model/mod.ts";

/** The options of `status`, as parsed. */
export interface StatusOptions {
  json?: true;
  watch?: number | true;
}

/** `damo status`, `damo report damon`: which kdamonds and modules there are, whose, and what they do. */
export function statusCommand(name = "status") {
  return new Command(name)
    .description("Show every kdamond: on or off, whose, what it watches, its schemes and what they did.")
    .option("--json", "print JSON; with --watch one line each time")
    .option(
      "--watch [time]",
      "again and again, by default each second, until Ctrl-C",
      (text) => parseNs(text, "s") / 1e6,
    )
    .addHelpText(
      "after",
      `
Statistics of kdamonds that damo started are fetched from the kernel first. What others started is only read: their
statistics are as old as the last time that somebody asked for them.`,
    )
    .action(async (options) => {
      const { showStatus, watchStatus } = await import("./status_run.ts");
      await (options.watch === undefined ? showStatus(options) : watchStatus(options));
    });
}

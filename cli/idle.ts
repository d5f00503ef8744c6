import { Command, Option } from "@commander-js/extra-typings";
import { parseNs } from "../damon/units.ts";

const count = (text: string) => {
  if (!/^\d+$/.test(text)) throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a count`);
  return Number(text);
};

/** The options of `report idle`, as parsed. */
export type IdleCommandOptions = ReturnType<ReturnType<typeof idleCommand>["opts"]>;

/** `damo report idle`: how much memory has been idle for how long. */
export function idleCommand() {
  return new Command("idle")
    .description("Show how much memory has not been accessed for how long, by the kernel's DAMON_STAT or by a record.")
    .option(
      "-i, --input <file>",
      "a record; - for standard input (default: DAMON_STAT where it is on, else damon.arrow)",
    )
    .option(
      "-o, --output <file>",
      "write FILE.png, .svg, .html, .vl.json (Vega-Lite), .json, .jsonl or .csv instead of standard output",
    )
    .addOption(
      new Option("--format <format>", "of standard output (default: text)")
        .choices(["text", "json", "jsonl", "csv", "vega-lite"]),
    )
    .option(
      "--edges <times>",
      "bounds of the classes of idle time (default: 1s,5s,30s,2m,10m,1h,6h,1d)",
      (text) => text.split(/[\s,]+/).filter(Boolean).map((time) => parseNs(time, "s")),
    )
    .option("--kdamond <pid>", "of a record only this kdamond, by pid or index", count)
    .option("--target <index>", "of a record only this target", count)
    .option("--color <when>", "auto, truecolor, 256 or never", "auto")
    .option("--width <columns>", "width of the text (default: the terminal's)", count)
    .addHelpText(
      "after",
      `
Memory is idle from when it was last seen accessed; "at least" adds up what has been idle as long or longer. DAMON_STAT
(Linux 6.17) watches the machine's memory by itself, at little cost: damo module stat enable. A record says the same of
what it watched, by the age of its regions, at its end, in the mean and over its time.`,
    )
    .action(async (options) => {
      const { reportIdle } = await import("./report_idle.ts");
      await reportIdle(options);
    });
}

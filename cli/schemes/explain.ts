import { Command, Option } from "@commander-js/extra-typings";
import { addDamonOptions, count, type ParsedDamonOptions } from "../options/mod.ts";

/** The options of `schemes explain`, as parsed. */
export type SchemesExplainOptions = ParsedDamonOptions & {
  format?: "text" | "json";
  output?: string;
  width?: number;
  color: string;
};

/** `damo schemes explain`: what schemes would do, and what is the matter with them, without touching the kernel. */
export function schemesExplainCommand() {
  const sub = new Command("explain")
    .description("Say what schemes would do, and what is the matter with them. It changes nothing in the kernel.")
    .argument("[target]", "pid | paddr | a record, on which they are replayed")
    .addOption(new Option("--format <format>", "of standard output").choices(["text", "json"]).default("text"))
    .option(
      "-o, --output <file>",
      "with a record: where they would act on its heat map, as FILE.png, .svg, .html, .vl.json",
    )
    .option("--width <columns>", "width of the text (default: the terminal's)", count)
    .option("--color <when>", "auto, truecolor, 256 or never", "auto")
    .addHelpText(
      "after",
      `
With a record it says how many bytes of which mappings each scheme would have taken, how often, and how much of that was
wanted back. The schemes of the record itself are taken where none are named.
Ends with 1 where a scheme cannot work as it is written: an error is found, not only warnings and notes.

Examples:
  damo schemes explain -c schemes/reclaim.yaml
  damo schemes explain -c schemes/reclaim.yaml 1234
  damo schemes explain -c schemes/reclaim.yaml damon.arrow -o reclaim.png`,
    );
  return addDamonOptions(sub as unknown as Command).action(async (...args: unknown[]) => {
    const [target, options, command] = args as [string | undefined, SchemesExplainOptions, Command];
    const { schemesExplain } = await import("./explain_run.ts");
    // `damo schemes -c FILE explain` gives the file to the command above.
    await schemesExplain(target, { ...command.parent?.opts(), ...options });
  });
}

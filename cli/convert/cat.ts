import { Command, Option } from "@commander-js/extra-typings";
import { addressesOption, formatOption } from "../options/mod.ts";

/** The options of `cat`, as parsed. */
export type CatOptions = ReturnType<ReturnType<typeof catCommand>["opts"]>;

/** `damo cat`: a record on standard output. */
export function catCommand() {
  return new Command("cat")
    .description("Print records, of any format, on standard output: as JSON lines, or as --format says.")
    .argument("[files...]", "records, one after the other (default: damon.arrow); - for standard input")
    .addOption(formatOption())
    .addOption(addressesOption())
    // As the reports have it.
    .addOption(new Option("-i, --input <file...>").hideHelp())
    .action(async (files, { input = [], ...options }) => {
      const inputs = [...input, ...files];
      const { cat } = await import("./cat_run.ts");
      await cat(inputs.length > 0 ? inputs : ["damon.arrow"], options);
    });
}

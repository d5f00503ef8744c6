import { Command } from "@commander-js/extra-typings";
import { addressesOption, formatOption } from "./convert.ts";

/** The options of `cat`, as parsed. */
export type CatOptions = ReturnType<ReturnType<typeof catCommand>["opts"]>;

/** `damo cat`: a record on standard output. */
export function catCommand() {
  return new Command("cat")
    .description("Print records, of any format, on standard output: as JSON lines, or as --format says.")
    .argument("[files...]", "records, one after the other (default: damon.arrow); - for standard input")
    .addOption(formatOption())
    .addOption(addressesOption())
    .action(async (files, options) => {
      const { cat } = await import("./cat_run.ts");
      await cat(files.length > 0 ? files : ["damon.arrow"], options);
    });
}

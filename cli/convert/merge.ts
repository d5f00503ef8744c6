import { Command } from "@commander-js/extra-typings";
import { addressesOption, formatOption } from "../options/mod.ts";

/** The options of `merge`, as parsed. */
export type MergeOptions = ReturnType<ReturnType<typeof mergeCommand>["opts"]>;

/** `damo merge`: several records as one. */
export function mergeCommand() {
  return new Command("merge")
    .description("Write several records as one, in the order of time: parts of one recording, or several at once.")
    .argument("<files...>", "records, of any format; they may differ in it")
    .requiredOption("-o, --output <file>", "the file to write; its name says the format; - for standard output")
    .addOption(formatOption())
    .addOption(addressesOption())
    .action(async (files, options) => {
      const { merge } = await import("./merge_run.ts");
      await merge(files, options);
    });
}

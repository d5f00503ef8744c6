import { Command, Option } from "@commander-js/extra-typings";

/** The options of `info`, as parsed. */
export type InfoOptions = ReturnType<ReturnType<typeof infoCommand>["opts"]>;

/** `damo info`: what is in a record. */
export function infoCommand() {
  return new Command("info")
    .description("Say what is in a record of any format: who, when, what, how much; in a second, however large it is.")
    .argument("[files...]", "records (default: damon.arrow); - for standard input")
    .option("--full", "read all of it, however long that takes")
    .option("--json", "print JSON")
    // As the reports have it.
    .addOption(new Option("-i, --input <file...>").hideHelp())
    .action(async (files, { input = [], ...options }) => {
      const inputs = [...input, ...files];
      const { info } = await import("./info_run.ts");
      await info(inputs.length > 0 ? inputs : ["damon.arrow"], options);
    });
}

import { Command } from "@commander-js/extra-typings";
import { CHECKOUT, run } from "../terminal/mod.ts";

/** `damo lab`: try DAMON without rebooting, in a virtual machine. */
export function labCommand(command: string[] | undefined) {
  return new Command("lab")
    .description("Run a command in a virtual machine whose kernel has DAMON: damo lab -- COMMAND ARGS.")
    .option(
      "--kernel <name>",
      "newest (Debian's), 6.12-debugfs, 6.1 (see lab/kernel), or an image (default: Debian's newest 6.12)",
    )
    .option("--out <folder>", "where $DAMO_OUT of the command ends up")
    .option("--timeout <seconds>", "end it after this time")
    .option("--memory <size>", "the machine's memory (default: 2G)")
    .option("--cpus <count>", "its processors")
    .option("--numa <nodes>", "on how many nodes its memory is (default: 1)")
    .option("--tty", "give the command this terminal, as for: damo lab --tty -- bash")
    .action(async (options) => {
      if (!command?.length) {
        throw new TypeError("Cannot start the lab as a command must follow --: as in damo lab -- uname -r");
      }
      const flags = Object.entries(options).flatMap(([name, value]) =>
        value === true ? [`--${name}`] : [`--${name}`, value]
      );
      await run(`${CHECKOUT}lab/run`, [...flags, "--", ...command]);
    });
}

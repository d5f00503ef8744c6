import { Command } from "@commander-js/extra-typings";
import { CHECKOUT, run } from "../terminal/mod.ts";

/** `damo workload`: runs the artificial access generator. */
export function workloadCommand(command: string[] | undefined) {
  return new Command("workload")
    .description("Run an artificial memory access pattern (masim's configuration format), and write its truth.")
    .argument("[args...]", "CONFIG and options of the generator; -- --help lists them")
    .allowUnknownOption()
    .action(async (args) => {
      await run(`${CHECKOUT}build/workload`, [...args, ...command ?? []], "build it with: make build");
    });
}

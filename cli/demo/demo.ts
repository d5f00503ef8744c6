import { Command } from "@commander-js/extra-typings";

/** `damo demo`: records the shipped workload and shows its heat map; in the lab where DAMON is not to be had here. */
export function demoCommand() {
  return new Command("demo")
    .description(
      "Record the shipped zigzag workload and show its heat map; in the lab if this kernel cannot be recorded on.",
    )
    .option("--out <folder>", "where the record, the picture and the page go", "build/demo")
    .option("--workload <name>", "a configuration of workload/configs", "zigzag")
    .option("--lab", "record in the lab, with DAMON, whatever this kernel can")
    .option("--here", "record on this kernel, and only record")
    .action(async (options) => {
      const { demo, recordHere } = await import("./run.ts");
      await (options.here ? recordHere : demo)(options);
    });
}

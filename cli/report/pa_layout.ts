import { Command, Option } from "@commander-js/extra-typings";

/** The options of `report pa_layout`, as parsed. */
export interface PaLayoutOptions {
  format?: "text" | "json" | "jsonl" | "csv";
  raw_number?: true;
}

/** `damo report pa_layout`: what lies where in this machine's physical addresses, which `record paddr` watches. */
export function paLayoutCommand() {
  return new Command("pa_layout")
    .description("Show what lies where in this machine's physical memory, and on which NUMA node.")
    .addOption(new Option("--format <format>", "default: text").choices(["text", "json", "jsonl", "csv"] as const))
    .option("--raw_number", "bytes as they are")
    .action(async (options) => {
      const { reportPaLayout } = await import("./pa_layout_run.ts");
      reportPaLayout(options);
    });
}

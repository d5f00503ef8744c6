import { defineCommand } from "../options/mod.ts";

/** `damo help [COMMAND|TOPIC]`: the help of a command, a topic, or the manual page. */
export const HELP = defineCommand({
  name: "help",
  summary: "Explain a command or a topic, or list both.",
  arguments: { words: { optional: true, many: true, help: "a command, as in report heatmap, or a topic" } },
  options: { man: { help: "print the manual page, as for: damo help --man | man -l -" } },
  examples: ["damo help report heatmap", "damo help filters", "damo help --man | man -l -"],
});

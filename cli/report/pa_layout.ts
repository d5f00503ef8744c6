import { defineCommand, type OptionsOf } from "../options/mod.ts";

/** `damo report pa_layout`: what lies where in this machine's physical addresses, which `record paddr` watches. */
export const PA_LAYOUT = defineCommand({
  name: "pa_layout",
  summary: "Show this machine's map of physical memory and NUMA nodes.",
  options: {
    format: { value: "format", choices: ["text", "json", "jsonl", "csv"], defaultText: "text", help: "format" },
    raw_number: { help: "plain numbers: bytes" },
  },
  pointers: {
    numa_node: "the table has the node of each range",
    numa_addr: "the table has the node of each range",
  },
});

/** The options of `report pa_layout`, as parsed. */
export type PaLayoutOptions = OptionsOf<typeof PA_LAYOUT>;

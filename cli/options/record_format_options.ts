import { defineOptions } from "./option_table.ts";

/** What every command takes that writes a record. */
export const RECORD_FORMAT_OPTIONS = defineOptions({
  format: {
    value: "name",
    help: "arrow, jsonl, csv, parquet, json_compressed, json or perf_script (default: by the output's name)",
  },
  addresses: {
    value: "style",
    choices: ["integer", "hex"],
    default: "integer",
    help: "how JSON lines show addresses; hex is text",
  },
});

/** `-i`, as the reports have it, for commands whose records are arguments. */
export const INPUT_OPTION = defineOptions({
  input: { short: "i", value: "file", words: Infinity, many: true, kind: "file", hidden: true },
});

import { defineCommand, type OptionsOf, RECORD_FORMAT_OPTIONS } from "../options/mod.ts";

/** `damo convert`: a record in another format. */
export const CONVERT = defineCommand({
  name: "convert",
  summary: "Write a record in another format: for DuckDB, pandas, jq, ...",
  arguments: {
    input: { kind: "file", help: "the record, of any format, by damo or by the Python damo; - for stdin" },
    output: {
      kind: "file",
      help:
        "the file to write; the end of its name gives the format: .arrow .parquet .jsonl .csv .data .json .script; - for stdout",
    },
  },
  options: {
    ...RECORD_FORMAT_OPTIONS,
    partition_by: {
      value: "columns",
      help: "of Parquet: make OUTPUT a folder, divided by host, by date, or by both: host,date",
    },
  },
  examples: [
    "damo convert damon.data damon.arrow",
    "damo convert damon.arrow damon.parquet",
    "damo convert damon.arrow - --format jsonl | jq .",
    "damo convert damon.arrow records --partition_by host,date",
  ],
  notes: `
The input's format is detected from its content, not its name: damo's Arrow streams, JSON lines, CSV and Parquet; the Python
damo's JSON and json_compressed, with the files beside them; the text of perf script and trace-cmd report. Each may be
compressed with gzip or zstd. What each format keeps: damo help formats`,
});

/** The options of `convert`, as parsed. */
export type ConvertOptions = OptionsOf<typeof CONVERT>;

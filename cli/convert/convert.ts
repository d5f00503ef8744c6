import { Command } from "@commander-js/extra-typings";
import { addressesOption, formatOption } from "../options/mod.ts";

/** The options of `convert`, as parsed. */
export type ConvertOptions = ReturnType<ReturnType<typeof convertCommand>["opts"]>;

/** `damo convert`: a record in another format. */
export function convertCommand() {
  return new Command("convert")
    .description("Write a record in another format: for DuckDB, pandas, jq, or the Python damo.")
    .argument("<input>", "the record, of any format, by damo or by the Python damo; - for standard input")
    .argument(
      "<output>",
      "the file; its name says the format: .arrow .parquet .jsonl .csv .data .json .script; - for standard output",
    )
    .addOption(formatOption())
    .addOption(addressesOption())
    .option(
      "--partition_by <columns>",
      "of Parquet: OUTPUT is a folder, divided by host, date or both, as in host,date",
    )
    .addHelpText(
      "after",
      `
What a file holds is told by its content, not by its name: Arrow streams, JSON lines, CSV and Parquet by damo, JSON and
json_compressed by the Python damo with the files beside them, text of perf script and trace-cmd report; each of them
also compressed by gzip or zstd. damo help formats says what each format keeps.

  damo convert damon.data damon.arrow
  damo convert damon.arrow damon.parquet
  damo convert damon.arrow - --format jsonl | jq .
  damo convert damon.arrow records --partition_by host,date`,
    )
    .action(async (input, output, options) => {
      const { convert } = await import("./run.ts");
      await convert(input, output, options);
    });
}

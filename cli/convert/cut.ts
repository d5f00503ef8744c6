import { Command, Option } from "@commander-js/extra-typings";
import { parseBytes, parseNs, parseUs } from "../../damon/model/mod.ts";
import { addressesOption, formatOption } from "../options/mod.ts";

const count = (text: string) => {
  if (!/^\d+$/.test(text)) throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a count`);
  return Number(text);
};
const seconds = (text: string) => text === "max" ? Infinity : parseNs(text, "s");
/** Collects the values of an option that takes several. */
const each = <T>(parse: (text: string) => T) => (text: string, before: T[] | undefined): T[] => [
  ...(before ?? []),
  parse(text),
];

/** The options of `cut`, as parsed. */
export type CutOptions = ReturnType<ReturnType<typeof cutCommand>["opts"]>;

/** `damo cut`: a part of a record. */
export function cutCommand() {
  return withCut(new Command("cut"))
    .description("Write a part of a record: some time, some addresses, a target; or fewer, longer snapshots.")
    .argument("<input>", "the record, of any format; - for standard input")
    .argument("<output>", "the file; its name says the format; - for standard output")
    .addHelpText(
      "after",
      `
  damo cut damon.arrow part.arrow --time_range 10 20             from 10 s to 20 s
  damo cut damon.arrow heap.arrow --address_range 0x55d0c0000000 0x55d0d0000000
  damo cut damon.arrow slow.arrow --aggregate_interval 1s --skip 20    as the Python damo's adjust`,
    )
    .action(async (input, output, options) => {
      const { cut } = await import("./cut_run.ts");
      await cut(input, output, options);
    });
}

/** The Python damo's name for a part of it. */
export function adjustCommand() {
  return new Command("adjust")
    .description("Make the snapshots of a record fewer and longer, as the Python damo's adjust.")
    .option("-i, --input <file>", "the record", "damon.data")
    .option("-o, --output <file>", "the file to write", "damon.adjusted.data")
    .addOption(new Option("--output_type <format>", "format of the output (default: by its name)"))
    .option(
      "--aggregate_interval <time>",
      "snapshots are added up until they take this long (bare number: µs)",
      parseUs,
    )
    .option("--skip <count>", "leave out this many snapshots first", count, 20)
    .action(async ({ input, output, output_type: format, ...options }) => {
      const { cut } = await import("./cut_run.ts");
      await cut(input, output, { ...options, addresses: "integer", ...(format !== undefined && { format }) });
    });
}

function withCut(command: Command) {
  return command
    .option(
      "--time_range <start end...>",
      "only from START to END of the record (bare numbers: seconds)",
      each(seconds),
    )
    .option("--address_range <start end...>", "only these addresses, 0x... or sizes; repeatable", each(parseBytes))
    .option("--kdamond <pid>", "only this kdamond, by the number that damo info shows", count)
    .option("--target <index>", "only this target of a kdamond", count)
    .option(
      "--snapshots <start end...>",
      "only these snapshots of each target, from 0; END does not belong to it",
      each(count),
    )
    .option("--skip <count>", "leave out this many snapshots of each target first", count)
    .option("--aggregate_interval <time>", "add snapshots up until they take this long (bare number: µs)", parseUs)
    .addOption(formatOption())
    .addOption(addressesOption());
}

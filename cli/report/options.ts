import { Command, Option } from "@commander-js/extra-typings";
import { parseBytes, parseNs } from "../../damon/model/mod.ts";
import { count } from "../options/mod.ts";

/** Time; a bare number counts in seconds. */
export const seconds = (text: string) => parseNs(text, "s");
/** Collects the values of an option that takes several. */
export const each = <T>(parse: (text: string) => T) => (text: string, before: T[] | undefined): T[] => [
  ...(before ?? []),
  parse(text),
];

/** The window of the working set. */
export const windowOption = () =>
  new Option("--window <time>", "the working set is what was touched within this time (bare: seconds; default: 1 s)")
    .argParser((text) => {
      const ns = seconds(text);
      if (!(ns > 0)) throw new RangeError(`A window of ${text} is no time: give more than 0, as --window 1s`);
      return ns;
    });

const percent = (text: string) => {
  if (text === "min") return 0;
  if (text === "max") return 100;
  const found = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text);
  if (!found) throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a percentage: use a form like 5 or 5%`);
  return Number(found[1]);
};
const signed = (text: string) => {
  if (text === "min") return -Infinity;
  if (text === "max") return Infinity;
  const value = Number(text.replaceAll(",", ""));
  if (text.trim() === "" || Number.isNaN(value)) {
    throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a number`);
  }
  return value;
};

const rows = (text: string) => text === "all" ? Infinity : count(text);

/** The options that every report has, as parsed. */
export type ReportOptions = ReturnType<ReturnType<typeof reportOf>["opts"]>;

/** The record that reports take by themselves. */
export const RECORD = "damon.arrow";

const FILTERS = "Filters (all reports):";

/** A report's command with what all of them have: inputs, output, format, filters. */
export function reportOf(name: string) {
  return new Command(name)
    .option("-i, --input <files...>", `the record, or several; - for standard input (default: ${RECORD})`, each(String))
    .option("-o, --output <file>", "write FILE.png, .svg, .html, .vl.json (Vega-Lite), .json, .jsonl, .csv or .txt")
    .addOption(
      new Option("--format <format>", "of standard output (default: text)")
        .choices(["text", "json", "jsonl", "csv", "vega-lite"]),
    )
    .option(
      "--live <target>",
      "of a snapshot taken now, through DAMON: a pid, paddr, or ongoing (what damo start began)",
    )
    .option("--follow", "of a record that is being written: show it anew while it grows, until it is complete")
    .addOption(new Option("--theme <theme>", "of charts").choices(["light", "dark"]).default("light"))
    .option("--top <count>", "rows of text, those with the largest values; or all (default: 200)", rows)
    .option("--raw_number", "numbers as they are: bytes, ns")
    .option("--width <columns>", "width of the text (default: the terminal's)", count)
    .option("--color <when>", "auto, truecolor, 256 or never", "auto")
    .optionsGroup(FILTERS)
    .option("--time_range <start end...>", "from START to END of the record (bare numbers: seconds)", each(seconds))
    .option("--address_range <start end...>", "only these addresses, 0x... or sizes; repeatable", each(parseBytes))
    .option("--mapping <name>", "only mappings with this in their name: heap, libc; repeatable", each(String))
    .option("--target <index>", "only this target of a kdamond", count)
    .option("--kdamond <pid>", "only this kdamond, by pid or index", count)
    .option("--sz_region <min max...>", "only regions of this size", each(parseBytes))
    .option("--access_rate <min max...>", "only regions accessed in this share of samples, %", each(percent))
    .option("--age <min max...>", "only regions of this age (bare numbers: seconds)", each(seconds))
    .option("--temperature <min max...>", "only regions of this temperature; repeatable", each(signed))
    .option("--temperature_weights <size rate age...>", "weights of the temperature (default: 0 100 100)", each(signed))
    .option("--sz_snapshot <min max...>", "only snapshots of this size; repeatable", each(parseBytes))
    .option(
      "--snapshot_time <start end...>",
      "only snapshots in this time of the record's clock (bare numbers: ns); repeatable",
      each((text) => parseNs(text, "ns")),
    )
    .option("--snapshot_idx <first last...>", "only these snapshots of each target; repeatable", each(count))
    .addOption(new Option("--address <start end...>").hideHelp().argParser(each(parseBytes)))
    .optionsGroup("Options:");
}

import { parseBytes, parseNs } from "../../damon/model/mod.ts";
import { count, defineOptions, type ParsedOptions, SNAPSHOT_FILTER_OPTION } from "../options/mod.ts";

/** Time; a bare number counts in seconds. */
const seconds = (text: string) => parseNs(text, "s");

/** The record that reports take by themselves. */
export const RECORD = "damon.arrow";

/** The window of the working set. */
export const WINDOW_OPTION = defineOptions({
  window: {
    value: "time",
    parse: (text) => {
      const ns = seconds(text);
      if (!(ns > 0)) throw new RangeError(`A window of ${text} is no time: give more than 0, as --window 1s`);
      return ns;
    },
    help: "working set: memory touched within this time (bare number: seconds; default: 1s)",
  },
});

const percent = (text: string) => {
  if (text === "min") return 0;
  if (text === "max") return 100;
  const found = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text);
  if (!found) throw new SyntaxError(`${JSON.stringify(text)} is not a percentage; use a form like 5 or 5%`);
  return Number(found[1]);
};
const signed = (text: string) => {
  if (text === "min") return -Infinity;
  if (text === "max") return Infinity;
  const value = Number(text.replaceAll(",", ""));
  if (text.trim() === "" || Number.isNaN(value)) {
    throw new SyntaxError(`${JSON.stringify(text)} is not a number`);
  }
  return value;
};

const rows = (text: string) => text === "all" ? Infinity : count(text);

const FILTER = { group: "filters", many: true } as const;
const OUTPUT = { group: "output" } as const;

/** What a report shows: the parts of a record that fit all of these. */
export const FILTER_OPTIONS = defineOptions({
  time_range: {
    value: "start end",
    words: 2,
    parse: seconds,
    ...FILTER,
    help: "only this time of the record (bare numbers: seconds from its start)",
  },
  address_range: {
    value: "start end",
    words: 2,
    parse: parseBytes,
    ...FILTER,
    help: "only these addresses, 0x... or sizes; repeatable",
  },
  mapping: {
    value: "name",
    parse: String,
    ...FILTER,
    help: "only mappings whose name contains NAME, as in heap or libc; repeatable",
  },
  target: { value: "index", parse: count, group: "filters", help: "only this target of a kdamond" },
  kdamond: { value: "pid", parse: count, group: "filters", help: "only this kdamond, by pid or index" },
  sz_region: { value: "min max", words: 2, parse: parseBytes, ...FILTER, help: "only regions of this size" },
  access_rate: {
    value: "min max",
    words: 2,
    parse: percent,
    ...FILTER,
    help: "only regions accessed in this share of the samples, %",
  },
  age: {
    value: "min max",
    words: 2,
    parse: seconds,
    ...FILTER,
    help: "only regions of this age (bare numbers: seconds)",
  },
  temperature: {
    value: "min max",
    words: 2,
    parse: signed,
    ...FILTER,
    help: "only regions of this temperature; repeatable",
  },
  temperature_weights: {
    value: "size rate age",
    words: 3,
    parse: signed,
    ...FILTER,
    help: "weights of the temperature (default: 0 100 100)",
  },
  sz_snapshot: {
    value: "min max",
    words: 2,
    parse: parseBytes,
    ...FILTER,
    help: "only snapshots of this total size; repeatable",
  },
  snapshot_time: {
    value: "start end",
    words: 2,
    parse: (text) => parseNs(text, "ns"),
    ...FILTER,
    help: "only snapshots in this time of the record's own clock (bare numbers: ns); repeatable",
  },
  snapshot_idx: {
    value: "first last",
    words: 2,
    parse: count,
    ...FILTER,
    help: "only these snapshots of each target; repeatable",
  },
  address: { value: "start end", words: 2, parse: parseBytes, ...FILTER, hidden: true },
});

/** How a report looks and where it goes. */
export const OUTPUT_OPTIONS = defineOptions({
  output: {
    short: "o",
    value: "file",
    kind: "file",
    ...OUTPUT,
    help: "write FILE.png, .svg, .html, .vl.json (Vega-Lite), .json, .jsonl, .csv or .txt",
  },
  format: {
    value: "format",
    choices: ["text", "json", "jsonl", "csv", "vega-lite"],
    ...OUTPUT,
    defaultText: "text",
    help: "format on stdout",
  },
  theme: { value: "theme", choices: ["light", "dark"], default: "light", ...OUTPUT, help: "colours of charts" },
  top: { value: "count", parse: rows, ...OUTPUT, help: "rows of text, largest values first; or all (default: 200)" },
  raw_number: { ...OUTPUT, help: "plain numbers: bytes, ns" },
  width: { value: "columns", parse: count, ...OUTPUT, help: "width of text (default: the terminal's)" },
  color: { value: "when", default: "auto", ...OUTPUT, help: "auto, truecolor, 256 or never" },
});

/** What all reports take: records, or memory as it is now; output; filters. */
export const REPORT_OPTIONS = defineOptions({
  input: {
    short: "i",
    value: "files",
    words: Infinity,
    many: true,
    kind: "file",
    help: `records to read; - for stdin (default: ${RECORD})`,
  },
  live: {
    value: "target",
    kind: "target",
    help: "take a snapshot now, with DAMON, and report on that: pid, paddr, or ongoing (the kdamonds of damo start)",
  },
  ...SNAPSHOT_FILTER_OPTION,
  follow: { help: "keep refreshing while the record is being written" },
  ...OUTPUT_OPTIONS,
  ...FILTER_OPTIONS,
});

/** The options of `damo report`'s reports that all of them have, as parsed. */
export type ReportOptions = ParsedOptions<typeof REPORT_OPTIONS>;

/** What `--help` shows of them, besides a report's own. */
export const USUAL = [
  "input",
  "output",
  "format",
  "time_range",
  "mapping",
  "access_rate",
  "live",
  "follow",
] as const;

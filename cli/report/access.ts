import { count, defineCommand, type OptionsOf } from "../options/mod.ts";
import { REPORT_OPTIONS, type ReportOptions, USUAL } from "./options.ts";

const STYLES = [
  "detailed",
  "simple-boxes",
  "hot",
  "cold",
  "recency-percentiles",
  "temperature-percentiles",
  "recency-sz-hist",
  "temperature-sz-hist",
  // The Python damo's other names.
  "idle-time-percentiles",
  "cold-memory-tail",
] as const;
const KEYS = ["address", "access_rate", "age", "size", "temperature"] as const;

const TEMPLATE = "the lines of text have one form; --format json, jsonl or csv have all of it for a script";
const BOX = "damo report heatmap draws regions over time, with -o FILE.png or .html as a picture";

/** `damo report access`: what each snapshot saw. */
export const ACCESS = defineCommand({
  name: "access",
  summary: "Show the regions of each snapshot, or their distribution.",
  options: {
    ...REPORT_OPTIONS,
    style: { value: "style", choices: STYLES, defaultText: "detailed", help: "what to show" },
    sort_regions_by: { value: "keys", words: Infinity, many: true, choices: KEYS, help: "sort by the last of these" },
    sort_regions_dsc: {
      value: "keys",
      words: Infinity,
      many: true,
      choices: [...KEYS, "all"],
      help: "sort these keys, or all, in descending order",
    },
    percentiles_range: {
      value: "numbers",
      words: Infinity,
      many: true,
      parse: count,
      help: "percentiles: START END STEP, or four or more of them",
    },
    hist_logscale: { help: "make each range of a histogram twice as long as the one before" },
    hist_cumulate: { help: "make every range of a histogram start at the beginning of the first" },
    hist_ranges: {
      value: "from to",
      words: Infinity,
      many: true,
      help: "exactly these ranges: times or temperatures",
    },
    total_sz_only: { help: "only the total of each snapshot" },
  },
  usual: [
    "input",
    "output",
    "format",
    "style",
    "sort_regions_by",
    "snapshot_idx",
    "access_rate",
    "age",
    "mapping",
    "live",
  ],
  examples: [
    "damo report access --snapshot_idx 10 10",
    "damo report access --style recency-percentiles --percentiles_range 0 101 10",
    "damo report access --style hot --access_rate 50 max --sz_region 1M max",
    "damo report access --live 1234              regions of process 1234, now",
  ],
  notes: `
Recency is how long memory has been idle; it is 0 if the snapshot found an access. Temperature is size × weight + accesses in
% × weight + age in µs × weight, and below zero if there was no access (--temperature_weights, by default 0 100 100).`,
  pointers: {
    format_record_head: TEMPLATE,
    format_record_tail: TEMPLATE,
    format_snapshot_head: TEMPLATE,
    format_snapshot_tail: TEMPLATE,
    format_region: TEMPLATE,
    ls_record_format_keywords: TEMPLATE,
    ls_snapshot_format_keywords: TEMPLATE,
    ls_region_format_keywords: TEMPLATE,
    min_chars_for: TEMPLATE,
    exec: "--format jsonl | PROGRAM hands every region to a program; docs/library.md has the library",
    json: "--format json, of another structure",
    raw_form: "damo report raw",
    tried_regions_of: "damo record --snapshot 1 1, then damo report access",
    repeat: "damo report access --live PID looks once: run it again, as with watch",
    dont_merge_regions: "regions are shown as the kernel has them: leave it out",
    on_cache: "leave it out: --live looks anew",
    input_file: "--input",
    snapshot_heatmap_width: BOX,
    snapshot_heatmap_colorset: BOX,
    snapshot_heatmap_static: BOX,
    region_box: BOX,
    region_box_values: BOX,
    region_box_min_max_x: BOX,
    region_box_min_max_y: BOX,
    region_box_min_max_length: BOX,
    region_box_min_max_height: BOX,
    region_box_scales: BOX,
    region_box_align: BOX,
    region_box_colorset: BOX,
  },
});

/** The options of `report access`, as parsed. */
export type AccessCommandOptions = OptionsOf<typeof ACCESS>;

/** The options of `report raw`, `times` and others that have those of all reports only. */
export type PlainCommandOptions = ReportOptions;

/** `damo report raw`: every region of every snapshot. */
export const RAW = defineCommand({
  name: "raw",
  summary: "Show every region of every snapshot, unmerged.",
  options: REPORT_OPTIONS,
  usual: USUAL,
  examples: ["damo report raw --time_range 10 11", "damo report raw -o regions.csv"],
});

/** `damo report times`: when memory of some kind was there. */
export const TIMES = defineCommand({
  name: "times",
  summary: "Show when there were regions that fit the filters.",
  options: REPORT_OPTIONS,
  usual: [...USUAL, "sz_region", "age"],
  examples: ["damo report times --mapping heap --access_rate 50 max    when was the heap hot?"],
  pointers: { inputs: "--input RECORD; what ran is in the record itself: damo record --profile" },
});

/** `damo report info`, which the Python damo calls record_info: what a record is. */
export const recordInfoTable = (name: "info" | "record_info") =>
  defineCommand({
    name,
    ...(name === "record_info" && { hidden: true }),
    summary: "Show what a record is of, when and how it was made, its quality.",
    options: REPORT_OPTIONS,
    usual: USUAL,
    ...(name === "record_info" && { pointers: { raw_numbers: "--raw_number" } }),
  });

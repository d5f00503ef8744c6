import { parseBytes } from "../../damon/model/mod.ts";
import { count, defineCommand, defineOptions, type OptionsOf, type ParsedOptions } from "../options/mod.ts";
import { REPORT_OPTIONS, USUAL, WINDOW_OPTION } from "./options.ts";

/** Options of every report on how a figure is distributed. */
const DISTRIBUTION_OPTIONS = defineOptions({
  ...REPORT_OPTIONS,
  range: {
    short: "r",
    value: "start end step",
    words: 3,
    many: true,
    parse: count,
    help: "percentiles to show; END is not included (default: 0 101 25; in pictures 0 101 1)",
  },
  sortby: {
    short: "s",
    value: "how",
    choices: ["time", "size"],
    defaultText: "size",
    help: "size: percentiles; time: the course over time",
  },
  plot: { short: "p", value: "file", kind: "file", help: "as --output" },
  nr_cols_bar: { value: "columns", parse: count, help: "columns of the longest bar; 0: no bars (default: what fits)" },
});

/** Those options, as parsed. */
export type DistributionOptions = ParsedOptions<typeof DISTRIBUTION_OPTIONS>;

const LIKE_PYTHON = { heading: "With --method python_damo" } as const;

/** `damo report wss`: how large the working set is. */
export const WSS = defineCommand({
  name: "wss",
  summary: "Show the size of the working set: percentiles, or over time.",
  options: {
    ...DISTRIBUTION_OPTIONS,
    ...WINDOW_OPTION,
    method: {
      value: "how",
      choices: ["window", "python_damo"],
      default: "window",
      help: "window: as in all reports; python_damo: as the Python damo counts, to compare",
    },
    all_wss: { help: "every value instead of percentiles" },
    per_target: { help: "each target separately" },
    collapse_targets: { help: "all targets together (the default)" },
    exclude_samples: {
      value: "count",
      parse: count,
      ...LIKE_PYTHON,
      help: "skip this many snapshots at the start of each target (default: 20)",
    },
    acc_thres: {
      short: "t",
      value: "count",
      parse: count,
      ...LIKE_PYTHON,
      help: "minimum number of accesses of a region that counts (default: 1)",
    },
    sz_thres: {
      value: "size",
      parse: parseBytes,
      ...LIKE_PYTHON,
      help: "minimum size of a region that counts, bytes (default: 1)",
    },
    work_time: {
      value: "us",
      parse: count,
      ...LIKE_PYTHON,
      help: "merge snapshots that lie within this time, µs (default: 1)",
    },
  },
  usual: [
    "input",
    "output",
    "format",
    "window",
    "sortby",
    "range",
    "per_target",
    "time_range",
    "mapping",
    "live",
    "follow",
  ],
  examples: [
    "damo report wss",
    "damo report wss --sortby time -o wss.png      its course over time",
    "damo report wss --window 5s --mapping heap    of the heap, touched within 5 s",
  ],
  notes: `
The working set is the memory that was touched within a window of time, by default 1 s, and never more than was in memory. If
the page sampler measured it, that is shown, with its error; otherwise it is estimated from the snapshots. With --method
python_damo it is the total size of the regions that had an access in a snapshot, without the first 20 snapshots.`,
});

/** The options of `report wss`, as parsed. */
export type WssCommandOptions = OptionsOf<typeof WSS>;

/** `damo report footprint`, also footprints: how much memory processes had, whether accessed or not. */
export const footprintTable = (name: "footprint" | "footprints") =>
  defineCommand({
    name,
    ...(name === "footprints" && { hidden: true }),
    summary: "Show how much memory targets and system used, accessed or not.",
    arguments: { metric: { default: "all", help: "vsz, rss, sys_used or all" } },
    options: { ...DISTRIBUTION_OPTIONS, all_footprint: { help: "every value instead of percentiles" } },
    usual: [
      "input",
      "output",
      "format",
      "sortby",
      "range",
      "all_footprint",
      "time_range",
      "target",
      "kdamond",
      "follow",
    ],
    examples: ["damo report footprint", "damo report footprint rss --sortby time -o rss.png"],
    notes: `
vsz is the address space of the targets, rss what of it is in memory, sys_used all memory of the machine that is not free.
The figures are in the record, or in the file that the Python damo writes beside it: damon.data.mem_footprint. Of the filters,
only those of time and target apply: memory use is known for whole processes.`,
  });

/** The options of `report footprint`, as parsed. */
export type FootprintCommandOptions = OptionsOf<ReturnType<typeof footprintTable>>;

/** `damo report nr_regions`: how many regions DAMON had. */
export const NR_REGIONS = defineCommand({
  name: "nr_regions",
  summary: "Show how many regions the snapshots have.",
  options: {
    ...DISTRIBUTION_OPTIONS,
    exclude_samples: {
      value: "count",
      parse: count,
      help: "skip this many snapshots at the start of each target (default: 0)",
    },
  },
  usual: [...USUAL, "sortby", "range", "exclude_samples"],
  examples: ["damo report nr_regions --sortby time -o regions.png"],
});

/** The options of `report nr_regions`, as parsed. */
export type NrRegionsCommandOptions = OptionsOf<typeof NR_REGIONS>;

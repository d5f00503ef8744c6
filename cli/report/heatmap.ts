import { count, defineCommand, type OptionsOf } from "../options/mod.ts";
import { REPORT_OPTIONS, USUAL, WINDOW_OPTION } from "./options.ts";

const summary = "Show when which memory was accessed, and how often.";
const OPTIONS = {
  ...REPORT_OPTIONS,
  resol: {
    value: "times addresses",
    words: 2,
    many: true,
    parse: count,
    help: "number of time bins and of address rows (default: what fits; in a picture 240 100)",
  },
  draw_range: {
    value: "which",
    default: "hottest",
    help: "hottest: cut out idle memory; all: cut out only what was not monitored",
  },
  ...WINDOW_OPTION,
  guide: { help: "print the times and addresses that there are to draw, and draw nothing" },
} as const;

/** `damo report heatmap`. */
export const HEATMAP = defineCommand({
  name: "heatmap",
  summary,
  options: OPTIONS,
  usual: [...USUAL, "resol", "draw_range", "window"],
  examples: [
    "damo report heatmap                     in the terminal",
    "damo report heatmap -o heat.png         as a picture; also .svg, .html, .csv",
    "damo report heatmap --mapping heap --time_range 10 20",
  ],
  notes: `
Time goes to the right, addresses go up. Each band is a hot range, labelled with what is mapped there. The idle memory between
bands is cut out; the caption says how much. The colour is the share of samples that found the memory accessed. NO_COLOR=1 or
--color never draws with characters.`,
  pointers: {
    df_passed: "damo report access shows the bytes that filters let pass, of each region",
    sort_temperature: "--draw_range hottest, the default, cuts out idle memory",
    interactive_edit: "damo report html makes a page to zoom and pan",
    abs_time: "times count from the start of the record, whose date the caption tells: leave it out",
    abs_addr: "addresses are absolute always: leave it out",
    guide_human: "--guide",
    tid: "--target",
    kdamond_idx: "--kdamond",
    context_idx: "--kdamond: a kdamond has one context",
    scheme_idx: "damo report schemes shows a scheme's memory",
    stdout_colorset: "--color always or never, --theme light or dark",
    stdout_skip_colorset_example: "leave it out: the legend is one line",
  },
});

/** The options of `report heatmap`, as parsed. */
export type HeatmapCommandOptions = OptionsOf<typeof HEATMAP>;

/** The Python damo's older name: `report heats --heatmap FILE`. */
export const HEATS = defineCommand({
  name: "heats",
  hidden: true,
  summary,
  options: { ...OPTIONS, heatmap: { value: "file", kind: "file", help: "as --output; stdout for the terminal" } },
  usual: [...USUAL, "heatmap"],
});

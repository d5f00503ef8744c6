import { count, defineCommand, type OptionsOf } from "../options/mod.ts";
import { REPORT_OPTIONS, USUAL, WINDOW_OPTION } from "./options.ts";

/** `damo report` alone: one page about a record. */
export const OVERVIEW = defineCommand({
  name: "overview",
  summary: "Show a page: heat map, working set, mappings. The default.",
  arguments: { records: { many: true, optional: true, kind: "file", help: "records, as with -i" } },
  options: { ...REPORT_OPTIONS, ...WINDOW_OPTION },
  usual: [...USUAL, "window"],
  examples: ["damo report", "damo report before.arrow after.arrow", "damo report --live 1234"],
});

/** The options of `report` alone and `report html`, as parsed. */
export type OverviewCommandOptions = OptionsOf<typeof OVERVIEW>;

/** `damo report html`: a page to explore. */
export const HTML = defineCommand({
  name: "html",
  summary: "Write a page to explore a record in a browser, offline.",
  options: {
    ...REPORT_OPTIONS,
    resol: {
      value: "times addresses",
      words: 2,
      many: true,
      parse: count,
      help: "number of time bins and of address rows of the heat map (default: 240 80)",
    },
    ...WINDOW_OPTION,
  },
  usual: ["input", "output", "theme", "time_range", "mapping", "access_rate", "resol", "window", "follow"],
  examples: ["damo report html -i damon.arrow -o page.html      without -o: damon.html"],
  notes: `
The page has the heat map, the working set, mappings and histograms. Drag across the working set or the heat map to select
a time: all other charts then show only that time.`,
});

/** The options of `report html`, as parsed. */
export type HtmlCommandOptions = OptionsOf<typeof HTML>;

/** `damo report diff`: two records side by side. */
export const DIFF = defineCommand({
  name: "diff",
  summary: "Compare the working sets of two records, by time and mapping.",
  arguments: {
    before: { kind: "file", help: "a record" },
    after: { kind: "file", help: "another one" },
  },
  options: { ...REPORT_OPTIONS, ...WINDOW_OPTION },
  usual: ["output", "format", "time_range", "mapping", "access_rate", "top", "window", "follow"],
  examples: ["damo report diff before.arrow after.arrow", "damo report diff before.arrow after.arrow -o diff.png"],
  notes: "To compare two records of the same run, made in different ways, use damo report fidelity.",
});

/** The options of `report diff`, as parsed. */
export type DiffCommandOptions = OptionsOf<typeof DIFF>;

import { count } from "../options/mod.ts";
import { each, reportOf, windowOption } from "./options.ts";

/** The options of `report` alone and `report html`, as parsed. */
export type OverviewCommandOptions = ReturnType<ReturnType<typeof overviewCommand>["opts"]>;

/** The options of `report diff`, as parsed. */
export type DiffCommandOptions = ReturnType<ReturnType<typeof diffCommand>["opts"]>;

/** `damo report` alone: one page about a record. */
export function overviewCommand() {
  return reportOf("overview")
    .description("Show one page about a record: heat map, working set, mappings. What damo report does alone.")
    .argument("[records...]", "as with -i")
    .addOption(windowOption())
    .action(async (records, options) => {
      const { reportOverview } = await import("./overview_run.ts");
      await reportOverview(records, options);
    });
}

/** `damo report html`: a page to explore. */
export function htmlCommand() {
  return reportOf("html")
    .description(
      "Write one page to explore in a browser: heat map, working set, mappings, histograms, linked; offline.",
    )
    .option("--resol <counts...>", "time bins and address rows of the heat map (default: 240 80)", each(count))
    .addOption(windowOption())
    .addHelpText(
      "after",
      `
Drag across the working set or the heat map to choose a time: everything else then shows that time only.

Example:
  damo report html -i damon.arrow -o page.html      (without -o: damon.html beside the record)`,
    )
    .action(async (options) => {
      const { reportHtml } = await import("./html.ts");
      await reportHtml(options);
    });
}

/** The options of `report html`, as parsed. */
export type HtmlCommandOptions = ReturnType<ReturnType<typeof htmlCommand>["opts"]>;

/** `damo report diff`: two records side by side. */
export function diffCommand() {
  const command = reportOf("diff")
    .description("Compare two records: working sets, over time and by mapping. Of the same run: see report fidelity.")
    .argument("<before>", "a record")
    .argument("<after>", "another one")
    .addOption(windowOption());
  return command.action(async (before, after, options) => {
    const { reportDiff } = await import("./overview_run.ts");
    await reportDiff(before, after, options);
  });
}

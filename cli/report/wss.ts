import { Option } from "@commander-js/extra-typings";
import { parseBytes } from "../../damon/model/mod.ts";
import { count } from "../options/mod.ts";
import { each, reportOf, windowOption } from "./options.ts";

/** The options of `report wss`, as parsed. */
export type WssCommandOptions = ReturnType<ReturnType<typeof wssCommand>["opts"]>;

/** The options of `report nr_regions`, as parsed. */
export type NrRegionsCommandOptions = ReturnType<ReturnType<typeof nrRegionsCommand>["opts"]>;

/** Options of every report on how a figure is distributed. */
export function distributionOf(name: string) {
  return reportOf(name)
    .option(
      "-r, --range <start end step...>",
      "percentiles to show, END not included (default: 0 101 25, of pictures 0 101 1)",
      each(count),
    )
    .addOption(
      new Option("-s, --sortby <how>", "size: percentiles of the values; time: how they went on (default: size)")
        .choices(["time", "size"]),
    )
    .option("-p, --plot <file>", "as --output")
    .option("--nr_cols_bar <columns>", "columns of the longest bar; 0: no bars (default: what fits)", count);
}

/** `damo report wss`: how large the working set is. */
export function wssCommand() {
  return distributionOf("wss")
    .description("Show how large the working set is: how often as large, and over time.")
    .addOption(windowOption())
    .addOption(
      new Option("--method <how>", "window: as all reports; python_damo: as the Python damo counts, for comparison")
        .choices(["window", "python_damo"]).default("window"),
    )
    .option("--all_wss", "every value instead of percentiles")
    .option("--per_target", "each target on its own")
    .option("--collapse_targets", "all targets together (as it is without)")
    .optionsGroup("With --method python_damo:")
    .option("--exclude_samples <count>", "first snapshots of each target to leave out (default: 20)", count)
    .option("-t, --acc_thres <count>", "accesses from which on a region belongs to it (default: 1)", count)
    .option("--sz_thres <size>", "bytes from which on a region belongs to it (default: 1)", parseBytes)
    .option("--work_time <us>", "join snapshots to this time, µs, as the Python damo does (default: 1)", count)
    .addHelpText(
      "after",
      `
The working set is what was touched within a window of time, 1 s if not said otherwise, and never more than was in
memory. Where the page sampler measured it, that is shown, with its error; else it is estimated from the snapshots.
With --method python_damo it is all of each region with an access in a snapshot, the first 20 snapshots left out.

Examples:
  damo report wss --range 0 101 1 --plot wss_dist.png
  damo report wss --range 0 101 1 --sortby time --plot wss_chron_change.png
  damo report wss --window 5s --mapping heap        memory touched within 5 s, of the heap`,
    )
    .action(async (options) => {
      const { reportWss } = await import("./wss_run.ts");
      await reportWss(options);
    });
}

/** `damo report footprint`: how much memory processes had, whether accessed or not. */
export function footprintCommand(name: string) {
  return distributionOf(name)
    .argument("[metric]", "vsz, rss, sys_used or all", "all")
    .description("Show how much memory the targets and the system had in use, accessed or not.")
    .option("--all_footprint", "every value instead of percentiles")
    .addHelpText(
      "after",
      `
Of the filters those of time and of targets apply: memory in use is known of whole processes.
vsz is the address space of the targets, rss what of it is in memory, sys_used all memory of the machine that is not
free. They are in the record, or in the file beside it that the Python damo writes: damon.data.mem_footprint.`,
    )
    .action(async (metric, options) => {
      const { reportFootprint } = await import("./footprint.ts");
      await reportFootprint(metric, options);
    });
}

/** The options of `report footprint`, as parsed. */
export type FootprintCommandOptions = ReturnType<ReturnType<typeof footprintCommand>["opts"]>;

/** `damo report nr_regions`: how many regions DAMON had. */
export function nrRegionsCommand() {
  return distributionOf("nr_regions")
    .description("Show how many regions the snapshots have: how finely memory was watched.")
    .option("--exclude_samples <count>", "first snapshots of each target to leave out (default: 0)", count)
    .action(async (options) => {
      const { reportNrRegions } = await import("./wss_run.ts");
      await reportNrRegions(options);
    });
}

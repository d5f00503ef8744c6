import { Option } from "@commander-js/extra-typings";
import { count } from "../options/mod.ts";
import { each, reportOf } from "./options.ts";

/** The options of `report access`, as parsed. */
export type AccessCommandOptions = ReturnType<ReturnType<typeof accessCommand>["opts"]>;

/** The options of `report raw`, `times` and others that have those of all reports only. */
export type PlainCommandOptions = ReturnType<ReturnType<typeof reportOf>["opts"]>;

const STYLES = [
  "detailed",
  "simple-boxes",
  "hot",
  "cold",
  "recency-percentiles",
  "temperature-percentiles",
  "recency-sz-hist",
  "temperature-sz-hist",
  // The peer's other names.
  "idle-time-percentiles",
  "cold-memory-tail",
] as const;
const KEYS = ["address", "access_rate", "age", "size", "temperature"] as const;

/** `damo report access`: what each snapshot saw. */
export function accessCommand() {
  return reportOf("access")
    .description("Show what the snapshots saw: each region, or how memory is spread over idle times and temperatures.")
    .addOption(new Option("--style <style>", "what to show (default: detailed)").choices(STYLES))
    .addOption(new Option("--sort_regions_by <keys...>", "by the last one of these").choices(KEYS))
    .addOption(
      new Option("--sort_regions_dsc <keys...>", "from the largest on, by these keys, or all").choices([
        ...KEYS,
        "all",
      ]),
    )
    .option("--percentiles_range <numbers...>", "percentiles: START END STEP, or four or more of them", each(count))
    .option("--hist_logscale", "each range of a histogram is twice as long as the one before")
    .option("--hist_cumulate", "every range of a histogram begins with the first one")
    .option("--hist_ranges <from to...>", "exactly these ranges: times or temperatures", each(String))
    .option("--total_sz_only", "the total of each snapshot only")
    .addHelpText(
      "after",
      `
Recency is how long memory has been idle: 0 if it was accessed in the snapshot. The temperature is
size × weight + accesses in % × weight + age in µs × weight, below zero where there was no access
(--temperature_weights, by default 0 100 100).

Examples:
  damo report access --snapshot_idx 10 10
  damo report access --style recency-percentiles --percentiles_range 0 101 10
  damo report access --style hot --access_rate 50 max --sz_region 1M max`,
    )
    .action(async (options) => {
      const { reportAccess } = await import("./access_run.ts");
      await reportAccess(options);
    });
}

/** `damo report raw`: every region of every snapshot. */
export function rawCommand() {
  return reportOf("raw")
    .description("Show every region of every snapshot as it is.")
    .action(async (options) => {
      const { reportRaw } = await import("./access_run.ts");
      await reportRaw(options);
    });
}

/** `damo report times`: when memory of some kind was there. */
export function timesCommand() {
  return reportOf("times")
    .description("Show when regions were seen that fit the filters.")
    .addHelpText(
      "after",
      `
Example: when did the heap have memory that was accessed in half of the samples or more?
  damo report times --mapping heap --access_rate 50 max`,
    )
    .action(async (options) => {
      const { reportTimes } = await import("./record_run.ts");
      await reportTimes(options);
    });
}

/** `damo report info`: what a record is. */
export function infoCommand(name: string) {
  return reportOf(name)
    .description("Show what a record is: of what, when, how, how much, and whether it is whole.")
    .action(async (options) => {
      const { reportInfo } = await import("./record_run.ts");
      await reportInfo(options);
    });
}

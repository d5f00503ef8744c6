import { reportOf } from "./options.ts";

/** The options of `report schemes`, as parsed. */
export type SchemesReportOptions = ReturnType<ReturnType<typeof schemesReportCommand>["opts"]>;

/** `damo report schemes`: what the schemes of a record did. */
export function schemesReportCommand() {
  return reportOf("schemes")
    .description("Show what the schemes of a record did: where they acted, memory saved, and page faults for it.")
    .option("--over_time", "memory in use and counters as they came, one time a row")
    .addHelpText(
      "after",
      `
For a record of a DAMON with schemes: damo record PID -c FILE. As a picture it is the heat map with all that each scheme
acted on, and below it memory, page faults, memory pressure, and bytes tried, over time. What schemes would have done to a
record without them: damo schemes explain -c FILE RECORD.
Of the filters, those of time, addresses, target and kdamond hold for what schemes did; the others for the heat map only.`,
    )
    .action(async (options) => {
      const { reportSchemes } = await import("./schemes_run.ts");
      await reportSchemes(options);
    });
}

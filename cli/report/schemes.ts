import { defineCommand, type OptionsOf } from "../options/mod.ts";
import { REPORT_OPTIONS } from "./options.ts";

/** `damo report schemes`: what the schemes of a record did. */
export const SCHEMES_REPORT = defineCommand({
  name: "schemes",
  summary: "Show where a record's schemes acted, and what that saved and cost.",
  options: {
    ...REPORT_OPTIONS,
    over_time: { help: "memory use and statistics over time, one time per row" },
  },
  usual: ["input", "output", "format", "over_time", "time_range", "address_range", "target", "kdamond", "follow"],
  examples: [
    "damo record 1234 -c schemes.yaml",
    "damo report schemes",
    "damo report schemes -o schemes.png",
  ],
  notes: `
The record must be of a DAMON with schemes. The picture is the heat map, with what each scheme acted on, and below it memory
use, page faults, memory pressure and bytes tried over time. To see what schemes would have done to a record that has none:
damo schemes explain -c FILE RECORD. Filters of time, address, target and kdamond apply to all of it, the others only to the
heat map.`,
});

/** The options of `report schemes`, as parsed. */
export type SchemesReportOptions = OptionsOf<typeof SCHEMES_REPORT>;

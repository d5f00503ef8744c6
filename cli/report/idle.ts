import { parseNs } from "../../damon/model/mod.ts";
import { defineCommand, type OptionsOf } from "../options/mod.ts";
import { REPORT_OPTIONS, USUAL } from "./options.ts";

/** `damo report idle`: how much memory has been idle for how long. */
export const IDLE = defineCommand({
  name: "idle",
  summary: "Show how much memory has been idle for how long.",
  options: {
    ...REPORT_OPTIONS,
    edges: {
      value: "times",
      parse: (text) => text.split(/[\s,]+/).filter(Boolean).map((time) => parseNs(time, "s")),
      help: "bounds of the classes of idle time (default: 1s,5s,30s,2m,10m,1h,6h,1d)",
    },
  },
  usual: [...USUAL, "edges"],
  examples: ["damo report idle", "damo report idle -i damon.arrow --edges 1s,10s,1m"],
  notes: `
Without --input and filters it shows DAMON_STAT if that is on, otherwise damon.arrow. Memory is idle since it was last seen
accessed; "at least" adds up what has been idle that long or longer. DAMON_STAT (Linux 6.17) watches the machine's memory all
the time, at little cost: damo module stat enable. A record gives the same for what it watched, from the age of its regions: at
its end, on average, and over time.`,
});

/** The options of `report idle`, as parsed. */
export type IdleCommandOptions = OptionsOf<typeof IDLE>;

import { defineCommand, type OptionsOf } from "../options/mod.ts";
import { REPORT_OPTIONS } from "./options.ts";

/** `damo report profile`: what ran while memory was in use in a way. */
export const PROFILE = defineCommand({
  name: "profile",
  summary: "Show which code ran, overall or while memory was in use.",
  options: {
    ...REPORT_OPTIONS,
    by: {
      value: "what",
      choices: ["function", "file", "stack"],
      default: "function",
      help: "what a row stands for",
    },
    folded: { help: "stacks as lines for flame graph tools: flamegraph.pl, inferno, speedscope" },
  },
  usual: ["input", "output", "format", "by", "folded", "top", "time_range", "mapping", "access_rate", "age", "follow"],
  examples: [
    "damo record --profile -- ./program",
    "damo report profile",
    "damo report profile --mapping heap --access_rate 50 max    while the heap was hot",
    "damo report profile --folded | flamegraph.pl > flame.svg",
  ],
  notes: `
The record must have been made with --profile. With filters, a snapshot's time counts if at least one of its regions fits
them; the share in the rest of the time stands beside it. Samples are of CPU time, so a waiting process has none. Functions
have names if their file, or /usr/lib/debug, has symbols. Stacks need code that was compiled with frame pointers.`,
  pointers: {
    inputs: "--input RECORD; what ran is in the record itself: damo record --profile",
    perf_path: "none is needed: leave it out",
  },
});

/** The options of `report profile`, as parsed. */
export type ProfileCommandOptions = OptionsOf<typeof PROFILE>;

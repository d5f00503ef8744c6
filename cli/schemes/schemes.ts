import { parseNs } from "../../damon/model/mod.ts";
import { CONTROL_OPTIONS, DAMON_OPTIONS, DAMON_POINTERS, defineCommand, type OptionsOf } from "../options/mod.ts";

/** `damo schemes`: applies schemes until the target ends, or Ctrl-C. */
export const SCHEMES = defineCommand({
  name: "schemes",
  summary: "Apply schemes to a target until it ends, or Ctrl-C.",
  arguments: {
    target: { optional: true, kind: "target", help: "pid | paddr | a command line; or: -- COMMAND ARGS" },
  },
  options: {
    timeout: {
      value: "time",
      parse: (text) => parseNs(text, "s") / 1e9,
      help: "stop after this time (bare number: seconds)",
    },
    json: { help: "print what they did each second, as a line of JSON on stdout" },
    quiet: { help: "no status, no summary" },
    ...CONTROL_OPTIONS,
    ...DAMON_OPTIONS,
  },
  usual: [
    "schemes",
    "damos_action",
    "damos_sz_region",
    "damos_access_rate",
    "damos_age",
    "damos_quotas",
    "timeout",
    "json",
    "quiet",
    "dry_run",
  ],
  positional: true,
  examples: [
    "damo schemes -c schemes/reclaim.yaml 1234",
    "damo schemes 1234 --damos_action pageout --damos_access_rate 0% 0% --damos_age 60s max",
    "damo schemes explain -c schemes/reclaim.yaml 1234    what they would do",
  ],
  notes: `
Schemes come from the file of -c, in YAML, JSON, or lines of text, or from --damos_* options. A line of text is:
  #min-size max-size min-acc max-acc min-age max-age action
  4K        max      0       0       60s     max     pageout
What they do is shown while they run, and in a summary. Afterwards DAMON is off, and its settings are as they were.`,
  pointers: DAMON_POINTERS,
});

/** The options of `schemes`, as parsed. */
export type SchemesOptions = OptionsOf<typeof SCHEMES>;

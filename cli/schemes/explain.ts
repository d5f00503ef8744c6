import { count, DAMON_OPTIONS, defineCommand, type OptionsOf } from "../options/mod.ts";

/** `damo schemes explain`: what schemes would do, and what is the matter with them, without touching the kernel. */
export const SCHEMES_EXPLAIN = defineCommand({
  name: "explain",
  summary: "Say what schemes would do, and find mistakes; changes nothing.",
  arguments: {
    target: { optional: true, kind: "target", help: "pid | paddr | a record, on which they are replayed" },
  },
  options: {
    format: { value: "format", choices: ["text", "json"], default: "text", help: "format on stdout" },
    output: {
      short: "o",
      value: "file",
      kind: "file",
      help: "with a record: draw where they would act on its heat map, as FILE.png, .svg, .html, .vl.json",
    },
    width: { value: "columns", parse: count, help: "width of text (default: the terminal's)" },
    color: { value: "when", default: "auto", help: "auto, truecolor, 256 or never" },
    ...DAMON_OPTIONS,
  },
  usual: [
    "schemes",
    "damos_action",
    "damos_sz_region",
    "damos_access_rate",
    "damos_age",
    "damos_quotas",
    "output",
    "format",
  ],
  examples: [
    "damo schemes explain -c schemes/reclaim.yaml",
    "damo schemes explain -c schemes/reclaim.yaml 1234",
    "damo schemes explain -c schemes/reclaim.yaml damon.arrow -o reclaim.png",
  ],
  notes: `
With a record it says how many bytes of which mappings each scheme would have taken, how often, and how much of that was soon
accessed again. If no schemes are given, it takes those of the record. The exit code is 1 if a scheme cannot work as written:
if an error is found, not only warnings and notes.`,
});

/** The options of `schemes explain`, as parsed. */
export type SchemesExplainOptions = OptionsOf<typeof SCHEMES_EXPLAIN>;

import { DAMON_OPTIONS, DAMON_POINTERS, defineCommand, type OptionsOf } from "../options/mod.ts";

/** `damo args`: what a command line says, in other words. */
export const ARGS = defineCommand({
  name: "args",
  summary: "Print a configuration as a file, or as options.",
});

/** `damo args damon`. */
export const ARGS_DAMON = defineCommand({
  name: "damon",
  summary: "Print DAMON's parameters as JSON, YAML, an outline, or options.",
  arguments: {
    target: { optional: true, kind: "target", help: "pid | paddr | a YAML or JSON file" },
  },
  options: {
    format: {
      value: "form",
      choices: ["json", "yaml", "text", "report", "options"],
      default: "json",
      help: "json can be read by the Python damo; yaml is for people; text is an outline; options is a command line",
    },
    raw: { help: "json, yaml: numbers in the kernel's units; they read back as the same" },
    omit_defaults: { help: "json, yaml: leave out what is the default" },
    out: { short: "o", value: "file", kind: "file", default: "-", help: "write to FILE; - for stdout" },
    add: { value: "file", kind: "file", help: "put the kdamonds of FILE before these" },
    replace: {
      value: "file index",
      words: 2,
      many: true,
      kind: "file",
      help: "print the kdamonds of FILE, with this one in the place of number INDEX",
    },
    remove: {
      value: "file index",
      words: 2,
      many: true,
      kind: "file",
      help: "print the kdamonds of FILE without number INDEX",
    },
    ...DAMON_OPTIONS,
  },
  usual: ["format", "out", "omit_defaults", "raw", "add", "replace", "remove", "kdamonds", "schemes", "damos_action"],
  examples: [
    "damo args damon 1234 --damos_action pageout --damos_age 60s max --format yaml -o cold.yaml",
    "damo args damon cold.yaml --format options",
    "damo args damon --remove all.json 1 -o one.json",
  ],
  notes: `
Nothing in the kernel is changed. What is printed is for damo start --kdamonds FILE, record and tune. The first line of the
YAML names its schema, so that editors complete and check it.`,
  pointers: DAMON_POINTERS,
});

/** The options of `args damon`, as parsed. */
export type ArgsDamonOptions = OptionsOf<typeof ARGS_DAMON>;

import type { DamonModule } from "../../damon/modules/mod.ts";
import { defineCommand, defineOptions, type OptionSpec, type OptionTable, type ParsedOptions } from "../options/mod.ts";
import { moduleOptions } from "./options.ts";

export const ACTIONS = ["status", "enable", "disable", "commit", "read", "write"] as const;

/** What is done with a module. */
export type ModuleAction = typeof ACTIONS[number];

const CHANGE_OPTIONS = defineOptions({
  force: { help: "change it even if damo did not turn it on" },
  dry_run: { help: "print the exact writes to the kernel, and make none" },
  json: { help: "print JSON" },
});

/** Of `damo module stat read`. */
const IDLE_OPTIONS = defineOptions({
  idle_time_mem_sz_lines: { value: "count", help: "lines of read idle_time_mem_sz (default: 10)" },
  idle_time_percentiles_range: {
    value: "start end step",
    words: 3,
    many: true,
    help: "of read idle_time_percentiles (default: 0 101 10)",
  },
  input_idle_time_percentiles: {
    value: "percentile seconds",
    words: Infinity,
    many: true,
    help: "show these pairs, or those in a file, instead of the kernel's",
  },
  raw_number: { help: "plain numbers: seconds and percent" },
});

/** The options of every module's command, as parsed, and those of the module's own. */
export type ModuleCommandOptions = ParsedOptions<typeof CHANGE_OPTIONS> & {
  [name: string]: unknown;
};

/** `damo module NAME ACTION`: looks at and steers the kernel's own DAMON modules. */
export const MODULE = defineCommand({
  name: "module",
  summary: "Show and control the kernel's DAMON modules: reclaim, stat, ...",
  arguments: {
    name: { optional: true, help: "another module, without damon_ before it" },
    action: { optional: true, help: "status, enable, disable, commit, read or write" },
    words: { optional: true, many: true, help: "what to read; or what to write, as PARAM VALUE pairs" },
  },
  options: CHANGE_OPTIONS,
  examples: ["damo module                      which there are", "damo module reclaim enable --min_age 2m"],
  notes: "Without a name it lists the modules of this kernel. damo reclaim and damo lru_sort are short for those two.",
});

/** `damo module reclaim` and others. */
export function oneModuleTable(module: DamonModule) {
  const { name, short, doc, parameters } = module;
  const hasCommit = parameters.some(({ access }) => access === "commit");
  const inputs: OptionTable = Object.fromEntries(
    moduleOptions(module).map(({ name, value, parameters, description }): [string, OptionSpec] => [name, {
      ...(value !== undefined && { value }),
      ...(parameters.length > 1 && { words: parameters.length, many: true }),
      help: description,
    }]),
  );
  const own: OptionTable = short === "stat" ? { ...inputs, ...IDLE_OPTIONS } : inputs;
  const table = defineCommand({
    name: short,
    aliases: [name],
    summary: `${name.toUpperCase()}, which ${doc}.`,
    arguments: {
      action: {
        choices: ACTIONS.filter((action) => hasCommit || action !== "commit"),
        default: "status",
        help: "what to do",
      },
      words: { optional: true, many: true, help: "what to read; or what to write, as PARAM VALUE pairs" },
    },
    options: { ...own, ...CHANGE_OPTIONS },
    notes: notesOf(module),
  });
  return { ...table, usual: [...USUAL.filter((name) => name in own), ...Object.keys(CHANGE_OPTIONS)] };
}

/** The parameters that decide what a module does, and how much of it. */
const USUAL = [
  "min_age",
  "hot_thres_access_freq",
  "cold_min_age",
  "quota",
  "quota_mem_pressure_us",
  "wmarks",
  "monitor_intervals",
  "nr_regions",
  "monitor_region",
  ...Object.keys(IDLE_OPTIONS),
];

function notesOf({ short }: DamonModule): string {
  const safety = `
A module claims DAMON exclusively. It is not turned on while somebody else uses DAMON, and not turned off or changed if
somebody else turned it on, except with --force. disable restores the parameters from before enable.`;
  if (short === "stat") {
    return `${safety}
read also takes idle_time_mem_sz and idle_time_percentiles. How long memory has been idle: damo report idle`;
  }
  return `
Times take units (bare numbers are in the parameter's own unit), sizes K, M, G; shares are per mille, or percent. What is
changed while the module is on takes effect with commit.
${safety}`;
}

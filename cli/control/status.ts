import { parseNs } from "../../damon/model/mod.ts";
import { defineCommand, defineOptions, type ParsedOptions } from "../options/mod.ts";

const OPTIONS = defineOptions({
  json: { help: "print JSON; with --watch one line each time" },
  watch: {
    value: "time",
    optional: true,
    parse: (text) => parseNs(text, "s") / 1e6,
    help: "refresh every TIME (default: 1s) until Ctrl-C",
  },
});

/** The options of `status`, as parsed. */
export type StatusOptions = ParsedOptions<typeof OPTIONS>;

const STATUS = "damo status shows all of it, --json for a script";

/** Of the Python damo's `report damon`. */
const POINTERS = {
  format: `--json; ${STATUS}`,
  raw: STATUS,
  show_cpu_usage: "top -p PID, with the kdamond's pid of damo status",
  kdamonds_summary: STATUS,
  damos_stats: STATUS,
  damos_stat_fields: STATUS,
  omit_damos_tried_regions: STATUS,
  damon_params: "damo args damon FILE --format report shows what a file has; damo status what runs",
  damon_params_omit_defaults: "damo args damon FILE --omit_defaults shows what a file has; damo status what runs",
  input_file: "damo args damon FILE --format report",
} as const;

/** `damo status`, `damo report damon`: which kdamonds and modules there are, whose, and what they do. */
export const statusTable = (name: string) =>
  defineCommand({
    name,
    summary: "Show every kdamond: its owner, targets, schemes and statistics.",
    options: OPTIONS,
    ...(name === "damon" && { pointers: POINTERS }),
    examples: ["damo status", "damo status --watch 5s"],
    notes: `
For kdamonds that damo started, statistics are fetched from the kernel first. Those that others started are only read: their
statistics are as old as the last time that somebody fetched them.`,
  });

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

/** `damo status`, `damo report damon`: which kdamonds and modules there are, whose, and what they do. */
export const statusTable = (name: string) =>
  defineCommand({
    name,
    summary: "Show every kdamond: its owner, targets, schemes and statistics.",
    options: OPTIONS,
    examples: ["damo status", "damo status --watch 5s"],
    notes: `
For kdamonds that damo started, statistics are fetched from the kernel first. Those that others started are only read: their
statistics are as old as the last time that somebody fetched them.`,
  });

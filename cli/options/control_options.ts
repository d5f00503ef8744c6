import { type Command, Option } from "@commander-js/extra-typings";
import type { ParsedDamonOptions } from "./damon_options.ts";
import { MOUNT_HELP } from "./mount_help.ts";

/** What `start`, `tune`, `pause` and `resume` share. */
export type ControlOptions = ParsedDamonOptions & {
  dry_run?: true;
  interface?: "sysfs" | "debugfs" | "auto";
  mount?: true;
  /** Of `tune`. */
  quota_goals_only?: true;
};

/** Adds the options of every command that changes what DAMON does. */
export function addControlOptions(command: Command): Command {
  return command
    .option("--dry_run", "print the exact writes, and do none")
    .addOption(
      new Option("--interface <which>", "which of the kernel's interfaces to DAMON; auto takes sysfs where it is there")
        .choices(["sysfs", "debugfs", "auto"]).default("auto"),
    )
    .option("--mount", MOUNT_HELP) as unknown as Command;
}

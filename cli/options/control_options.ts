import { INTERFACES } from "../../damon/model/mod.ts";
import type { ParsedDamonOptions } from "./damon_option_table.ts";
import { defineOptions, type ParsedOptions } from "./option_table.ts";

/** `--mount`, of every command that needs a file system of the kernel. */
export const MOUNT_OPTION = defineOptions({
  mount: { help: "mount the kernel's file system that is needed, if it is not mounted" },
});

/** `--interface`, of every command that drives DAMON. */
export const INTERFACE_OPTION = defineOptions({
  interface: {
    value: "which",
    choices: INTERFACES,
    default: "auto",
    help: "kernel interface to DAMON; auto takes sysfs if there is one",
  },
});

/** What every command has that changes what DAMON does. */
export const CONTROL_OPTIONS = defineOptions({
  dry_run: { help: "print the exact writes to the kernel, and make none" },
  ...INTERFACE_OPTION,
  ...MOUNT_OPTION,
});

/** What `start`, `tune`, `pause` and `resume` share. */
export type ControlOptions = ParsedOptions<typeof CONTROL_OPTIONS> & ParsedDamonOptions & {
  /** Of `tune`. */
  quota_goals_only?: true | undefined;
};

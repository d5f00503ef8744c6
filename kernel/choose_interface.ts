import type { DamonInterface } from "./interface.ts";
import type { Roots } from "./roots.ts";
import { SysfsInterface } from "./sysfs_interface.ts";

/** Which of the kernel's interfaces a command takes; `auto` takes sysfs where it is there. */
export type InterfaceName = "sysfs" | "debugfs" | "auto";

/** The interface to drive DAMON with. */
export function chooseInterface(roots: Roots, _name: InterfaceName = "auto"): DamonInterface {
  return new SysfsInterface(roots);
}

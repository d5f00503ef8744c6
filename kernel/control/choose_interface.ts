import { DebugfsInterface } from "./debugfs_interface.ts";
import { exists, type Roots } from "../machine/mod.ts";
import type { DamonInterface } from "./interface.ts";
import type { KdamondStatus } from "./sysfs_read.ts";
import { SysfsInterface } from "./sysfs_interface.ts";

/** Which of the kernel's interfaces a command takes; `auto` takes sysfs where it is there. */
export type InterfaceName = "sysfs" | "debugfs" | "auto";

/** The interface to drive DAMON with. Whether it is there is told by those who use it. */
export function chooseInterface(roots: Roots, name: InterfaceName = "auto"): DamonInterface {
  const isOlder = name === "debugfs" || (name === "auto" && !exists(roots.damon) && exists(roots.debugfs));
  return isOlder ? new DebugfsInterface(roots) : new SysfsInterface(roots);
}

/** Every interface that is there, sysfs first: for looking at what runs, whoever started it by which. */
export function interfacesHere(roots: Roots): DamonInterface[] {
  return [
    ...(exists(roots.damon) || !exists(roots.debugfs) ? [new SysfsInterface(roots)] : []),
    ...(exists(roots.debugfs) ? [new DebugfsInterface(roots)] : []),
  ];
}

/** Every kdamond as it is now, whoever started it by which interface. @throws {KernelError} as they do. */
export async function readAllKdamonds(roots: Roots): Promise<KdamondStatus[]> {
  const found: KdamondStatus[] = [];
  for (const damon of interfacesHere(roots)) found.push(...await damon.read());
  return found;
}

import type { InterfaceName } from "../kernel/choose_interface.ts";
import type { Roots } from "../kernel/roots.ts";

/** What `--mount` says in the help of every command that has it. */
export const MOUNT_HELP = "mount the kernel's file system that the interface is in, where it is not mounted";

/** With `--mount`, mounts what the interface is in where it is not mounted, and says so: it stays. */
export async function mountAsked(roots: Roots, options: { mount?: true; interface?: InterfaceName }): Promise<void> {
  if (!options.mount) return;
  const { mountMissing } = await import("../kernel/mounts.ts");
  for (const { type, place } of await mountMissing(roots, options.interface ?? "auto")) {
    console.error(`damo: mounted ${type} on ${place}; it stays mounted`);
  }
}

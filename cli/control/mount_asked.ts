import type { InterfaceName } from "../../kernel/control/mod.ts";
import type { Roots } from "../../kernel/machine/mod.ts";

/**
 * With `--mount`, mounts what the interface is in where it is not mounted, and says so: it stays.
 *
 * @param looks Whether it is looked at what is there; if not, the trees may be missing.
 * @throws {UnsupportedError} where the kernel's trees do not show this machine even so.
 */
export async function mountAsked(
  roots: Roots,
  options: { mount?: true | undefined; interface?: InterfaceName },
  looks = true,
): Promise<void> {
  const { mountMissing, requireKernelTrees } = await import("../../kernel/control/mounts.ts");
  if (options.mount) {
    for (const { type, place } of await mountMissing(roots, options.interface ?? "auto")) {
      console.error(`damo: mounted ${type} on ${place}; it stays mounted`);
    }
  }
  if (looks) requireKernelTrees(roots);
}

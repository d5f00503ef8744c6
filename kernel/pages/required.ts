import { KernelError } from "../../damon/mod.ts";
import { requireProcess } from "../control/mod.ts";
import { errnoOf, isAlive, processDirOf, type Roots } from "../machine/mod.ts";

/**
 * What a process has mapped tells where to look: of one that hides it nothing would be seen.
 *
 * @throws {KernelError} where it hides it.
 */
export function requireReadable(roots: Roots, pid: number): void {
  requireProcess(roots, pid);
  const path = `${processDirOf(roots, pid)}/maps`;
  try {
    using file = Deno.openSync(path);
    file.readSync(new Uint8Array(1));
  } catch (error) {
    // It ended in this moment.
    if (!isAlive(roots, pid)) return;
    throw new KernelError(
      "look at what the process has mapped",
      errnoOf(error),
      path,
      "run as root with CAP_SYS_PTRACE",
    );
  }
}

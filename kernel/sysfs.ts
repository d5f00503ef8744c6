import { KernelError, type Write } from "../damon/mod.ts";
import type { Roots } from "./roots.ts";
import { type KdamondStatus, readKdamondDir } from "./sysfs_read.ts";

export type { ContextStatus, KdamondStatus, SchemeStatus } from "./sysfs_read.ts";

/** `kdamonds/` of the tree. */
export function kdamondsDir(roots: Roots): string {
  return `${roots.damon}/admin/kdamonds`;
}

/**
 * Reads every kdamond of the tree. It writes nothing: what the kernel shows only after a write (statistics, tuned
 * intervals) is as old as the last one who asked.
 *
 * @returns nothing where the tree is not there.
 * @throws {KernelError} where it may not be read: it is for root alone.
 */
export function readKdamonds(roots: Roots): KdamondStatus[] {
  const dir = kdamondsDir(roots);
  let count = 0;
  try {
    count = Number(Deno.readTextFileSync(`${dir}/nr_kdamonds`));
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new KernelError("read what DAMON does", 13, `${dir}/nr_kdamonds`, "run as root");
    }
  }
  return Array.from({ length: count }, (_, index) => readKdamondDir(`${dir}/${index}`, index));
}

/**
 * Writes one kernel file.
 *
 * @throws {KernelError} naming the file and the kernel's errno.
 */
export function writeKernel(path: string, text: string, hint?: string): void {
  try {
    // Without `create` and `truncate`: a sysfs file takes one write at offset 0, and a missing one must not be made.
    const file = Deno.openSync(path, { write: true });
    try {
      file.writeSync(new TextEncoder().encode(text));
    } finally {
      file.close();
    }
  } catch (error) {
    throw new KernelError(`write ${JSON.stringify(text)}`, errnoOf(error), path, hint);
  }
}

/** Does the writes of a plan, whose paths are full, in order. @throws {KernelError} at the first that fails, naming its file. */
export function runPlan(writes: readonly Write[]): void {
  for (const { path, text } of writes) writeKernel(path, text);
}

/** The errno of a failed call, 0 if unknown; Deno keeps it in the message only: `Invalid argument (os error 22)`. */
export function errnoOf(error: unknown): number {
  if (error instanceof Deno.errors.NotFound) return 2;
  const found = /os error (\d+)/.exec(String(error));
  return found ? Number(found[1]) : 0;
}

/** A kdamond in a few words, for messages: `kdamond 0 (pid 77, paddr, on)`. */
export function describeKdamond({ index, interface: through, pid, state, contexts }: KdamondStatus): string {
  const watches = contexts.map(({ operations, targets }) => {
    const pids = targets.flatMap((target) => target.pid ?? []);
    return pids.length ? `${operations} of pid ${pids.join(", ")}` : operations;
  });
  const parts = [
    ...(through === "debugfs" ? ["debugfs"] : []),
    ...(pid === undefined ? [] : [`pid ${pid}`]),
    ...(watches.length ? watches : ["nothing staged"]),
    state,
  ];
  return `kdamond ${index} (${parts.join(", ")})`;
}

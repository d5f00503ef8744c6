import { isBusy, readDamonText, type Roots } from "../machine/mod.ts";
import { livingThreadOf } from "./ours.ts";
import { patiently } from "./patience.ts";
import { type KdamondStatus, readKdamondDir } from "./sysfs_read.ts";

export type { ContextStatus, KdamondStatus, SchemeStatus } from "./sysfs_read.ts";

/** `kdamonds/` of the tree. */
export function kdamondsDir(roots: Roots): string {
  return `${roots.damon}/admin/kdamonds`;
}

/**
 * Reads every kdamond of the tree. It writes nothing: what the kernel shows only after a write (statistics, tuned
 * intervals) is as old as the last one who asked. Where DAMON is busy with somebody's request it waits.
 *
 * @returns nothing where the tree is not there.
 * @throws {KernelError} where it may not be read: it is for root alone; and where it is busy all the time.
 */
export async function readKdamonds(roots: Roots): Promise<KdamondStatus[]> {
  const dir = kdamondsDir(roots);
  const count = Number(readDamonText(roots, `${dir}/nr_kdamonds`) ?? 0);
  const found: KdamondStatus[] = [];
  for (let index = 0; index < count; index++) {
    found.push(readKdamondDir(roots, `${dir}/${index}`, index, await pidOf(roots, index)));
  }
  return found;
}

/** The thread that runs a kdamond; `undefined` while it is off, and nothing else. */
export async function pidOf(roots: Roots, index: number): Promise<number | undefined> {
  const dir = `${kdamondsDir(roots)}/${index}`;
  try {
    return pidNow(roots, dir);
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
  // A thread takes no lock: ours, while it lives, is the one that runs here.
  const known = livingThreadOf(roots, index);
  return known ?? await patiently(roots, `say whether kdamond ${index} is on`, () => pidNow(roots, dir));
}

/** @throws {KernelError} where DAMON is busy. */
function pidNow(roots: Roots, dir: string): number | undefined {
  const pid = Number(readDamonText(roots, `${dir}/pid`) ?? -1);
  return pid > 0 && readDamonText(roots, `${dir}/state`)?.trim() === "on" ? pid : undefined;
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

import { readOptional, type Roots } from "./roots.ts";

/**
 * Pids of the processes that `pid` has forked and that are its children now, ascending.
 *
 * A child that ended before this was called was never seen; one whose parent ended is not its grandparent's.
 */
export function childrenOf(roots: Roots, pid: number): number[] {
  const found: number[] = [];
  let listed = false;
  for (const tid of namesIn(`${roots.proc}/${pid}/task`)) {
    // Each thread has its own; without CONFIG_PROC_CHILDREN none has.
    const text = readOptional(`${roots.proc}/${pid}/task/${tid}/children`);
    if (text === undefined) continue;
    listed = true;
    found.push(...text.split(" ").filter((word) => word !== "").map(Number));
  }
  return (listed ? found : childrenByParent(roots, pid)).sort((a, b) => a - b);
}

function childrenByParent(roots: Roots, parent: number): number[] {
  return namesIn(roots.proc).filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    const stat = readOptional(`${roots.proc}/${pid}/stat`);
    return stat !== undefined && Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent;
  });
}

function namesIn(dir: string): string[] {
  try {
    return [...Deno.readDirSync(dir)].map(({ name }) => name);
  } catch {
    return [];
  }
}

import { isAlive } from "./process.ts";
import { readOptional, type Roots } from "./roots.ts";

/**
 * Pids of the processes that these have forked, and of those that these have forked in turn, as far as they run now.
 *
 * A child that ended before this was called was never seen; one whose parent ended is not its grandparent's.
 */
export function descendantsOf(roots: Roots, pids: readonly number[]): number[] {
  const known = new Set(pids);
  const left = [...pids];
  let byParent: Map<number, number[]> | undefined;
  for (let pid = left.pop(); pid !== undefined; pid = left.pop()) {
    const children = childrenOf(roots, pid) ?? (byParent ??= childrenByParent(roots)).get(pid) ?? [];
    for (const child of children) {
      if (known.has(child) || !isAlive(roots, child)) continue;
      known.add(child);
      left.push(child);
    }
  }
  return [...known].slice(new Set(pids).size).sort((a, b) => a - b);
}

/** As each thread of a process lists them; `undefined` where none does: without CONFIG_PROC_CHILDREN. */
function childrenOf(roots: Roots, pid: number): number[] | undefined {
  const threads = namesIn(`${roots.proc}/${pid}/task`);
  const texts = threads.flatMap((tid) => readOptional(`${roots.proc}/${pid}/task/${tid}/children`) ?? []);
  // Without threads it has ended.
  if (texts.length === 0 && threads.length > 0) return undefined;
  return texts.flatMap((text) => text.split(" ").filter((word) => word !== "").map(Number));
}

/** Of every process: looked through once, however many are asked about. */
function childrenByParent(roots: Roots): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of namesIn(roots.proc)) {
    const stat = /^\d+$/.test(name) ? readOptional(`${roots.proc}/${name}/stat`) : undefined;
    if (stat === undefined) continue;
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    children.set(parent, [...children.get(parent) ?? [], Number(name)]);
  }
  return children;
}

function namesIn(dir: string): string[] {
  try {
    return [...Deno.readDirSync(dir)].map(({ name }) => name);
  } catch {
    return [];
  }
}

import { namesIn } from "./files.ts";
import { startTicksOf } from "./process.ts";
import { readOptional, type Roots } from "./roots.ts";

/** A kernel thread; its start tells it from a later one with its pid. */
export interface KernelThread {
  pid: number;
  startTicks: number;
}

/** A thread of DAMON's; `undefined` where there is none with this pid. It takes no lock of DAMON's, so it is never busy. */
export function threadOf(roots: Roots, pid: number): KernelThread | undefined {
  if (!(pid > 0) || !/^kdamond/.test(readOptional(`${roots.proc}/${pid}/comm`) ?? "")) return undefined;
  const startTicks = startTicksOf(roots, pid);
  return startTicks === undefined ? undefined : { pid, startTicks };
}

/** All of DAMON's threads. */
export function threadsOf(roots: Roots): KernelThread[] {
  const pids = namesIn(roots.proc).filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.flatMap((pid) => threadOf(roots, pid) ?? []);
}

/** Whether the kernel's threads are seen here: in a pid namespace of its own nobody sees them. */
export function showsThreads(roots: Roots): boolean {
  return readOptional(`${roots.proc}/2/comm`) === "kthreadd";
}

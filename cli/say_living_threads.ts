import type { Kdamond } from "../damon/mod.ts";
import { livingThreadOf } from "../kernel/process.ts";
import type { Roots } from "../kernel/roots.ts";
import { pidsIn } from "./pids_in.ts";

/** Says of which processes another thread than the main one is watched, as that has ended. */
export function sayLivingThreads(roots: Roots, kdamonds: readonly Kdamond[]): void {
  for (const pid of new Set(pidsIn(kdamonds))) {
    const living = livingThreadOf(roots, pid);
    if (living === pid) continue;
    console.error(`damo: the main thread of process ${pid} has ended: its thread ${living} stands for it`);
  }
}

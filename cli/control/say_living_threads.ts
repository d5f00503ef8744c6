import type { Kdamond } from "../../damon/mod.ts";
import { livingThreadOf, type Roots } from "../../kernel/machine/mod.ts";
import { pidsIn } from "../damon/mod.ts";

/** Says of which processes another thread than the main one is watched, as that has ended. */
export function sayLivingThreads(roots: Roots, kdamonds: readonly Kdamond[]): void {
  for (const pid of new Set(pidsIn(kdamonds))) {
    const living = livingThreadOf(roots, pid);
    if (living === pid) continue;
    console.error(`damo: the main thread of process ${pid} has ended: its thread ${living} stands for it`);
  }
}

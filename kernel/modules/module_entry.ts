import type { DamonModule } from "../../damon/mod.ts";
import { bootIdOf, type KernelThread, readOptional, type Roots } from "../machine/mod.ts";
import type { ModuleStatus } from "./modules.ts";

/** What is kept about a module that we turned on, so that turning it off brings back what was there before. */
export interface ModuleEntry {
  module: string;
  bootId: string;
  /** Its kernel thread; absent until it is on. */
  thread?: KernelThread;
  /** Every input as it was before. The kernel itself changes some, such as the region to watch. */
  before: Record<string, string>;
  /** What we set. */
  set: Record<string, string>;
}

/** Keeps an entry, replaced as a whole. To be called under the lock, which makes the folder. */
export function keepModuleEntry(roots: Roots, entry: ModuleEntry): void {
  const path = entryPath(roots, entry.module);
  Deno.writeTextFileSync(`${path}.new`, JSON.stringify(entry), { mode: 0o644 });
  Deno.renameSync(`${path}.new`, path);
}

/** The entry of a module in this boot; one that is not whole is none. */
export function readModuleEntry(roots: Roots, { name }: Pick<DamonModule, "name">): ModuleEntry | undefined {
  try {
    const entry = JSON.parse(readOptional(entryPath(roots, name)) ?? "null") as ModuleEntry | null;
    const isWhole = entry?.module === name && typeof entry.before === "object" && typeof entry.set === "object";
    return isWhole && entry.bootId === bootIdOf(roots) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Forgets the entry. */
export function dropModuleEntry(roots: Roots, { name }: Pick<DamonModule, "name">): void {
  try {
    Deno.removeSync(entryPath(roots, name));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Whether the module that is on is the one of `entry`: somebody may have turned ours off and theirs on. */
export function isOurModule({ isOn, thread }: ModuleStatus, entry: ModuleEntry | undefined): boolean {
  if (!isOn || !entry) return false;
  if (!thread || !entry.thread) return true;
  return thread.pid === entry.thread.pid && thread.startTicks === entry.thread.startTicks;
}

function entryPath(roots: Roots, name: string): string {
  return `${roots.run}/module-${name}.json`;
}

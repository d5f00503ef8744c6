import { readAllKdamonds } from "./choose_interface.ts";
import { bootIdOf, namesIn, readOptional, type Roots } from "../machine/mod.ts";
import { isRecorderAlive, readEntry, withLock } from "./ours.ts";
import type { KdamondStatus } from "./sysfs.ts";

const ENTRY = /^(?:(kdamond|debugfs)-(\d+)|module-\w+|thread-\d+)\.json(?:\.new)?$/;

/**
 * Removes what earlier commands kept and nobody can need any more: notes of an earlier boot (where `/run` outlives it, as
 * in a container), half-written ones, and those of kdamonds that are not there any more.
 *
 * @returns Names of the files that were removed.
 */
export async function dropStaleEntries(roots: Roots): Promise<string[]> {
  // Without a folder of ours there is nothing to remove, and none is made for it.
  if (!namesIn(roots.run).some((name) => ENTRY.test(name))) return [];
  return await withLock(roots, async () => {
    const there = await readAllKdamonds(roots);
    return namesIn(roots.run).filter((name) => {
      const found = ENTRY.exec(name);
      if (!found || !isStale(roots, found, there)) return false;
      Deno.removeSync(`${roots.run}/${name}`);
      return true;
    });
  });
}

function isStale(roots: Roots, [name, kind, index]: RegExpExecArray, there: readonly KdamondStatus[]): boolean {
  // Under the lock nobody is writing one.
  if (name.endsWith(".new")) return true;
  if (bootOf(readOptional(`${roots.run}/${name}`)) !== bootIdOf(roots)) return true;
  // Those of threads are taken away with the entry of a thread that has ended.
  if (kind === undefined) return false;
  const through = kind === "debugfs" ? "debugfs" : "sysfs";
  if (there.some((status) => status.index === Number(index) && (status.interface ?? "sysfs") === through)) return false;
  const entry = readEntry(roots, Number(index), through);
  return !entry || !isRecorderAlive(roots, entry);
}

function bootOf(text: string | undefined): unknown {
  try {
    return (JSON.parse(text ?? "null") as { bootId?: unknown } | null)?.bootId;
  } catch {
    return undefined;
  }
}

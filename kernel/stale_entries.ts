import { namesIn } from "./doctor_row.ts";
import { bootIdOf } from "./host.ts";
import { isRecorderAlive, readEntry, withLock } from "./ours.ts";
import { readOptional, type Roots } from "./roots.ts";
import { readKdamonds } from "./sysfs.ts";

const ENTRY = /^(?:kdamond-(\d+)|module-\w+)\.json(?:\.new)?$/;

/**
 * Removes what earlier commands kept and nobody can need any more: notes of an earlier boot (where `/run` outlives it, as
 * in a container), half-written ones, and those of kdamonds that are not there any more.
 *
 * @returns Names of the files that were removed.
 */
export async function dropStaleEntries(roots: Roots): Promise<string[]> {
  // Without a folder of ours there is nothing to remove, and none is made for it.
  if (!namesIn(roots.run).some((name) => ENTRY.test(name))) return [];
  return await withLock(roots, () => {
    const count = readKdamonds(roots).length;
    return namesIn(roots.run).filter((name) => {
      const found = ENTRY.exec(name);
      if (!found || !isStale(roots, name, found[1], count)) return false;
      Deno.removeSync(`${roots.run}/${name}`);
      return true;
    });
  });
}

function isStale(roots: Roots, name: string, index: string | undefined, kdamonds: number): boolean {
  // Under the lock nobody is writing one.
  if (name.endsWith(".new")) return true;
  if (bootOf(readOptional(`${roots.run}/${name}`)) !== bootIdOf(roots)) return true;
  if (index === undefined || Number(index) < kdamonds) return false;
  const entry = readEntry(roots, Number(index));
  return !entry || !isRecorderAlive(roots, entry);
}

function bootOf(text: string | undefined): unknown {
  try {
    return (JSON.parse(text ?? "null") as { bootId?: unknown } | null)?.bootId;
  } catch {
    return undefined;
  }
}

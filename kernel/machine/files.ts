import type { Roots } from "./roots.ts";

/** The root of the sysfs tree, which {@linkcode Roots} has no name for. */
export function sysfsOf(roots: Roots): string {
  return roots.modules.replace(/\/module$/, "");
}

/** Whether there is such a file or folder; one that may not be looked at is as if absent. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The names in a folder, sorted; none where there is no such folder. */
export function namesIn(dir: string): string[] {
  try {
    return [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

import { RecordError } from "../damon/mod.ts";

/**
 * Checks that a record can be begun at `path`, and leaves everything there as it is: for failing before anything else
 * is started.
 *
 * @throws {RecordError} naming why not.
 */
export function checkWritable(path: string): void {
  if (path === "-") return;
  const before = exists(path);
  try {
    if (before && Deno.statSync(path).isDirectory) throw new Error("it is a folder");
    Deno.openSync(path, { write: true, append: true, create: true, mode: 0o600 }).close();
    if (!before) Deno.removeSync(path);
  } catch (error) {
    throw new RecordError(`Cannot write ${path}: ${(error as Error).message}; choose another file with -o FILE`, path);
  }
}

/** Whether there is anything at `path`, a broken link included. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

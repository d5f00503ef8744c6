import { RecordError } from "../damon/mod.ts";

/** What the shell opened already: a pipe there has its reader, and the name must stay. */
const OPENED = /^\/dev\/(?:stdout|stderr|fd\/\d+)$/;

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
    if (before) refuseKind(path);
    Deno.openSync(path, { write: true, append: true, create: true, mode: 0o600 }).close();
    if (!before) Deno.removeSync(path);
  } catch (error) {
    throw new RecordError(
      `Cannot write ${path || '""'}: ${(error as Error).message}; choose another file with -o FILE`,
      path,
    );
  }
}

function refuseKind(path: string): void {
  const { isDirectory, isBlockDevice, isFifo } = Deno.statSync(path);
  if (isDirectory) throw new Error("it is a folder");
  if (isBlockDevice) throw new Error("it is a disk");
  // Opening it would wait for a reader, deaf to Ctrl-C.
  if (isFifo && !OPENED.test(path)) throw new Error("it is a pipe, to be written through standard output: -o - > PIPE");
}

/** Whether `path` is written to as it is, never renamed or cut: a device such as `/dev/null`, or `/dev/stdout`. */
export function isStream(path: string): boolean {
  try {
    return OPENED.test(path) || !Deno.statSync(path).isFile;
  } catch {
    return false;
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

/** Whether a record in this format has files beside it: the Python damo's have, but in a pipe. */
export function hasSideFiles(format: string, path: string): boolean {
  return ["json_compressed", "json", "perf_script"].includes(format) && path !== "-" && !isStream(path);
}

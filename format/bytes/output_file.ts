import { dirname, join } from "node:path";
import { RecordError } from "../../damon/mod.ts";

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
  try {
    if (isStream(path) || isFolder(path)) {
      refuseKind(path);
      Deno.openSync(path, { write: true, append: true }).close();
      return;
    }
    if (path === "") throw new Error("it has no name");
    if (exists(path)) refuseBeingWritten(path);
    // What is there is renamed: it is the folder that has to take a new file.
    const probe = join(dirname(path), `.damo-${Deno.pid}.probe`);
    try {
      Deno.openSync(probe, { write: true, createNew: true, mode: 0o600 }).close();
      Deno.removeSync(probe);
    } catch (error) {
      throw new Error((error as Error).message.replaceAll(probe, path));
    }
  } catch (error) {
    throw new RecordError(
      `Cannot write ${path || '""'}: ${(error as Error).message}; choose another file with -o FILE`,
      path,
    );
  }
}

/**
 * Checks that no other program writes a record to the file: renamed under its hands, its record would be the next one's
 * `.old`, and be lost with the one after that.
 *
 * @throws {Error} where one does.
 */
export function refuseBeingWritten(path: string): void {
  let file: Deno.FsFile;
  try {
    if (!Deno.lstatSync(path).isFile) return;
    file = Deno.openSync(path);
  } catch {
    return; // Whose file it is keeps others from renaming it, or not.
  }
  const isFree = lock(file);
  file.close();
  if (!isFree) throw new Error("another damo is writing its record there");
}

/** Locks a file for whoever has it open; `false` where somebody else has. File systems without locks let everybody. */
export function lock(file: Deno.FsFile): boolean {
  try {
    return file.tryLockSync(true);
  } catch {
    return true;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function refuseKind(path: string): void {
  const { isDirectory, isBlockDevice, isFifo } = Deno.statSync(path);
  if (isDirectory) throw new Error("it is a folder");
  if (isBlockDevice) throw new Error("it is a disk");
  // Opening it would wait for a reader, deaf to Ctrl-C.
  if (isFifo && !OPENED.test(path)) throw new Error("it is a pipe, to be written through standard output: -o - > PIPE");
}

/**
 * Whether `path` is written to as it is, never renamed or cut: a device such as `/dev/null`, or `/dev/stdout`. A link to one
 * is not, outside of `/dev`: anybody can put one into a folder such as `/tmp`.
 */
export function isStream(path: string): boolean {
  try {
    if (OPENED.test(path)) return true;
    const { isFile, isDirectory, isSymlink } = path.startsWith("/dev/") ? Deno.statSync(path) : Deno.lstatSync(path);
    return !isFile && !isDirectory && !isSymlink;
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

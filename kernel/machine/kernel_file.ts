import { KernelError } from "../../damon/mod.ts";
import type { Roots } from "./roots.ts";

const [ENOENT, EBUSY, ENODEV, ENOTDIR] = [2, 16, 19, 20];

/** Does one write to a file of the kernel's. */
export type WriteKernel = (path: string, text: string, hint?: string) => void | Promise<void>;

/** Whether the kernel does not answer now, as it serves somebody else: later it will. */
export function isBusy(error: unknown): error is KernelError {
  return error instanceof KernelError && error.errno === EBUSY;
}

/** The errno of a failed call, 0 if unknown; Deno keeps it in the message only: `Invalid argument (os error 22)`. */
export function errnoOf(error: unknown): number {
  if (error instanceof Deno.errors.NotFound) return ENOENT;
  const found = /os error (\d+)/.exec(String(error));
  return found ? Number(found[1]) : 0;
}

/**
 * The text of one of DAMON's files, with its newline; `undefined` where it is not there, and only then.
 *
 * @throws {KernelError} where it is there and cannot be read: it is busy ({@linkcode isBusy}), or refused.
 */
export function readDamonText(roots: Roots, path: string): string | undefined {
  try {
    return (roots.readText ?? Deno.readTextFileSync)(path);
  } catch (error) {
    const errno = error instanceof KernelError ? error.errno : errnoOf(error);
    // The kernel says "no such device" of a file whose folder is taken away while it is read.
    if (errno === ENOENT || errno === ENODEV || errno === ENOTDIR) return undefined;
    const hint = error instanceof Deno.errors.PermissionDenied ? "run as root" : undefined;
    throw new KernelError("read what DAMON does", errno, path, hint);
  }
}

/**
 * Writes one kernel file, and keeps this program from all else until the kernel has taken it.
 *
 * @throws {KernelError} naming the file and the kernel's errno.
 */
export function writeKernel(path: string, text: string, hint?: string): void {
  try {
    // Without `create` and `truncate`: a sysfs file takes one write at offset 0, and a missing one must not be made.
    using file = Deno.openSync(path, { write: true });
    file.writeSync(new TextEncoder().encode(text));
  } catch (error) {
    throw new KernelError(`write ${JSON.stringify(text)}`, errnoOf(error), path, hint);
  }
}

/** Files whose writes the kernel can let wait: for as long as two aggregation intervals, or for who else uses a folder. */
const WAITING = /\/(state|nr_kdamonds|nr_contexts|monitor_on\w*|rm_contexts)$/;

/**
 * Writes one of DAMON's files: where that can take long by a thread of its own, so that all else goes on.
 *
 * @throws {KernelError} naming the file and the kernel's errno.
 */
export async function writeDamon(path: string, text: string, hint?: string): Promise<void> {
  if (WAITING.test(path)) await writeAside(path, text, hint);
  else writeKernel(path, text, hint);
}

async function writeAside(path: string, text: string, hint?: string): Promise<void> {
  try {
    using file = await Deno.open(path, { write: true });
    await file.write(new TextEncoder().encode(text));
  } catch (error) {
    throw new KernelError(`write ${JSON.stringify(text)}`, errnoOf(error), path, hint);
  }
}

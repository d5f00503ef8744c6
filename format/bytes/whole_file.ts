import { basename, dirname, join } from "node:path";
import { chownSync } from "node:fs";
import { isStream } from "./output_file.ts";
import { sudoOwner } from "./sudo_owner.ts";

let made = 0;

/**
 * A file that is there whole or not at all: it is written under a name of its own beside `path`, and takes its place when it
 * is finished. Neither is ever written through a link that somebody has put there. What is not a file, such as `/dev/null`,
 * is written to as it is.
 */
export class WholeFile implements Disposable {
  readonly #path: string;
  readonly #part: string | undefined;
  readonly #file: Deno.FsFile;
  readonly #give: () => void;
  #isOpen = true;

  /**
   * @param isPrivate Whether only its owner may read it; a file that is there keeps who may.
   * @throws {Error} where there cannot be such a file.
   */
  constructor(path: string, isPrivate: boolean) {
    this.#path = path;
    this.#give = sudoOwner(path);
    if (isStream(path)) {
      this.#file = Deno.openSync(path, { write: true, append: true });
      return;
    }
    const before = fileAt(path);
    const part = join(dirname(path), `.damo-${Deno.pid}-${made++}.part`);
    try {
      this.#file = Deno.openSync(part, { write: true, createNew: true, mode: 0o600 });
      this.#part = part;
    } catch (error) {
      // A folder that takes no new file may have one that is ours.
      if (!(error instanceof Deno.errors.PermissionDenied) || !before) throw named(error, part, path);
      this.#file = Deno.openSync(path, { write: true, truncate: true });
      return;
    }
    try {
      if (before && Deno.uid() === 0) chownSync(part, before.uid!, before.gid!);
      Deno.chmodSync(part, before ? before.mode! & 0o777 : isPrivate ? 0o600 : 0o666 & ~Deno.umask());
    } catch { /* file systems without owners or modes, such as FAT */ }
  }

  /** @throws {Error} where there is no room. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
  }

  /** Puts it in its place. @throws {Error} where it cannot be there. */
  finish(): void {
    this.#close();
    if (this.#part === undefined) return;
    try {
      Deno.renameSync(this.#part, this.#path);
    } catch (error) {
      Deno.removeSync(this.#part);
      throw named(error, this.#part, this.#path);
    }
    this.#give();
  }

  /** Where it is not finished, nothing of it stays. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#close();
    if (this.#part !== undefined) Deno.removeSync(this.#part);
  }

  #close(): void {
    this.#file.close();
    this.#isOpen = false;
  }
}

/** The file at `path`, where it is one itself, and no link to one. */
function fileAt(path: string): Deno.FileInfo | undefined {
  try {
    const info = Deno.lstatSync(path);
    return info.isFile ? info : undefined;
  } catch {
    return undefined;
  }
}

/** Nobody knows the name that it has meanwhile. */
function named(error: unknown, part: string, path: string): unknown {
  if (error instanceof Error) error.message = error.message.replaceAll(part, path).replaceAll(basename(part), path);
  return error;
}

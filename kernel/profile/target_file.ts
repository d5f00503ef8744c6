import fs from "node:fs";
import type { ReadBytes } from "./elf.ts";

/** A file that a process named, opened for reading. */
export interface TargetFile extends Disposable {
  /** Its size when it was opened, bytes. */
  readonly size: number;
  /** Bytes from a place in it on; fewer where it ends. */
  readonly read: ReadBytes;
}

/** Opening waits for nobody: neither for the other end of a pipe nor for a device. */
const FLAGS = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK;

/**
 * Opens a file whose name comes from a process that may mean harm: only a regular one, and only the one that is meant.
 *
 * @param inode The inode that it must have; 0 for any.
 * @param isLinkFollowed Whether its last part may be a link, as those of `/proc/PID/map_files` are.
 * @returns `undefined` where there is none, or another kind of file.
 */
export function openTargetFile(path: string, inode: number, isLinkFollowed = true): TargetFile | undefined {
  let fd: number;
  try {
    fd = fs.openSync(path, isLinkFollowed ? FLAGS : FLAGS | fs.constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
  const close = () => fs.closeSync(fd);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() || inode !== 0 && stat.ino !== inode) {
      close();
      return undefined;
    }
    const { size } = stat;
    return {
      size,
      read(offset, length) {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
        let done = 0;
        for (
          let n;
          done < bytes.length && (n = fs.readSync(fd, bytes, done, bytes.length - done, offset + done)) > 0;
        ) {
          done += n;
        }
        return bytes.subarray(0, done);
      },
      [Symbol.dispose]: close,
    };
  } catch {
    close();
    return undefined;
  }
}

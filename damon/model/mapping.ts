/** One line of `/proc/PID/maps`: what an address range of a process is. */
export interface Mapping {
  /** First byte. */
  start: number;
  /** One past the last byte. */
  end: number;
  /** `rwxp` as the kernel prints it. */
  perms: string;
  /** Offset into the file, bytes. */
  offset: number;
  /** File name, `[heap]`, `[stack]`, `[anon:NAME]`, or empty for anonymous memory. */
  path: string;
}

/** The mappings of one process, as they were from `timeNs` on (until the next one of the same process). */
export interface Mappings {
  /** ns of the record's clock. */
  timeNs: number;
  /** The process. */
  pid: number;
  /** Ascending by `start`. */
  mappings: Mapping[];
}

/**
 * A short name for a mapping, as a person would say it: `heap`, `stack`, `libc.so.6`, `anonymous`.
 *
 * @example
 * ```ts
 * import { labelOf } from "./mapping.ts";
 * labelOf({ path: "/usr/lib/x86_64-linux-gnu/libc.so.6" }); // "libc.so.6"
 * ```
 */
export function labelOf(mapping: Pick<Mapping, "path">): string {
  const { path } = mapping;
  if (path === "") return "anonymous";
  if (path.startsWith("[anon_shmem:")) return path.slice(path.indexOf(":") + 1, -1);
  // Shared anonymous memory stands in maps as a file that never was; so does that of shmget().
  if (path === "/dev/zero (deleted)" || /^\/SYSV[0-9a-f]{8} \(deleted\)$/.test(path)) return "shared memory";
  if (path.startsWith("/memfd:")) return path.replace(/ \(deleted\)$/, "").slice(1);
  if (path.startsWith("[anon")) return path.slice(path.indexOf(":") + 1, -1);
  if (path.startsWith("[")) return path.slice(1, -1);
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * Parses the text of `/proc/PID/maps`. A name may have any character but the end of a line, which the kernel escapes.
 *
 * @param strange Takes each line that has another form; without it, that is an error.
 * @throws {SyntaxError} naming the line that has another form.
 * @see https://docs.kernel.org/filesystems/proc.html
 */
export function parseMaps(text: string, strange?: (line: string) => void): Mapping[] {
  const mappings: Mapping[] = [];
  let number = 0;
  for (const line of text.split("\n")) {
    number++;
    if (line === "") continue;
    const found = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) \S+ \d+ *(.*)$/s.exec(line);
    if (!found) {
      if (!strange) throw new SyntaxError(`Line ${number} of maps has another form: ${line.slice(0, 80)}`);
      strange(line);
      continue;
    }
    const [, start, end, perms, offset, path] = found;
    mappings.push({ start: Number("0x" + start), end: Number("0x" + end), perms, offset: Number("0x" + offset), path });
  }
  return mappings;
}

import type { TrueMapping } from "./truth.ts";

const PAGE = 4096;
const PRESENT = 1n << 63n;
const FRAME = (1n << 55n) - 1n;
/** KPF_REFERENCED, see the kernel's Documentation/admin-guide/mm/pagemap.rst. */
const REFERENCED = 1n << 2n;
/** Frames so far apart at most are read together. */
const NEAR = 512;

/**
 * Bytes in memory of a mapping whose pages carry the kernel's own mark of a reference. It is of the page, not of the
 * process: whoever reads a file or ends with a translation of it in use sets it, and `Referenced` in smaps counts it.
 */
export function markedBytesOf(pid: number, { start, end }: Pick<TrueMapping, "start" | "end">): number {
  using pagemap = Deno.openSync(`/proc/${pid}/pagemap`);
  using flags = Deno.openSync("/proc/kpageflags");
  const frames = [...wordsAt(pagemap, start / PAGE, (end - start) / PAGE)]
    .filter((entry) => (entry & PRESENT) !== 0n).map((entry) => Number(entry & FRAME)).sort((a, b) => a - b);
  let marked = 0;
  for (let i = 0, next; i < frames.length; i = next) {
    for (next = i + 1; next < frames.length && frames[next] - frames[next - 1] < NEAR;) next++;
    const words = wordsAt(flags, frames[i], frames[next - 1] - frames[i] + 1);
    for (const frame of frames.slice(i, next)) if ((words[frame - frames[i]] ?? 0n) & REFERENCED) marked++;
  }
  return marked * PAGE;
}

function wordsAt(file: Deno.FsFile, first: number, count: number): BigUint64Array {
  const words = new BigUint64Array(count);
  const bytes = new Uint8Array(words.buffer);
  file.seekSync(first * 8, Deno.SeekMode.Start);
  for (let at = 0, read; at < bytes.length; at += read) {
    read = file.readSync(bytes.subarray(at)) ?? 0;
    if (read === 0) break;
  }
  return words;
}

import { type Mapping, parseMaps, type RecordedProcess } from "../../damon/mod.ts";
import { turn } from "./rest.ts";
import { readOptional, type Roots } from "./roots.ts";

/** Field 22 of `/proc/PID/stat`: clock ticks since boot at which the process began; tells a reused pid apart. */
export function startTicksOf(roots: Roots, pid: number): number | undefined {
  const fields = statFieldsOf(roots, pid);
  return fields === undefined ? undefined : Number(fields[19]);
}

/**
 * Whether the process runs, if only by another thread than its main one; a zombie has no memory left, so it does not
 * count.
 */
export function isAlive(roots: Roots, pid: number): boolean {
  return isThreadAlive(roots, pid) || livingThreadOf(roots, pid) !== pid;
}

/** Whether this very thread runs; the main thread of a process stays as a zombie where others go on without it. */
export function isThreadAlive(roots: Roots, tid: number): boolean {
  const state = statFieldsOf(roots, tid)?.[0];
  return state !== undefined && state !== "Z" && state !== "X";
}

/**
 * The process, or a thread of it that is there still where its main thread has ended: only that one's files say what is
 * mapped, and only by its number DAMON and the page sampler find the memory.
 *
 * @param known A thread of the process that was found before: it is taken as long as it lives.
 */
export function livingThreadOf(roots: Roots, pid: number, known = pid): number {
  const state = statFieldsOf(roots, pid)?.[0];
  if (state !== "Z" && state !== "X") return pid;
  try {
    const threads = Array.from(Deno.readDirSync(`${roots.proc}/${pid}/task`), ({ name }) => Number(name));
    const lives = (tid: number) => tid !== pid && isThreadAlive(roots, tid);
    if (threads.includes(known) && lives(known)) return known;
    return threads.sort((a, b) => a - b).find(lives) ?? pid;
  } catch {
    return pid;
  }
}

/** The files about the process, by a thread that lives: those of a main thread that has ended say nothing of memory. */
export function processDirOf(roots: Roots, pid: number): string {
  return `${roots.proc}/${livingThreadOf(roots, pid)}`;
}

/** Whether it is a thread of the kernel's own. */
export function isKernelThread(roots: Roots, pid: number): boolean {
  const PF_KTHREAD = 0x0020_0000;
  return (Number(statFieldsOf(roots, pid)?.[6]) & PF_KTHREAD) !== 0;
}

/** Pages of the process that are in memory now; 0 where it is gone. */
export function residentPagesOf(roots: Roots, pid: number): number {
  return Number(readOptional(`${processDirOf(roots, pid)}/statm`)?.split(" ")[1] ?? 0);
}

/** The fields after the command name, which may itself contain blanks and brackets. */
function statFieldsOf(roots: Roots, pid: number): string[] | undefined {
  const text = readOptional(`${roots.proc}/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** How much memory a process has, and what it cost to get it back. */
export interface ProcessMemory {
  /** Size of its address space, bytes. */
  virtualBytes: number;
  /** Bytes in memory. */
  residentBytes: number;
  /** Bytes in swap. */
  swapBytes: number;
  /** Page faults that had to wait for a disk, or for swap, since it began. */
  majorFaults: number;
}

/** What a process has in memory and in swap; `undefined` where there is no such process. */
export function memoryOf(roots: Roots, pid: number): ProcessMemory | undefined {
  const status = readOptional(`${processDirOf(roots, pid)}/status`);
  const fields = statFieldsOf(roots, pid);
  if (!status || !fields) return undefined;
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
  return {
    virtualBytes: bytes("VmSize"),
    residentBytes: bytes("VmRSS"),
    swapBytes: bytes("VmSwap"),
    majorFaults: Number(fields[9]),
  };
}

/** Page faults that had to wait for nothing, since it began; `undefined` where there is no such process. */
export function minorFaultsOf(roots: Roots, pid: number): number | undefined {
  const fields = statFieldsOf(roots, pid);
  return fields && Number(fields[7]);
}

/**
 * What tells whether a process's memory may have changed, in one string: its size, what of it is in memory, and its page
 * faults; `undefined` where there is no such process.
 */
export function faultsOf(roots: Roots, pid: number): string | undefined {
  const fields = statFieldsOf(roots, livingThreadOf(roots, pid));
  return fields && [7, 9, 20, 21].map((i) => fields[i]).join(" ");
}

/** The process's name; `undefined` where there is no such process. */
export function commOf(roots: Roots, pid: number): string | undefined {
  return readOptional(`${roots.proc}/${pid}/comm`);
}

/** What the process is. @throws {Deno.errors.NotFound} where there is no such process. */
export function readProcess(roots: Roots, pid: number): RecordedProcess {
  const comm = readOptional(`${roots.proc}/${pid}/comm`);
  if (comm === undefined) throw new Deno.errors.NotFound(`Cannot find process ${pid}: there is no such process`);
  const dir = processDirOf(roots, pid);
  let exe = "";
  try {
    exe = Deno.readLinkSync(`${dir}/exe`);
  } catch { /* A kernel thread has none; another user's cannot be read. */ }
  // A program that renames itself leaves blanks and empty arguments behind its new name.
  const cmdline = (readOptional(`${dir}/cmdline`) ?? "").replace(/[\s\0]+$/, "").split("\0");
  return { pid, comm, cmdline, exe };
}

/** The same; one that has ended is named by its pid alone. */
export function processOf(roots: Roots, pid: number): RecordedProcess {
  try {
    return readProcess(roots, pid);
  } catch {
    return { pid, comm: "", cmdline: [], exe: "" };
  }
}

/** Lines of `/proc/PID/maps` that had an unknown form, and were left out. */
let strangeLines = 0;

/** How many lines of `/proc/PID/maps` had an unknown form so far, and were left out: a recording goes on without them. */
export function strangeMapLines(): number {
  return strangeLines;
}

const strange = () => void strangeLines++;

/** What the text of `/proc/PID/maps` says, ascending; lines of another form are counted and left out. */
export function mappingsIn(text: string): Mapping[] {
  return parseMaps(text, strange);
}

/** What the process has mapped itself, ascending; nothing where it is gone. */
export function mappingsOf(roots: Roots, pid: number): Mapping[] {
  const mappings = mappingsIn(readOptional(`${processDirOf(roots, pid)}/maps`) ?? "");
  // The kernel's own page at the end of all addresses.
  return mappings.filter(({ path }) => path !== "[vsyscall]");
}

/** So many characters of maps are read in one go: some 10 ms, where nothing has been compiled yet. */
const PIECE_LENGTH = 1 << 17;

/**
 * What the text of `/proc/PID/maps` says. Some processes have 50,000 mappings: everything else has its turn meanwhile.
 *
 * @returns nothing where `signal` came before the end.
 */
export async function parseMapsInTurns(text: string, signal?: AbortSignal): Promise<Mapping[] | undefined> {
  const mappings: Mapping[] = [];
  for (let from = 0; from < text.length;) {
    if (from > 0) await turn();
    if (signal?.aborted) return undefined;
    const newline = text.indexOf("\n", from + PIECE_LENGTH);
    const to = newline < 0 ? text.length : newline + 1;
    mappings.push(...mappingsIn(text.slice(from, to)));
    from = to;
  }
  return mappings;
}

/** Watches the mappings of one process for changes. */
export class MappingsWatch {
  #last = "";
  constructor(readonly roots: Roots, readonly pid: number) {}

  /** The mappings if they differ from the last call's; `undefined` where they do not, or the process is gone. */
  changed(): Mapping[] | undefined {
    const text = readOptional(`${processDirOf(this.roots, this.pid)}/maps`);
    if (!text || text === this.#last) return undefined;
    this.#last = text;
    return mappingsIn(text);
  }
}

/** Whether none of a process's threads has memory any more: what ends gives it back before its parent is told. */
export function isEnding(roots: Roots, pid: number): boolean {
  const hasMemory = (tid: string) => !(readOptional(`${roots.proc}/${pid}/task/${tid}/statm`) ?? "0 ").startsWith("0 ");
  try {
    return !Array.from(Deno.readDirSync(`${roots.proc}/${pid}/task`)).some(({ name }) => hasMemory(name));
  } catch {
    return !isAlive(roots, pid);
  }
}

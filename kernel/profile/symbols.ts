import { functionNameOf, labelOf, type ProfileFrame } from "../../damon/mod.ts";
import { type ElfFunctions, lastNotAbove, readElf } from "./elf.ts";
import { processDirOf, readOptional, type Roots } from "../machine/mod.ts";
import { openTargetFile, type TargetFile } from "./target_file.ts";

/** How old what is known of a process's mappings may be, ms. */
const FRESH_MS = 250;

/** Most that is read of a map that a process keeps for `perf`: a sparse one may say that it has any size. */
const MOST_MADE_BYTES = 32 << 20;

/** Code that is mapped in a process. */
interface Code {
  start: number;
  end: number;
  offset: number;
  /** Device and inode tell a file apart from another of the same name in another root. */
  device: string;
  inode: number;
  path: string;
}

interface ProcessCode {
  readMs: number;
  /** Those with code, ascending. */
  mappings: Code[];
  /** Its pid in its own pid namespace: a map for `perf` is named by what the process knows itself by. */
  ownPid: number;
  /** Code that the process made itself, by the map that it keeps for `perf`. */
  made: { size: number; starts: number[]; ends: number[]; names: string[] };
}

/** Names of functions by their addresses, in processes and in the kernel. What was read once is kept. */
export class Symbols {
  readonly #processes = new Map<number, ProcessCode>();
  readonly #files = new Map<string, ElfFunctions | undefined>();
  #kernel: { starts: BigUint64Array; names: string[]; files: string[] } | undefined;

  /** Reads the kernel's names at once, as that takes a moment. */
  constructor(readonly roots: Roots) {
    this.#kernel = readKallsyms(readOptional(`${roots.proc}/kallsyms`) ?? "");
  }

  /** Looks at what is mapped in a process, so that its code is known when it has ended. */
  see(pid: number): void {
    const process = this.#processes.get(pid);
    const nowMs = performance.now();
    if (process && nowMs - process.readMs < FRESH_MS) return;
    const text = readOptional(`${processDirOf(this.roots, pid)}/maps`);
    if (process) process.readMs = nowMs;
    // One that is about to end has none any more.
    if (!text) return;
    const mappings = codeIn(text);
    if (process) process.mappings = mappings;
    else {
      const made = { size: 0, starts: [], ends: [], names: [] };
      this.#processes.set(pid, { readMs: nowMs, mappings, ownPid: ownPidOf(this.roots, pid), made });
    }
  }

  /**
   * The function at this address of a process; `undefined` where no code is mapped.
   *
   * @param isReturn Whether it is behind the call that is meant.
   */
  frameOf(pid: number, address: number, isReturn: boolean): ProfileFrame | undefined {
    const at = isReturn ? address - 1 : address;
    const process = this.#processes.get(pid);
    const mapping = process?.mappings.find(({ start, end }) => at >= start && at < end);
    if (!process || !mapping) return undefined;
    const inFile = () => this.#fileOf(pid, mapping)?.nameAt(at - mapping.start + mapping.offset);
    const isFile = mapping.path.startsWith("/");
    // Memory with a name may hold what a program made itself, or a whole program that runs out of it.
    const isMemory = !isFile || mapping.path.startsWith("/memfd:");
    const name = (isMemory ? this.#madeName(pid, process, at) : undefined) ?? (isFile ? inFile() : undefined);
    return { function: name === undefined ? "" : functionNameOf(name), file: labelOf(mapping) };
  }

  /** The function at this address of the kernel. */
  kernelFrameOf(address: bigint, isReturn: boolean): ProfileFrame {
    const { starts, names, files } = this.#kernel ?? { starts: new BigUint64Array(0), names: [], files: [] };
    const i = lastNotAbove(starts, isReturn ? address - 1n : address);
    return i < 0 ? { function: "", file: KERNEL } : { function: names[i], file: files[i] };
  }

  #fileOf(pid: number, code: Code): ElfFunctions | undefined {
    const key = `${code.device}/${code.inode}/${code.path}`;
    if (!this.#files.has(key)) this.#files.set(key, this.#readFile(pid, code));
    return this.#files.get(key);
  }

  /** The file that is mapped, by the kernel's own link to it; where that may not be used, one of its name and inode. */
  #readFile(pid: number, { start, end, inode, path }: Code): ElfFunctions | undefined {
    const own = processDirOf(this.roots, pid);
    const file = openTargetFile(`${own}/map_files/${start.toString(16)}-${end.toString(16)}`, inode) ??
      openTargetFile(`${own}/root${path}`, inode) ?? openTargetFile(path, inode);
    return file && readFunctions(file, `${own}/root`);
  }

  #madeName(pid: number, { made, ownPid }: ProcessCode, address: number): string | undefined {
    const folder = `${processDirOf(this.roots, pid)}/root/tmp`;
    using file = openTargetFile(`${folder}/perf-${ownPid}.map`, 0, false) ??
      (ownPid === pid ? undefined : openTargetFile(`${folder}/perf-${pid}.map`, 0, false));
    // Ended, or it keeps none: what was read stays.
    if (file && file.size !== made.size) {
      const text = new TextDecoder().decode(file.read(0, Math.min(file.size, MOST_MADE_BYTES)));
      Object.assign(made, { size: file.size, ...parseMadeCode(text) });
    }
    const i = lastNotAbove(made.starts, address);
    return i >= 0 && address < made.ends[i] ? made.names[i] : undefined;
  }
}

/** The pid by which a process knows itself: in a container another one than outside. */
function ownPidOf(roots: Roots, pid: number): number {
  const status = readOptional(`${processDirOf(roots, pid)}/status`) ?? "";
  return Number(/^NSpid:.*?(\d+)$/m.exec(status)?.[1] ?? pid);
}

/** What of `/proc/PID/maps` has code; a line of another form is none. */
function codeIn(maps: string): Code[] {
  const found: Code[] = [];
  for (const line of maps.split("\n")) {
    const parts = /^([0-9a-f]+)-([0-9a-f]+) ..x. ([0-9a-f]+) (\S+) (\d+) *(.*)$/s.exec(line);
    if (!parts) continue;
    const [, start, end, offset, device, inode, path] = parts;
    found.push({
      start: parseInt(start, 16),
      end: parseInt(end, 16),
      offset: parseInt(offset, 16),
      device,
      inode: Number(inode),
      path,
    });
  }
  return found;
}

/** Whether the kernel hides where its functions are: all of them seem to be at 0, so that none has a name. */
export function hidesKernelFunctions(roots: Roots): boolean {
  const bytes = new Uint8Array(1 << 16);
  try {
    using file = Deno.openSync(`${roots.proc}/kallsyms`);
    const text = new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
    // Some are at 0 anyway: what each processor has of its own.
    return text !== "" && !/^(?!0{16} )[0-9a-f]{16} /m.test(text);
  } catch {
    return false;
  }
}

const KERNEL = "[kernel]";

/** Names of the functions in `/proc/kallsyms`; none where it hides the addresses. */
function readKallsyms(text: string) {
  const found: { start: bigint; name: string; file: string }[] = [];
  for (const [, address, name, module] of text.matchAll(/^([0-9a-f]{16}) [tTwW] (\S+)(?:\t(\[\S+\]))?$/gm)) {
    if (address !== "0000000000000000") found.push({ start: BigInt(`0x${address}`), name, file: module ?? KERNEL });
  }
  found.sort((a, b) => a.start < b.start ? -1 : a.start > b.start ? 1 : 0);
  return {
    starts: BigUint64Array.from(found, ({ start }) => start),
    names: found.map(({ name }) => name),
    files: found.map(({ file }) => file),
  };
}

/**
 * The map that a program which makes code keeps for `perf`: lines of start, size and name.
 *
 * @see https://docs.kernel.org/ (tools/perf/Documentation/jit-interface.txt)
 */
function parseMadeCode(text: string) {
  const rows = [...text.matchAll(/^([0-9a-f]+) ([0-9a-f]+) (.+)$/gm)]
    .map(([, start, size, name]) => ({ start: parseInt(start, 16), size: parseInt(size, 16), name }))
    .sort((a, b) => a.start - b.start);
  return {
    starts: rows.map(({ start }) => start),
    ends: rows.map(({ start, size }) => start + size),
    names: rows.map(({ name }) => name),
  };
}

/** The functions in a file, and in that of its symbols where there is one for it. */
function readFunctions(file: TargetFile, root: string): ElfFunctions | undefined {
  const others: Disposable[] = [file];
  try {
    return readElf(file.read, (id) => {
      const debug = openTargetFile(`${root}/usr/lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`, 0);
      if (debug) others.push(debug);
      return debug?.read;
    });
  } catch {
    // Cut off, or damaged: it is without names then.
    return undefined;
  } finally {
    for (const each of others) each[Symbol.dispose]();
  }
}

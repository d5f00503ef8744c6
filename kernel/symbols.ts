import { functionNameOf, labelOf, type Mapping, parseMaps, type ProfileFrame } from "../damon/mod.ts";
import { type ElfFunctions, lastNotAbove, type ReadBytes, readElf } from "./elf.ts";
import { readOptional, type Roots } from "./roots.ts";

/** How old what is known of a process's mappings may be, ms. */
const FRESH_MS = 250;

interface ProcessCode {
  readMs: number;
  /** Those with code, ascending. */
  mappings: Mapping[];
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
    const text = readOptional(`${this.roots.proc}/${pid}/maps`);
    if (process) process.readMs = nowMs;
    // One that is about to end has none any more.
    if (!text) return;
    const mappings = parseMaps(text).filter(({ perms }) => perms[2] === "x");
    if (process) process.mappings = mappings;
    else this.#processes.set(pid, { readMs: nowMs, mappings, made: { size: 0, starts: [], ends: [], names: [] } });
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
    const isFile = mapping.path.startsWith("/") && !mapping.path.startsWith("/memfd:");
    const name = isFile
      ? this.#fileOf(pid, mapping.path)?.nameAt(at - mapping.start + mapping.offset)
      : this.#madeName(pid, process, at);
    return { function: name === undefined ? "" : functionNameOf(name), file: labelOf(mapping) };
  }

  /** The function at this address of the kernel. */
  kernelFrameOf(address: bigint, isReturn: boolean): ProfileFrame {
    const { starts, names, files } = this.#kernel ?? { starts: new BigUint64Array(0), names: [], files: [] };
    const i = lastNotAbove(starts, isReturn ? address - 1n : address);
    return i < 0 ? { function: "", file: KERNEL } : { function: names[i], file: files[i] };
  }

  #fileOf(pid: number, path: string): ElfFunctions | undefined {
    if (!this.#files.has(path)) {
      const root = `${this.roots.proc}/${pid}/root`;
      this.#files.set(path, readFileOf(`${root}${path}`, root) ?? readFileOf(path, ""));
    }
    return this.#files.get(path);
  }

  #madeName(pid: number, { made }: ProcessCode, address: number): string | undefined {
    const path = `${this.roots.proc}/${pid}/root/tmp/perf-${pid}.map`;
    let size = made.size;
    try {
      size = Deno.statSync(path).size;
    } catch { /* Ended, or it keeps none: what was read stays. */ }
    if (size !== made.size) Object.assign(made, { size, ...parseMadeCode(readOptional(path) ?? "") });
    const i = lastNotAbove(made.starts, address);
    return i >= 0 && address < made.ends[i] ? made.names[i] : undefined;
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

function readFileOf(path: string, root: string): ElfFunctions | undefined {
  const file = openForReading(path);
  if (!file) return undefined;
  const others: Disposable[] = [];
  try {
    return readElf(file.read, (id) => {
      const debug = openForReading(`${root}/usr/lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`);
      if (debug) others.push(debug);
      return debug?.read;
    });
  } catch {
    // Cut off, or damaged: it is without names then.
    return undefined;
  } finally {
    for (const each of [file, ...others]) each[Symbol.dispose]();
  }
}

function openForReading(path: string): (Disposable & { read: ReadBytes }) | undefined {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch {
    return undefined;
  }
  const { size } = file.statSync();
  return {
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      file.seekSync(offset, Deno.SeekMode.Start);
      let done = 0;
      for (let n; done < bytes.length && (n = file.readSync(bytes.subarray(done))) !== null;) done += n;
      return bytes.subarray(0, done);
    },
    [Symbol.dispose]: () => file.close(),
  };
}

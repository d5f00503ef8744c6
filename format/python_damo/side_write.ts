import type { RecordClock, RecordHeader, RecordItem } from "../../damon/mod.ts";
import { formatKdamondsJson } from "../config/mod.ts";
import { sudoOwner } from "../bytes/mod.ts";

/** What stands beside a record of the Python damo, besides its kdamonds: lists of what was at a time. */
const LISTS = [".vmas", ".mem_footprint", ".proc_stats"] as const;

/** Bytes of a page in those files. */
const PAGE = 4096;

/** One process's `/proc/PID/statm`, pages, as the Python damo names its numbers. */
export interface PythonDamoProcessFootprint {
  size: number;
  resident: number;
  shared: number;
  trs: number;
  lrs: number;
  drs: number;
  dt: number;
}

/** What of `/proc/meminfo` it keeps, KiB. */
export interface PythonDamoMachineFootprint {
  total: number;
  free: number;
  available: number;
  buffers: number;
  cached: number;
}

/** How much memory was in use at a time; pid `null` is the machine. */
export type PythonDamoFootprint =
  | { pid: number; footprint: PythonDamoProcessFootprint }
  | { pid: null; footprint: PythonDamoMachineFootprint };

/** Fields of a process's `/proc/PID/stat`; `null` where it had ended. */
export interface PythonDamoProcessStat {
  fields: readonly string[] | null;
}

/**
 * Writes the files that the Python damo has beside a record: `.kdamonds`, `.vmas`, `.mem_footprint` and `.proc_stats`, those
 * of which there is something to say. They are lists that grow in the file, and are whole once it is disposed.
 */
export class PythonDamoSideWriter implements Disposable {
  readonly #clock: RecordClock;
  readonly #lists = new Map<string, Deno.FsFile>();
  #isFull = false;
  #usage: { timeNs: number; footprints: PythonDamoFootprint[] } | undefined;

  /**
   * @param path The record's.
   * @throws {Error} naming the file that cannot be written.
   */
  constructor(readonly path: string, header: RecordHeader) {
    this.#clock = header.clock;
    // They go with the record that was there, which is kept as path.old.
    for (const suffix of [".kdamonds", ...LISTS]) keepAsOld(path, suffix);
    if (header.kdamonds.length === 0) return;
    const { kdamonds } = JSON.parse(formatKdamondsJson(header.kdamonds)) as { kdamonds: object[] };
    const listed = kdamonds.map((kdamond, i) => ({ state: null, pid: String(header.kdamonds[i].pid), ...kdamond }));
    this.#writing(".kdamonds", (path) => {
      const give = sudoOwner(path);
      using file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
      give();
      try {
        put(file, JSON.stringify(listed, null, 4));
      } catch (error) {
        remove(path);
        throw error;
      }
    });
  }

  /** Takes what of an item belongs there: memory maps and memory in use. */
  write(item: RecordItem): void {
    if (item.kind === "mappings") {
      const { timeNs, pid, mappings } = item.mappings;
      const vmas = mappings.map(({ start, end, path }) => ({ start, end, name: path || "0" }));
      this.#append(".vmas", { time: this.#wall(timeNs), procvmas: [{ pid, vmas }] });
    } else if (item.kind === "usage") {
      const { timeNs, pid, virtualBytes, residentBytes } = item.usage;
      if (this.#usage?.timeNs !== timeNs) this.#endUsage();
      this.#usage ??= { timeNs, footprints: [] };
      const pages = (bytes: number) => Math.round(bytes / PAGE);
      const rest = { shared: 0, trs: 0, lrs: 0, drs: 0, dt: 0 };
      if (pid !== 0) {
        const footprint = { size: pages(virtualBytes ?? 0), resident: pages(residentBytes), ...rest };
        this.#usage.footprints.push({ pid, footprint });
      } else {
        // What is not free is known, not of how much: the difference is what its reports show.
        const total = Math.round(residentBytes / 1024);
        const footprint = { total, free: 0, available: 0, buffers: 0, cached: 0 };
        this.#usage.footprints.push({ pid: null, footprint });
      }
    }
  }

  /** Memory in use, as the kernel says it. */
  footprints(timeNs: number, footprints: readonly PythonDamoFootprint[]): void {
    this.#append(".mem_footprint", { time: this.#wall(timeNs), footprints });
  }

  /** What the kernel counts of processes. */
  processStats(timeNs: number, stats: readonly PythonDamoProcessStat[]): void {
    this.#append(".proc_stats", { time: this.#wall(timeNs), proc_stats: stats });
  }

  [Symbol.dispose](): void {
    try {
      if (!this.#isFull) this.#endUsage();
      for (const [list, file] of this.#lists) this.#writing(list, () => put(file, "\n]"));
    } finally {
      for (const [list, file] of this.#lists) {
        const isEmpty = file.seekSync(0, Deno.SeekMode.Current) <= 1;
        file.close();
        if (isEmpty) remove(`${this.path}${list}`);
      }
      this.#lists.clear();
    }
  }

  /** Takes back all that it wrote: for what is of no use without the record. */
  discard(): void {
    this.#isFull = true;
    const made = [...this.#lists.keys()];
    this[Symbol.dispose]();
    for (const suffix of [".kdamonds", ...made]) remove(`${this.path}${suffix}`);
  }

  #endUsage(): void {
    const usage = this.#usage;
    this.#usage = undefined;
    if (usage) this.footprints(usage.timeNs, usage.footprints);
  }

  /** s since 1970. */
  #wall(timeNs: number): number {
    return this.#clock.originWallMs / 1e3 + (timeNs - this.#clock.originNs) / 1e9;
  }

  #append(list: typeof LISTS[number], value: unknown): void {
    this.#writing(list, (path) => {
      let file = this.#lists.get(list);
      if (!file) {
        const give = sudoOwner(path);
        file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
        give();
        this.#lists.set(list, file);
        put(file, "[");
      }
      const isFirst = file.seekSync(0, Deno.SeekMode.Current) === 1;
      put(file, (isFirst ? "\n    " : ",\n    ") + JSON.stringify(value, null, 4).replaceAll("\n", "\n    "));
    });
  }

  /** @throws {Error} naming the file that takes no more, for the first that does not: the others stay as they are. */
  #writing(suffix: string, write: (path: string) => void): void {
    const path = `${this.path}${suffix}`;
    try {
      write(path);
    } catch (error) {
      if (this.#isFull) return;
      this.#isFull = true;
      const why = (error as { code?: string }).code === "ENOSPC" ? "no space is left" : (error as Error).message;
      throw new Error(`Cannot write ${path}: ${why}; make room, or write elsewhere`);
    }
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch { /* it was not made */ }
}

function keepAsOld(path: string, suffix: string): void {
  try {
    Deno.renameSync(`${path}${suffix}`, `${path}.old${suffix}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Writes all of it, or nothing: what is there already can then still be ended. */
function put(file: Deno.FsFile, text: string): void {
  const before = file.seekSync(0, Deno.SeekMode.Current);
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  } catch (error) {
    file.truncateSync(before);
    file.seekSync(before, Deno.SeekMode.Start);
    throw error;
  }
}

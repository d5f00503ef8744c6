import type { RecordFooter, RecordHeader, RecordItem } from "../../damon/mod.ts";
import type { RecordEncoder } from "../header/mod.ts";
import { exists } from "../bytes/mod.ts";
import { RecordWriter } from "./file.ts";

/** When a new file is begun, and how many are kept. */
export interface Rotation {
  /** At this size, bytes; a file gets larger by one batch at most. */
  maxBytes?: number;
  /** After this time, ms. */
  maxMs?: number;
  /** Only so many of the newest files are kept, those of earlier recordings of the same name included. */
  keep?: number;
}

/** What was counted since a recording began. */
export type RunningCounts = Pick<RecordFooter, "events" | "received" | "dropped" | "torn">;

/**
 * A record in many files, each whole by itself: it has the header, the memory maps as they are at its beginning, and a footer
 * that counts what is in it. `damon.arrow` becomes `damon-20260131T235959Z.arrow`, by the time at which it was begun (UTC).
 */
export class RotatingWriter {
  /** Snapshots in all files. */
  snapshots = 0;
  /** Regions in all files. */
  regions = 0;
  /** Names of the files that were made and are still there, oldest first. */
  readonly files: string[] = [];
  readonly #make: () => RecordEncoder;
  readonly #counts: () => RunningCounts;
  readonly #now: () => number;
  #writer: RecordWriter;
  #bytesBefore = 0;
  #begunMs = 0;
  #countsBefore: RunningCounts = { events: 0, received: 0, dropped: 0, torn: 0 };
  #endNs = 0;
  /** The newest map of each process. */
  readonly #mappings = new Map<number, RecordItem>();

  /**
   * Begins the first file.
   *
   * @param path The name that those of the files are made of.
   * @param make Makes the encoder of each file.
   * @param counts What the recorder has counted so far.
   * @param now The wall clock, ms.
   * @throws {RecordError} where it cannot be written.
   */
  constructor(
    readonly path: string,
    readonly header: RecordHeader,
    make: (header: RecordHeader) => RecordEncoder,
    readonly rotation: Rotation,
    counts: () => RunningCounts,
    now: () => number = Date.now,
  ) {
    this.#make = () => make(header);
    this.#counts = counts;
    this.#now = now;
    this.#writer = this.#begin();
  }

  /** Bytes in all files. */
  get bytes(): number {
    return this.#bytesBefore + this.#writer.bytes;
  }

  /** Takes one item; begins a new file before it where it is time to. @throws {RecordError} as {@linkcode RecordWriter.write}. */
  write(item: RecordItem): void {
    if (item.kind === "mappings") this.#mappings.set(item.mappings.pid, item);
    else if (item.kind === "snapshot") {
      if (this.#isDue()) this.#rotate();
      this.snapshots++;
      this.regions += item.snapshot.regions.length;
      this.#endNs = item.snapshot.endNs;
    }
    this.#writer.write(item);
  }

  /** As {@linkcode RecordWriter.flush}. */
  flush(force = true): void {
    this.#writer.flush(force);
  }

  /** Ends the last file. What the footer counts is what came since it was begun. */
  finish(footer: RecordFooter): void {
    this.#writer.finish(this.#footerOf(footer));
  }

  /** As {@linkcode RecordWriter.finishCut}, of the last file. */
  finishCut(footer: RecordFooter): boolean {
    return this.#writer.finishCut(this.#footerOf(footer));
  }

  /** Closes the last file. */
  close(): void {
    this.#writer.close();
  }

  #isDue(): boolean {
    const { maxBytes = Infinity, maxMs = Infinity } = this.rotation;
    // By a clock that nobody sets.
    return this.#writer.snapshots > 0 && (this.#writer.bytes >= maxBytes || performance.now() - this.#begunMs >= maxMs);
  }

  #rotate(): void {
    const counts = this.#counts();
    this.#writer.finish(this.#footerOf({ ...counts, endNs: this.#endNs, reason: "rotated", snapshots: 0, regions: 0 }));
    this.#writer.close();
    this.#bytesBefore += this.#writer.bytes;
    this.#countsBefore = counts;
    this.#writer = this.#begin();
    for (const item of this.#mappings.values()) this.#writer.write(item);
  }

  #footerOf(footer: RecordFooter): RecordFooter {
    const { events, received, dropped, torn } = this.#countsBefore;
    return {
      ...footer,
      snapshots: this.#writer.snapshots,
      regions: this.#writer.regions,
      events: footer.events - events,
      received: footer.received - received,
      dropped: footer.dropped - dropped,
      torn: footer.torn - torn,
    };
  }

  #begin(): RecordWriter {
    this.#begunMs = performance.now();
    const stamp = new Date(this.#now()).toISOString().replace(/\.\d+Z$/, "Z").replace(/[-:]/g, "");
    const { stem, suffix } = partsOf(this.path);
    let path = `${stem}-${stamp}${suffix}`;
    // Two in a second, or the clock was set back.
    for (let i = 1; exists(path); i++) path = `${stem}-${stamp}-${String(i).padStart(3, "0")}${suffix}`;
    const writer = RecordWriter.create(path, this.header, this.#make());
    this.files.push(path);
    this.#prune();
    return writer;
  }

  /** Removes the oldest files. Those of this recording are known by their order, whatever became of the clock. */
  #prune(): void {
    const { keep } = this.rotation;
    if (keep === undefined) return;
    const earlier = rotatedFiles(this.path).filter((path) => !this.files.includes(path));
    const all = [...earlier, ...this.files];
    for (const path of all.slice(0, Math.max(0, all.length - Math.max(1, keep)))) {
      try {
        Deno.removeSync(path);
      } catch { /* somebody else took it away */ }
      const at = this.files.indexOf(path);
      if (at >= 0) this.files.splice(at, 1);
    }
  }
}

/** The files that recordings into `path` with rotation have left, oldest first. */
export function rotatedFiles(path: string): string[] {
  const { folder, stem, suffix } = partsOf(path);
  const name = stem.slice(stem.lastIndexOf("/") + 1);
  const files: string[] = [];
  for (const entry of Deno.readDirSync(folder)) {
    const middle = entry.name.slice(name.length, entry.name.length - suffix.length);
    const isOurs = entry.name.startsWith(name) && entry.name.endsWith(suffix) &&
      /^-\d{8}T\d{6}Z(-\d{3})?$/.test(middle);
    if (entry.isFile && isOurs) {
      files.push(folder === "." && !stem.startsWith("./") ? entry.name : `${folder}/${entry.name}`);
    }
  }
  const key = (file: string) => file.slice(0, file.length - suffix.length);
  return files.sort((a, b) => key(a) < key(b) ? -1 : 1);
}

function partsOf(path: string): { folder: string; stem: string; suffix: string } {
  const slash = path.lastIndexOf("/");
  const dot = path.lastIndexOf(".");
  const cut = dot > slash + 1 ? dot : path.length;
  return { folder: slash < 0 ? "." : path.slice(0, slash) || "/", stem: path.slice(0, cut), suffix: path.slice(cut) };
}

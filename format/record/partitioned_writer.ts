import { RecordError, type RecordFooter, type RecordHeader, type RecordItem } from "../../damon/mod.ts";
import type { RecordEncoder } from "../header/mod.ts";
import { RecordWriter } from "./file.ts";
import { makeFolder } from "../bytes/mod.ts";

/** What a folder of records can be divided by. */
export type PartitionColumn = "host" | "date";

/** What Hive and all that read its layout take for null. */
const UNKNOWN = "__HIVE_DEFAULT_PARTITION__";

/**
 * Reads a list of columns to divide by: `host,date`.
 *
 * @throws {RangeError} for others.
 */
export function parsePartition(text: string): PartitionColumn[] {
  const columns = text.split(",").map((column) => column.trim());
  const isKnown = (column: string): column is PartitionColumn => column === "host" || column === "date";
  if (columns.every(isKnown) && new Set(columns).size === columns.length) return columns;
  throw new RangeError(`A record is divided by host, date or both, as in host,date, and not by ${text}`);
}

/**
 * A record in a folder that is divided as Hive does: `host=NAME/date=2026-01-31/damo-...parquet`. DuckDB, Spark and Trino then
 * read only the parts that a query is about. Records of many hosts and days can be written into one folder; the same record
 * written again takes its own place, the file before is kept as `.old`.
 */
export class PartitionedWriter {
  /** Snapshots in all parts. */
  snapshots = 0;
  /** Regions in them. */
  regions = 0;
  /** The files. */
  readonly files: string[] = [];
  readonly #header: RecordHeader;
  readonly #columns: readonly PartitionColumn[];
  readonly #make: (header: RecordHeader) => RecordEncoder;
  #part: { date: string; writer: RecordWriter } | undefined;
  #bytesBefore = 0;
  /** The newest map of each process: each part has them from its beginning. */
  readonly #mappings = new Map<number, RecordItem>();

  /** Writes nothing yet. @param folder It is made where it is not there. */
  constructor(
    readonly folder: string,
    header: RecordHeader,
    columns: readonly PartitionColumn[],
    make: (header: RecordHeader) => RecordEncoder,
    readonly suffix = ".parquet",
  ) {
    this.#header = header;
    this.#columns = columns;
    this.#make = make;
  }

  /** Bytes in all parts. */
  get bytes(): number {
    return this.#bytesBefore + (this.#part?.writer.bytes ?? 0);
  }

  /** Takes one item, in the order of time. @throws {RecordError} where it cannot be written. */
  write(item: RecordItem): void {
    if (item.kind === "mappings") {
      this.#mappings.set(item.mappings.pid, item);
      this.#part?.writer.write(item);
      return;
    }
    if (item.kind !== "snapshot") return;
    const { endNs, startNs, kdamond, regions } = item.snapshot;
    const date = this.#columns.includes("date") ? this.#time(endNs)?.slice(0, 10) ?? UNKNOWN : "";
    if (this.#part?.date !== date) this.#begin(date, startNs, kdamond);
    this.snapshots++;
    this.regions += regions.length;
    this.#part!.writer.write(item);
  }

  /** Ends the last part. */
  finish(footer: RecordFooter): void {
    this.#end(footer);
  }

  /** Closes it where {@linkcode finish} was not called. */
  close(): void {
    this.#part?.writer.close();
    this.#part = undefined;
  }

  #begin(date: string, startNs: number, kdamond: number): void {
    this.#end();
    const host = encodeURIComponent(this.#header.host.hostname) || UNKNOWN;
    const folders = this.#columns.map((column) => `${column}=${column === "host" ? host : date}`);
    const folder = [this.folder, ...folders].join("/");
    try {
      makeFolder(folder);
    } catch (error) {
      throw new RecordError(`Cannot make the folder ${folder}: ${(error as Error).message}; choose another`, folder);
    }
    const began = this.#time(startNs)?.replace(/[-:.]/g, "") ?? String(Math.round(startNs));
    const path = `${folder}/damo-${began}-${kdamond}${this.suffix}`;
    const writer = RecordWriter.create(path, this.#header, this.#make(this.#header));
    this.files.push(path);
    this.#part = { date, writer };
    for (const item of this.#mappings.values()) writer.write(item);
  }

  #end(footer?: RecordFooter): void {
    if (!this.#part) return;
    const { writer } = this.#part;
    const { snapshots, regions } = writer;
    const none = { endNs: 0, reason: "a part, by date", events: regions, received: regions, dropped: 0, torn: 0 };
    writer.finish({ ...none, ...footer, snapshots, regions });
    writer.close();
    this.#bytesBefore += writer.bytes;
    this.#part = undefined;
  }

  /** A time of the record in UTC, as ISO 8601 has it; `undefined` where the record does not know the time of day. */
  #time(ns: number): string | undefined {
    const { originNs, originWallMs } = this.#header.clock;
    return originWallMs > 0 ? new Date(originWallMs + (ns - originNs) / 1e6).toISOString() : undefined;
  }
}

import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import {
  AGE_UNKNOWN,
  byPid,
  FIRST_POINTER_ID,
  followedPid,
  type Mappings,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type Snapshot,
  withFollowed,
} from "../../damon/mod.ts";
import { hitsTextOf, type RecordEncoder } from "../header/mod.ts";
import { COMPRESSORS, PARQUET_COLUMNS, PARQUET_KEYS, PARQUET_SCHEMA } from "./schema.ts";

/** Rows of a group: as many as DuckDB hands to one thread. */
const GROUP_ROWS = 122_880;

/** Keeps no more than what has not been taken. */
class Pieces extends ByteWriter {
  take(): Uint8Array {
    const bytes = this.getBytes().slice();
    this.index = 0;
    return bytes;
  }
}

/** How far a file was before a row group. */
interface Mark {
  offset: number;
  groups: number;
  indexes: number;
  rows: bigint;
}

/**
 * Encodes a record as Parquet: one row a region, in row groups with statistics, compressed by zstd. The header, footer and
 * memory maps are in the file's metadata. A Parquet file is readable only when it is whole.
 *
 * @see https://parquet.apache.org/docs/file-format/
 */
export class ParquetEncoder implements RecordEncoder {
  readonly batchRegions = GROUP_ROWS;
  /** Small row groups would be slow to read. */
  readonly isPatient = true;
  readonly #header: RecordHeader;
  readonly #pieces = new Pieces(1 << 20);
  readonly #writer: ParquetWriter;
  readonly #mappings: Mappings[] = [];
  #footer: RecordFooter | undefined;
  readonly #marks: Mark[] = [];

  constructor(header: RecordHeader) {
    this.#header = header;
    this.#writer = new ParquetWriter({
      writer: this.#pieces,
      schema: PARQUET_SCHEMA,
      codec: "ZSTD",
      compressors: COMPRESSORS,
      createdBy: header.tool || "damo",
    });
  }

  begin(): Uint8Array {
    return this.#pieces.take();
  }

  encode(items: readonly RecordItem[]): Uint8Array {
    this.#mark();
    const snapshots: Snapshot[] = [];
    for (const item of items) {
      if (item.kind === "snapshot") snapshots.push(item.snapshot);
      else if (item.kind === "mappings") this.#mappings.push(item.mappings);
      else if (item.kind === "footer") this.#footer = item.footer;
    }
    if (snapshots.some(({ regions }) => regions.length > 0)) this.#writeRows(snapshots);
    return this.#pieces.take();
  }

  takeBack(bytes: number): void {
    const mark = this.#marks.findLast(({ offset }) => offset <= bytes);
    if (!mark) return;
    this.#pieces.index = 0;
    this.#pieces.offset = mark.offset;
    this.#writer.row_groups.length = mark.groups;
    this.#writer.pendingIndexes.length = mark.indexes;
    this.#writer.num_rows = mark.rows;
  }

  end(): Uint8Array {
    this.#writer.kvMetadata = [
      { key: PARQUET_KEYS.header, value: JSON.stringify(this.#header) },
      { key: PARQUET_KEYS.footer, value: JSON.stringify(this.#footer ?? null) },
      { key: PARQUET_KEYS.mappings, value: JSON.stringify(this.#mappings) },
    ];
    this.#writer.finish();
    return this.#pieces.take();
  }

  #mark(): void {
    const { row_groups, pendingIndexes, num_rows } = this.#writer;
    const { offset } = this.#pieces;
    this.#marks.push({ offset, groups: row_groups.length, indexes: pendingIndexes.length, rows: num_rows });
  }

  #writeRows(snapshots: readonly Snapshot[]): void {
    const rows = snapshots.reduce((sum, { regions }) => sum + regions.length, 0);
    /** The same value for all rows of a snapshot. */
    const repeated = <T>(valueOf: (snapshot: Snapshot) => T): T[] => {
      const column = new Array<T>(rows);
      let at = 0;
      for (const snapshot of snapshots) {
        const { length } = snapshot.regions;
        column.fill(valueOf(snapshot), at, at += length);
      }
      return column;
    };
    const each = <T>(valueOf: (snapshot: Snapshot, i: number) => T): T[] => {
      const column = new Array<T>(rows);
      let at = 0;
      for (const snapshot of snapshots) {
        for (let i = 0; i < snapshot.regions.length; i++) column[at++] = valueOf(snapshot, i);
      }
      return column;
    };
    const { clock, host } = this.#header;
    const { processes } = withFollowed(this.#header, this.#footer);
    const columns: Record<string, unknown[]> = {
      host: repeated(() => host.hostname),
      time: repeated(({ endNs }) =>
        clock.originWallMs > 0 ? BigInt(Math.round(clock.originWallMs * 1e3 + (endNs - clock.originNs) / 1e3)) : null
      ),
      pid: repeated((snapshot) => this.#pidOf(snapshot) ?? null),
      comm: repeated((snapshot) => {
        const pid = this.#pidOf(snapshot);
        return byPid(processes, pid)?.comm ?? null;
      }),
      kdamond: repeated(({ kdamond }) => kdamond),
      target_id: repeated(({ targetId }) => targetId),
      start_ns: repeated(({ startNs }) => BigInt(Math.round(startNs))),
      end_ns: repeated(({ endNs }) => BigInt(Math.round(endNs))),
      sample_us: repeated(({ sampleUs }) => sampleUs),
      aggr_us: repeated(({ aggrUs }) => aggrUs),
      start: each(({ regions }, i) => u64(regions.start[i])),
      end: each(({ regions }, i) => u64(regions.end[i])),
      nr_accesses: each(({ regions }, i) => regions.nrAccesses[i]),
      age: each(({ regions }, i) => regions.age[i] === AGE_UNKNOWN ? null : regions.age[i]),
      scheme: repeated(({ scheme }) => scheme?.index ?? null),
      sz_filter_passed: each(({ scheme }, i) => scheme?.passedBytes ? BigInt(scheme.passedBytes[i]) : null),
      probe_hits: snapshots.flatMap((snapshot) => {
        const hitsOf = hitsTextOf(snapshot);
        return Array.from({ length: snapshot.regions.length }, (_, i) => hitsOf?.(i) ?? null);
      }),
      resident_bytes: each(({ evidence }, i) => evidence ? BigInt(Math.round(evidence.residentBytes[i])) : null),
      used_bytes: each(({ evidence }, i) => evidence ? BigInt(Math.round(evidence.usedBytes[i])) : null),
      looks: each(({ evidence }, i) => evidence?.looks[i] ?? null),
    };
    this.#writer.write({
      columnData: PARQUET_COLUMNS.map(({ name }) => ({ name, data: columns[name] })),
      rowGroupSize: GROUP_ROWS * 2,
    });
  }

  /** A child that was followed is told by the footer alone: of one in an earlier row group nothing is known yet. */
  #pidOf(snapshot: Snapshot): number | undefined {
    const { kdamond, targetId } = snapshot;
    const { kdamonds } = this.#header;
    const recorded = byPid(kdamonds, kdamond) ?? (kdamonds.length === 1 ? kdamonds[0] : undefined);
    const targets = recorded?.contexts[0]?.targets ?? [];
    if (targetId >= FIRST_POINTER_ID) return targets.length === 1 ? targets[0].pid : undefined;
    return followedPid(this.#footer, snapshot) ?? targets[Number(targetId)]?.pid;
  }
}

/** 2^64, which "max" reads as, is one more than fits. */
function u64(value: number): bigint {
  return value >= 2 ** 64 ? 0xffff_ffff_ffff_ffffn : BigInt(value);
}

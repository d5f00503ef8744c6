import { type AsyncBuffer, parquetMetadataAsync, parquetScan } from "hyparquet";
import {
  type Mappings,
  RecordError,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type Snapshot,
} from "../../damon/mod.ts";
import {
  countOf,
  type FormatReader,
  GroupedRows,
  guessIntervals,
  headerFrom,
  isPlainItem,
  numberOf,
  RegionRows,
  type RowEvidence,
  type RowHead,
  RowOrder,
} from "../header/mod.ts";
import { Flaws, ImpossibleError, incompleteOf, reasonOf } from "../bytes/mod.ts";
import { checkMetadata, checkPages } from "./check.ts";
import { DECOMPRESSORS, PARQUET_COLUMNS, PARQUET_KEYS } from "./schema.ts";

type Metadata = Awaited<ReturnType<typeof parquetMetadataAsync>>;

/** What tells a row's snapshot, and what every table of regions must have. */
const HEAD_COLUMNS = ["kdamond", "target_id", "scheme", "start_ns", "end_ns"];
const NEEDED = ["start_ns", "end_ns", "start", "end", "nr_accesses"];

/** Those that are read. */
const COLUMNS = PARQUET_COLUMNS.map(({ name }) => name)
  .filter((name) => !["host", "time", "pid", "comm"].includes(name));

/**
 * Opens a record in Parquet, as `damo convert` writes it, or as another program made a table of it: columns are known by
 * their names, and rows may come in any order. Its end is read first: it must be a file, and whole. One row group is in
 * memory at a time; where rows come in another order than by snapshot, all of them.
 *
 * @throws {RecordError} where it is cut off, or a table of something else.
 */
export async function openParquet(path: string): Promise<FormatReader> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  const slice = (start: number, end = size) => readRange(file, start, end);
  const buffer: AsyncBuffer = { byteLength: size, slice };
  try {
    await checkMetadata(slice, size);
    const metadata = await parquetMetadataAsync(buffer);
    const names = new Set(metadata.schema.map(({ name }) => name));
    const missing = NEEDED.filter((name) => !names.has(name));
    if (missing.length > 0) {
      throw new RecordError(`Cannot read ${path}: it is Parquet, but has no ${missing.join(", ")}`, path);
    }
    checkCodecs(metadata, path);
    const columns = COLUMNS.filter((name) => names.has(name) && hasValues(metadata, name));
    const scan = await parquetScan({
      file: buffer,
      metadata,
      columns,
      compressors: DECOMPRESSORS,
      // Another place to be wrong about where pages are.
      useOffsetIndex: false,
    });
    const json = (key: string): unknown => {
      const value = metadata.key_value_metadata?.find((entry) => entry.key === key)?.value;
      return value === undefined ? undefined : JSON.parse(value);
    };
    const [footer, mappings] = [json(PARQUET_KEYS.footer), json(PARQUET_KEYS.mappings)];
    return new ParquetReader(path, file, scan, metadata, columns, {
      header: headerFrom(json(PARQUET_KEYS.header), path),
      footer: isPlainItem({ kind: "footer", footer }) ? footer as RecordFooter : undefined,
      mappings: (Array.isArray(mappings) ? mappings : []).filter((one) =>
        isPlainItem({ kind: "mappings", mappings: one })
      ),
    });
  } catch (error) {
    file.close();
    if (error instanceof RecordError) throw error;
    throw new RecordError(
      `Cannot read ${path}: it is Parquet that is cut off or broken (${reasonOf(error)})`,
      path,
    );
  }
}

async function readRange(file: Deno.FsFile, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  await file.seek(start, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) {
    const count = await file.read(bytes.subarray(at));
    if (count === null) throw new ImpossibleError("it ends too early");
    at += count;
  }
  return bytes.buffer;
}

/** @throws {RecordError} where a column is compressed by what is not read. */
function checkCodecs({ row_groups: groups }: Metadata, path: string): void {
  for (const { columns } of groups) {
    for (const { meta_data: meta } of columns) {
      if (!meta || meta.codec === "UNCOMPRESSED" || DECOMPRESSORS[meta.codec]) continue;
      throw new RecordError(
        `${path} is Parquet compressed with ${meta.codec}, which is not read; write it with one of ` +
          `${Object.keys(DECOMPRESSORS).join(", ")}, or uncompressed`,
        path,
      );
    }
  }
}

/** Whether any row group has something in a column, by its statistics. */
function hasValues({ row_groups: groups }: Metadata, name: string): boolean {
  return groups.length === 0 || groups.some(({ num_rows: rows, columns }) => {
    const meta = columns.find(({ meta_data: meta }) => meta?.path_in_schema.join(".") === name)?.meta_data;
    return meta !== undefined && meta.statistics?.null_count !== rows;
  });
}

type Columns = Record<string, ArrayLike<unknown>>;

class ParquetReader implements FormatReader {
  readonly header: RecordHeader;
  readonly flaws = new Flaws();
  readonly isGuessed: boolean;
  incomplete: string | undefined;
  remarks: string[] = [];
  #row = 0;
  constructor(
    readonly path: string,
    readonly file: Deno.FsFile,
    readonly scan: Awaited<ReturnType<typeof parquetScan>>,
    readonly metadata: Metadata,
    readonly columns: readonly string[],
    readonly rest: { header: RecordHeader; footer: RecordFooter | undefined; mappings: Mappings[] },
  ) {
    this.header = rest.header;
    this.isGuessed = !columns.includes("sample_us") || !columns.includes("aggr_us");
  }

  /** Where the row that was read last is. */
  place(): string {
    return `the rows before row ${this.#row + 1}`;
  }

  async *items(): AsyncIterable<RecordItem> {
    const waiting = [...this.rest.mappings];
    const before = function* (timeNs: number): Generator<RecordItem> {
      while (waiting.length > 0 && waiting[0].timeNs <= timeNs) yield { kind: "mappings", mappings: waiting.shift()! };
    };
    try {
      for await (const snapshot of this.#snapshots()) {
        yield* before(snapshot.endNs);
        yield { kind: "snapshot", snapshot };
      }
    } catch (error) {
      if (error instanceof RecordError) throw error;
      this.incomplete = `it is broken near row ${this.#row + 1} (${reasonOf(error)})`;
      return;
    }
    yield* before(Infinity);
    if (this.rest.footer) {
      this.incomplete = incompleteOf(this.rest.footer);
      yield { kind: "footer", footer: this.rest.footer };
    }
  }

  async *#snapshots(): AsyncGenerator<Snapshot> {
    const isGrouped = await this.#isGrouped();
    if (!isGrouped) this.remarks = ["Rows of the table came in another order than by snapshot: they were grouped"];
    const rows = new RegionRows();
    const grouped = new GroupedRows(this.path);
    let flaw: string | undefined;
    const close = (snapshot: Snapshot | undefined): Snapshot[] => {
      if (flaw === undefined) return snapshot ? [snapshot] : [];
      this.flaws.add(this.place(), flaw);
      flaw = undefined;
      return [];
    };
    for await (const { columns, rowStart, length } of this.#groups(this.columns)) {
      for (let i = 0; i < length; i++) {
        this.#row = rowStart + i;
        const head = headAt(columns, i);
        if (!isGrouped) {
          grouped.put(head, (to) => addRow(to, columns, i));
          continue;
        }
        if (!rows.continues(head)) yield* close(rows.begin(head));
        try {
          addRow(rows, columns, i);
        } catch (error) {
          if (!(error instanceof ImpossibleError)) throw error;
          flaw ??= error.message;
        }
      }
    }
    yield* grouped.snapshots((what) => this.flaws.add(undefined, what));
    yield* close(rows.finish());
  }

  /** Whether rows come snapshot by snapshot, by the columns that tell. */
  async #isGrouped(): Promise<boolean> {
    const order = new RowOrder();
    for await (const { columns, length } of this.#groups(HEAD_COLUMNS.filter((name) => this.columns.includes(name)))) {
      for (let i = 0; i < length && order.isGrouped; i++) order.see(headAt(columns, i));
      if (!order.isGrouped) return false;
    }
    return true;
  }

  async *#groups(names: readonly string[]): AsyncGenerator<{ columns: Columns; rowStart: number; length: number }> {
    for (const { rowStart, rowEnd } of this.scan.ranges) {
      const columns: Columns = {};
      // One by one: the file has one place to read at.
      for (const column of names) {
        await this.#check(column, rowStart);
        columns[column] = await this.scan.readColumn({ column, rowStart, rowEnd }) as ArrayLike<unknown>;
        if (columns[column].length !== rowEnd - rowStart) throw new ImpossibleError(`column ${column} has other rows`);
      }
      yield { columns, rowStart, length: rowEnd - rowStart };
    }
  }

  /** Holds what the pages of a column say against what is there. */
  async #check(name: string, rowStart: number): Promise<void> {
    let first = 0;
    for (const { num_rows, columns } of this.metadata.row_groups) {
      const rows = Number(num_rows);
      if (first === rowStart) {
        const meta = columns.find(({ meta_data: meta }) => meta?.path_in_schema.join(".") === name)?.meta_data;
        if (!meta) throw new ImpossibleError(`a row group has no column ${name}`);
        const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
        const bytes = await readRange(this.file, start, start + Number(meta.total_compressed_size));
        const element = this.metadata.schema.find((one) => one.name === name);
        checkPages(new Uint8Array(bytes), {
          name,
          rows,
          isOptional: element?.repetition_type !== "REQUIRED",
          decompress: DECOMPRESSORS[meta.codec],
        });
        return;
      }
      first += rows;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.file.close();
    return Promise.resolve();
  }
}

function headAt(columns: Columns, i: number): RowHead {
  const number = (name: string) => numberOf(columns[name][i], name);
  const [startNs, endNs] = [number("start_ns"), number("end_ns")];
  const scheme = columns.scheme?.[i];
  const isTold = columns.sample_us !== undefined && columns.aggr_us !== undefined;
  return {
    kdamond: columns.kdamond ? countOf(columns.kdamond[i], "kdamond") : 0,
    targetId: idOf(columns.target_id?.[i] ?? 0),
    startNs,
    endNs,
    ...(isTold ? { sampleUs: number("sample_us"), aggrUs: number("aggr_us") } : guessIntervals(endNs - startNs)),
    ...(scheme !== null && scheme !== undefined && { scheme: countOf(scheme, "scheme") }),
  };
}

function idOf(id: unknown): bigint {
  if (typeof id === "bigint") return BigInt.asUintN(64, id);
  return BigInt(Math.trunc(numberOf(id, "target_id")));
}

function addRow(rows: RegionRows, columns: Columns, i: number): void {
  const cell = (name: string) => columns[name]?.[i] ?? undefined;
  const [age, passed, hits, looks] = [cell("age"), cell("sz_filter_passed"), cell("probe_hits"), cell("looks")];
  const known: RowEvidence | undefined = looks === undefined ? undefined : [
    numberOf(cell("resident_bytes"), "resident_bytes"),
    numberOf(cell("used_bytes"), "used_bytes"),
    countOf(looks, "looks"),
  ];
  rows.add(
    numberOf(cell("start"), "start"),
    numberOf(cell("end"), "end"),
    countOf(cell("nr_accesses"), "nr_accesses"),
    age === undefined ? undefined : countOf(age, "age"),
    passed === undefined ? undefined : numberOf(passed, "sz_filter_passed"),
    typeof hits === "string" ? hits : undefined,
    known,
  );
}

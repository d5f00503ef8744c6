import { RecordError, type Snapshot } from "../../damon/mod.ts";
import {
  countOf,
  foreignHeader,
  type FormatReader,
  GroupedRows,
  guessIntervals,
  numberOf,
  RegionRows,
  type RowEvidence,
  type RowHead,
  RowOrder,
} from "../header/mod.ts";
import {
  csvCells,
  type CsvColumn,
  type CsvShape,
  csvShapeOf,
  Flaws,
  ImpossibleError,
  isBeforeHead,
  linesOf,
  reasonOf,
} from "../bytes/mod.ts";

const decoder = new TextDecoder();
/** So much of a table tells whether its rows come in order, where only its beginning is wanted. */
const SOME_BYTES = 4 << 20;
type Bytes = AsyncIterable<Uint8Array>;

/**
 * Decodes a table of regions in CSV: columns are known by their names and may come in any order, among others; cells may be
 * apart by commas, semicolons or tabs, and in quotes. Rows may come in any order where they can be read twice.
 *
 * @param name Names the source in errors.
 * @param again Reads the same bytes once more; absent for a pipe, whose rows must come snapshot by snapshot.
 * @param isPartly Whether only the beginning will be read: whether rows come in order is told by it.
 * @throws {RecordError} where its first line lacks a column that is needed.
 */
export async function decodeCsv(
  bytes: Bytes,
  name: string,
  again?: () => Bytes,
  isPartly = false,
): Promise<FormatReader> {
  const isGrouped = again === undefined || await looksGrouped(again(), isPartly ? SOME_BYTES : Infinity);
  const walk = new CsvWalk(bytes, name, isGrouped);
  const snapshots = walk.snapshots();
  const { done, value: first } = await snapshots.next();
  if (done && (walk.failure ?? walk.flaws.toText()) !== undefined) {
    throw new RecordError(`Cannot read ${name}: ${walk.failure ?? walk.flaws.toText()}`, name, 0);
  }
  return {
    header: foreignHeader({ tool: "", first: done ? undefined : first }),
    flaws: walk.flaws,
    get isGuessed() {
      return walk.isGuessed;
    },
    place: () => isGrouped ? `the rows before line ${walk.number}` : "a snapshot",
    remarks: isGrouped ? [] : ["Rows of the table came in another order than by snapshot: they were grouped"],
    get incomplete() {
      return walk.failure;
    },
    async *items() {
      if (done) return;
      yield { kind: "snapshot", snapshot: first };
      for await (const snapshot of snapshots) yield { kind: "snapshot", snapshot };
    },
    async [Symbol.asyncDispose]() {
      await snapshots.return(undefined);
    },
  };
}

/** Whether rows come snapshot by snapshot. What is broken is said when the rows are read. */
async function looksGrouped(bytes: Bytes, most: number): Promise<boolean> {
  const order = new RowOrder();
  try {
    let shape: CsvShape | undefined;
    for await (const lines of linesOf(bytes)) {
      if ((most -= lines.bytes.length) < 0) break;
      for (const line of decoder.decode(lines.bytes).split("\n")) {
        if (line === "" || line === "\r") continue;
        if (!shape && isBeforeHead(line)) continue;
        if (!shape) shape = csvShapeOf(line);
        else order.see(headOf(csvCells(line, shape), shape));
        if (!order.isGrouped) return false;
      }
    }
  } catch {
    // The same error comes again.
  }
  return true;
}

class CsvWalk {
  failure: string | undefined;
  isGuessed = false;
  /** Of the line that was read last, from 1. */
  number = 0;
  readonly flaws = new Flaws();
  constructor(readonly bytes: Bytes, readonly name: string, readonly isGrouped: boolean) {}

  async *snapshots(): AsyncGenerator<Snapshot> {
    const rows = new RegionRows();
    const grouped = new GroupedRows(this.name);
    const order = new RowOrder();
    let shape: CsvShape | undefined;
    let flaw: string | undefined;
    const close = (snapshot: Snapshot | undefined): Snapshot[] => {
      if (flaw === undefined) return snapshot ? [snapshot] : [];
      this.flaws.add(`line ${this.number}`, flaw);
      flaw = undefined;
      return [];
    };
    try {
      for await (const { bytes, isLast } of linesOf(this.bytes)) {
        const whole = isLast ? bytes : bytes.subarray(0, bytes.length - 1);
        for (const line of decoder.decode(whole).split("\n")) {
          this.number++;
          if (line === "" || line === "\r") continue;
          if (!shape) {
            if (isBeforeHead(line)) continue;
            shape = csvShapeOf(line);
            this.isGuessed = shape.sample_us === undefined || shape.aggr_us === undefined;
            continue;
          }
          // A number may have been cut off too: without its end a line is not trusted.
          if (isLast) throw new ImpossibleError(`it is cut off in line ${this.number}: ${line.slice(0, 80)}`);
          let cells: string[];
          let head: RowHead;
          try {
            cells = csvCells(line, shape);
            if (cells.length < shape.least) {
              throw new ImpossibleError(
                `it has ${cells.length} of at least ${shape.least} cells: ${line.slice(0, 80)}`,
              );
            }
            head = headOf(cells, shape);
          } catch (error) {
            throw new ImpossibleError(`line ${this.number}: ${reasonOf(error)}`);
          }
          if (!this.isGrouped) {
            const of = shape;
            grouped.put(head, (to) => addRow(to, cells, of));
            continue;
          }
          order.see(head);
          if (!order.isGrouped) {
            throw new ImpossibleError(
              `line ${this.number} belongs to a snapshot that came before: give the table as a file that is not compressed, ` +
                "or sort it by kdamond, target_id, scheme, start_ns and start",
            );
          }
          if (!rows.continues(head)) yield* close(rows.begin(head));
          try {
            addRow(rows, cells, shape);
          } catch (error) {
            if (!(error instanceof ImpossibleError)) throw error;
            flaw ??= error.message;
          }
        }
      }
      yield* grouped.snapshots((what) => this.flaws.add(undefined, what));
    } catch (error) {
      if (error instanceof RecordError) throw error;
      const why = reasonOf(error);
      this.failure = error instanceof ImpossibleError ? why : `it is cut off or broken (${why})`;
      return;
    }
    yield* close(rows.finish());
  }
}

function headOf(cells: readonly string[], shape: CsvShape): RowHead {
  const cell = (column: CsvColumn) => shape[column] === undefined ? undefined : cells[shape[column]];
  const number = (column: CsvColumn) => numberOf(cell(column), column);
  const [startNs, endNs] = [number("start_ns"), number("end_ns")];
  const targetId = cell("target_id")?.trim() ?? "0";
  if (!/^\d{1,20}$/.test(targetId)) throw new ImpossibleError(`target_id is ${targetId || "missing"}`);
  const scheme = cell("scheme")?.trim();
  const isTold = cell("sample_us") !== undefined && cell("aggr_us") !== undefined;
  return {
    kdamond: cell("kdamond") === undefined ? 0 : countOf(cell("kdamond"), "kdamond"),
    targetId: BigInt(targetId),
    startNs,
    endNs,
    ...(isTold ? { sampleUs: number("sample_us"), aggrUs: number("aggr_us") } : guessIntervals(endNs - startNs)),
    ...(scheme && { scheme: countOf(scheme, "scheme") }),
  };
}

function addRow(rows: RegionRows, cells: readonly string[], shape: CsvShape): void {
  const cell = (column: number | undefined) => column === undefined ? undefined : cells[column]?.trim() || undefined;
  const [age, passed, looks] = [cell(shape.age), cell(shape.sz_filter_passed), cell(shape.looks)];
  const known: RowEvidence | undefined = looks === undefined ? undefined : [
    numberOf(cell(shape.resident_bytes), "resident_bytes"),
    numberOf(cell(shape.used_bytes), "used_bytes"),
    countOf(looks, "looks"),
  ];
  rows.add(
    numberOf(cells[shape.start!], "start"),
    numberOf(cells[shape.end!], "end"),
    countOf(cells[shape.nr_accesses!], "nr_accesses"),
    age === undefined ? undefined : countOf(age, "age"),
    passed === undefined ? undefined : numberOf(passed, "sz_filter_passed"),
    cell(shape.probe_hits),
    known,
  );
}

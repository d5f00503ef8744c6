import { formatAddress, type RecordHeader } from "../../damon/mod.ts";
import { csvLine } from "../text/mod.ts";
import type { VegaLiteSpec } from "../chart/mod.ts";

/**
 * What the values of a column are: `bytes`, `count`, `percent` and `seconds` are numbers, `ns` a duration, `address`
 * the number of a byte, `text` a string. `number` is one without a unit.
 */
export type ColumnKind = "text" | "count" | "number" | "bytes" | "ns" | "seconds" | "percent" | "address";

/** One column of a report's table. */
export interface Column {
  /** Its name in CSV and JSON, with the unit: `wss_bytes`. */
  name: string;
  /** What stands above it in a terminal: `working set`. */
  title: string;
  /** A phrase that says what it means. */
  description: string;
  /** What its values are. */
  kind: ColumnKind;
  /** In a terminal a bar stands beside the value, as long as the value is large. */
  bar?: boolean;
  /** Left out in a terminal. */
  hidden?: boolean;
}

/** A value of a column; `undefined` where there is none. */
export type Cell = string | number | undefined;

/** One row, a value for each column. */
export type TableRow = readonly Cell[];

/** What every report comes to: rows that are shown as text, JSON, JSON lines, CSV or a chart. */
export interface Table {
  /** What it is about. */
  title: string;
  /** One sentence a line: where the figures come from, what was left out, every loss. */
  caption: readonly string[];
  /** What the values of a row are. */
  columns: readonly Column[];
  /** All rows. */
  rows: readonly TableRow[];
  /** Figures about all rows, above them in a terminal. */
  totals?: readonly string[];
  /** Draws it; absent where a table says it best. */
  chart?: () => VegaLiteSpec;
  /** The record's header; absent where there are several. */
  header?: RecordHeader;
}

/** The value as JSON and CSV have it: addresses in hex, numbers without the noise of binary fractions. */
export function plainValue({ kind }: Column, value: Cell): Cell {
  if (typeof value !== "number") return value;
  if (!Number.isFinite(value)) return undefined;
  if (kind === "address") return `0x${formatAddress(value)}`;
  return Number.isInteger(value) ? value : Number(value.toPrecision(12));
}

/** The rows as objects, by column name. */
export function* tableRows(table: Pick<Table, "columns" | "rows">): Generator<Record<string, Cell>> {
  for (const row of table.rows) {
    yield Object.fromEntries(table.columns.map((column, i) => [column.name, plainValue(column, row[i])]));
  }
}

/** The rows as comma-separated values with a line of column names (RFC 4180). */
export function formatTableCsv({ columns, rows }: Table): string {
  const lines = [csvLine(columns.map(({ name }) => name))];
  for (const row of rows) lines.push(csvLine(columns.map((column, i) => plainValue(column, row[i]))));
  return lines.join("\n") + "\n";
}

/** The rows as JSON lines, one object each. */
export function formatTableJsonl(table: Pick<Table, "columns" | "rows">): string {
  return Array.from(tableRows(table), (row) => JSON.stringify(row) + "\n").join("");
}

/** The rows as JSON, one a line, with the meaning of the columns, the caption and the record's header. */
export function formatTableJson(table: Table): string {
  const { title, caption, header, totals } = table;
  const columns = Object.fromEntries(table.columns.map(({ name, description }) => [name, description]));
  const head = { title, caption, ...(totals && { totals }), columns, ...(header && { record: header }) };
  const rows = Array.from(tableRows(table), (row) => JSON.stringify(row));
  const text = JSON.stringify(head, (_, value) => typeof value === "bigint" ? String(value) : value, 2);
  return `${text.slice(0, -2)},\n  "rows": [\n${rows.join(",\n")}\n  ]\n}\n`;
}

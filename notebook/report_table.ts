import { type Cell, formatTable, type Table, tableRows } from "../report/mod.ts";
import { formatCell } from "../report/table/mod.ts";
import { Chart } from "./chart.ts";
import { $display, type Displayed, htmlTable, type MimeBundle } from "./display.ts";

/** Rows that a notebook shows; the rest is counted. */
const MOST_ROWS = 100;

/**
 * What a report came to: rows as objects, as text, and shown in a notebook with its chart.
 *
 * @example
 * ```ts ignore
 * const table = await (await readRecord("damon.arrow")).mappings();
 * for (const row of table) row.wss_mean_bytes;
 * ```
 */
export class ReportTable implements Displayed, Iterable<Record<string, Cell>> {
  /** Wraps what a report came to. */
  constructor(readonly table: Table) {}

  /** Number of rows. */
  get length(): number {
    return this.table.rows.length;
  }

  /** Its chart; `undefined` where a table says it best. */
  get chart(): Chart | undefined {
    const spec = this.table.chart?.();
    return spec && new Chart(spec, this.toString());
  }

  /** Rows as objects by column name, in bytes, ns and percent as the name says; addresses as hex text. */
  [Symbol.iterator](): Iterator<Record<string, Cell>> {
    return tableRows(this.table);
  }

  /** As in a terminal. */
  toString(width = 100): string {
    return formatTable(this.table, { width, colour: false });
  }

  /** What a notebook shows. */
  async [$display](): Promise<MimeBundle> {
    const { title, columns, rows, totals = [], caption } = this.table;
    const shown = columns.filter(({ hidden }) => !hidden);
    const html = htmlTable(
      title,
      shown.map((column) => column.title),
      rows.slice(0, MOST_ROWS).map((row) => shown.map((column) => formatCell(column, row[columns.indexOf(column)]))),
      (column) => shown[column]?.kind === "text",
      [...totals, ...(rows.length > MOST_ROWS ? [`and ${rows.length - MOST_ROWS} more rows`] : []), ...caption],
    );
    const { "text/plain": _text, "image/svg+xml": svg } = await this.chart?.[$display]() ?? {};
    return { "text/html": svg ? `${svg}\n${html}` : html, "text/plain": this.toString() };
  }
}

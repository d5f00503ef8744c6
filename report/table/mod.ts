/**
 * Tables: rows, columns, as text.
 *
 * @module
 */
export { largestOf, leftOutLines } from "./short_table.ts";
export { joinTables } from "./join_tables.ts";
export {
  type Cell,
  type Column,
  type ColumnKind,
  formatTableCsv,
  formatTableJson,
  formatTableJsonl,
  plainValue,
  type Table,
  type TableRow,
  tableRows,
} from "./table.ts";
export { barOf, formatCell, formatTable, MOST_ROWS, sparkline, tableLines, type TableTextOptions } from "./text.ts";

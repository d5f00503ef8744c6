import { formatBytes, formatNr, formatNs } from "../../damon/mod.ts";
import type { Table, TableRow } from "./table.ts";

/** Sums of these mean something. */
const SUMS = { bytes: formatBytes, ns: formatNs, count: formatNr } as Record<
  string,
  ((sum: number) => string) | undefined
>;

/**
 * A table with at most so many rows: those with the largest values, in their order, and a line that says how many are
 * left out and what they add up to.
 */
export function shortTable(table: Table, most: number): Table {
  const { rows, columns, totals = [] } = table;
  if (rows.length <= most && totals.length <= most) return table;
  const isSize = ({ kind, hidden }: Table["columns"][number]) => kind === "bytes" && !hidden;
  const at = [columns.findIndex(({ bar }) => bar), columns.findIndex(isSize)].find((column) => column >= 0);
  const shown = at === undefined ? rows.slice(0, most) : largest(rows, at, most);
  const left = rows.length - shown.length;
  const column = at === undefined ? undefined : columns[at];
  const sumOf = (some: readonly TableRow[]) => some.reduce((sum, row) => sum + Number(row[at!] ?? 0), 0);
  const textOf = column && SUMS[column.kind];
  const sum = textOf ? `, together ${textOf(Math.max(0, sumOf(rows) - sumOf(shown)))} of ${column.title},` : "";
  const which = column ? ` with the largest ${column.title}` : "";
  const lines = totals.slice(0, most);
  return {
    ...table,
    rows: shown,
    ...(table.totals && { totals: lines }),
    caption: [
      ...(left > 0
        ? [
          `The ${formatNr(shown.length)} rows${which} of ${formatNr(rows.length)}: ${
            formatNr(left)
          } more${sum} are left out; --top all shows them`,
        ]
        : []),
      ...(totals.length > lines.length
        ? [`${formatNr(totals.length - lines.length)} more lines above the table are left out; --top all shows them`]
        : []),
      ...table.caption,
    ],
  };
}

/** Those with the largest values of a column, in the order in which they were. */
function largest(rows: readonly TableRow[], at: number, most: number): TableRow[] {
  const value = (row: TableRow) => Number(row[at] ?? -Infinity);
  const order = rows.map((_, i) => i).sort((a, b) => value(rows[b]) - value(rows[a]) || a - b);
  return order.slice(0, most).sort((a, b) => a - b).map((i) => rows[i]);
}

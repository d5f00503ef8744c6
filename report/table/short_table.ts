import { formatBytes, formatNr, formatNs } from "../../damon/mod.ts";
import type { Table } from "./table.ts";

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
  const shown = at === undefined ? rows.slice(0, most) : largestOf(rows, (row) => Number(row[at] ?? -Infinity), most);
  const column = at === undefined ? undefined : columns[at];
  const lines = totals.slice(0, most);
  return {
    ...table,
    rows: shown,
    ...(table.totals && { totals: lines }),
    caption: [
      ...leftOutLines(shown, rows, column, (row) => Number(row[at!] ?? 0)),
      ...(totals.length > lines.length
        ? [
          `${
            formatNr(totals.length - lines.length)
          } more lines above the table are left out; raise the row limit (top) to see them`,
        ]
        : []),
      ...table.caption,
    ],
  };
}

/** Those with the largest values, in the order in which they were; all where there are no more. */
export function largestOf<T>(all: readonly T[], valueOf: (one: T) => number, most: number): readonly T[] {
  if (all.length <= most) return all;
  const values = all.map(valueOf);
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[b] - values[a] || a - b);
  return Array.from(order.subarray(0, most).sort(), (i) => all[i]);
}

/** What is left out of a table that shows some rows of all, and what it adds up to; no line where it is nothing. */
export function leftOutLines<T>(
  shown: readonly T[],
  all: readonly T[],
  column: { title: string; kind: string } | undefined,
  valueOf: (one: T) => number,
): string[] {
  const left = all.length - shown.length;
  if (left === 0) return [];
  const sumOf = (some: readonly T[]) => some.reduce((sum, one) => sum + valueOf(one), 0);
  const textOf = column && SUMS[column.kind];
  const sum = textOf ? `, together ${textOf(Math.max(0, sumOf(all) - sumOf(shown)))} of ${column.title},` : "";
  const which = column ? ` with the largest ${column.title}` : "";
  const [some, whole, more] = [shown, all].map(({ length }) => formatNr(length)).concat(formatNr(left));
  return [
    `The ${some} rows${which} of ${whole}: ${more} more${sum} are left out; raise the row limit (top) to see them`,
  ];
}

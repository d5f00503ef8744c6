import { formatAddress, formatBytes, formatNr, formatNs } from "../../damon/mod.ts";
import type { Cell, Column, Table } from "./table.ts";
import { displayWidth, padEnd, padStart, shorten, shortenTitle, wrap } from "../text/mod.ts";
import { shortTable } from "./short_table.ts";

/** How a table is written as text. */
export interface TableTextOptions {
  /** Columns of the terminal; at least 40 are used. */
  width: number;
  /** With bold and dim text. */
  colour: boolean;
  /** Numbers as they are, in bytes and ns. */
  raw?: boolean;
  /** Columns of the longest bar; by default what is left of the width. */
  barColumns?: number;
  /** At most so many rows, those with the largest values; 200 by default. */
  rows?: number;
}

/** Rows of text: more than anybody reads, and fewer than fill a terminal's memory. */
export const MOST_ROWS = 200;

const [LEAST_BAR, MOST_BAR] = [10, 60];
const GAP = "  ";

/** A table as aligned lines: title, figures, rows, caption. Ends with a newline. */
export function formatTable(whole: Table, options: TableTextOptions): string {
  const table = shortTable(whole, options.rows ?? MOST_ROWS);
  const width = Math.max(40, options.width);
  const bold = (text: string) => options.colour ? `\x1b[1m${text}\x1b[0m` : text;
  const dim = (text: string) => options.colour ? `\x1b[2m${text}\x1b[0m` : text;
  const out = [bold(shortenTitle(table.title, width)), ""];
  for (const line of table.totals ?? []) out.push(...wrap(line, width));
  if (table.totals?.length) out.push("");
  const [head, ...rows] = tableLines(table, width, options);
  if (table.rows.length > 0) out.push([bold(head), ...rows].join("\n"));
  out.push("");
  for (const line of table.caption) out.push(...wrap(line, width - 2).map((text, i) => dim(i ? `  ${text}` : text)));
  return out.join("\n") + "\n";
}

/** A line of titles and one a row, within `width`: the longest text column gives way. */
export function tableLines(
  { columns, rows }: Pick<Table, "columns" | "rows">,
  width: number,
  { raw = false, barColumns }: Partial<TableTextOptions> = {},
): string[] {
  const shown = columns.map((column, at) => ({ column, at })).filter(({ column }) => !column.hidden);
  const cells = shown.map(({ column, at }) => rows.map((row) => formatCell(column, row[at], raw)));
  const widths = shown.map(({ column }, i) =>
    cells[i].reduce((max, text) => Math.max(max, displayWidth(text)), column.title.length)
  );
  const bar = shown.find(({ column }) => column.bar);
  const gaps = GAP.length * (shown.length - 1);
  const needed = () =>
    widths.reduce((sum, one) => sum + one, gaps) + (bar ? GAP.length + (barColumns ?? LEAST_BAR) : 0);
  const over = needed() - width;
  if (over > 0) {
    const texts = shown.map((_, i) => i).filter((i) => shown[i].column.kind === "text");
    const longest = texts.sort((a, b) => widths[b] - widths[a])[0];
    if (longest !== undefined) widths[longest] = Math.max(8, widths[longest] - over);
  }
  const left = width - (needed() - (bar ? barColumns ?? LEAST_BAR : 0));
  const room = barColumns ?? Math.max(LEAST_BAR, Math.min(MOST_BAR, left));
  const largest = bar ? rows.reduce((max, row) => Math.max(max, Number(row[bar.at] ?? 0)), 0) : 0;
  const line = (texts: readonly string[], barText: string) =>
    [
      ...texts.map((text, i) =>
        shown[i].column.kind === "text" ? padEnd(shorten(text, widths[i]), widths[i]) : padStart(text, widths[i])
      ),
      ...(bar && room > 0 ? [barText] : []),
    ].join(GAP).trimEnd();
  return [
    line(shown.map(({ column }) => column.title), ""),
    ...rows.flatMap((row, r) => {
      const texts = cells.map((column) => column[r]);
      const last = shown.length - 1;
      // The last column has room below it.
      const [first, ...more] = !bar && shown[last].column.kind === "text"
        ? wrap(texts[last], widths[last])
        : [texts[last]];
      const indent = " ".repeat(widths.slice(0, last).reduce((sum, one) => sum + one + GAP.length, 0));
      const barText = bar ? barOf(Number(row[bar.at] ?? 0) / largest, room) : "";
      return [line(texts.with(last, first), barText), ...more.map((text) => shorten(indent + text, width))];
    }),
  ];
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `share`, 0 to 1, of `columns` columns; what is above 0 is never blank. */
export function barOf(share: number, columns: number): string {
  if (!(share > 0)) return "";
  const eighths = Math.max(1, Math.round(Math.min(1, share) * columns * 8));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

const LEVELS = "▁▂▃▄▅▆▇█";

/** Values as a line of blocks, one each, from 0 to the largest; blank where there is none. */
export function sparkline(values: readonly (number | undefined)[], max?: number): string {
  const top = max ?? values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  return values.map((value) => {
    if (value === undefined) return " ";
    if (!(value > 0)) return LEVELS[0];
    return LEVELS[Math.min(7, Math.floor(value / top * 8))];
  }).join("");
}

/** A value for a person. */
export function formatCell({ kind }: Column, value: Cell, raw = false): string {
  if (value === undefined) return "-";
  if (typeof value === "string") return value;
  if (kind === "address") return formatAddress(value);
  if (raw) return String(kind === "bytes" || kind === "count" ? Math.trunc(value) : Number(value.toPrecision(12)));
  if (kind === "bytes") return formatBytes(value);
  if (kind === "ns") return formatNs(value);
  if (kind === "count") return formatNr(Math.round(value));
  if (kind === "percent") return percentText(value);
  if (kind === "seconds") return `${value.toFixed(value >= 1000 ? 0 : value >= 100 ? 1 : 2)} s`;
  return formatNr(value);
}

function percentText(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.01) return "<0.01 %";
  if (Math.abs(value) >= 99.95) return `${formatNr(Math.round(value))} %`;
  return `${Number(value.toFixed(Math.abs(value) < 9.995 ? 2 : 1))} %`;
}

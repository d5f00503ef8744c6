import { CSV_COLUMNS } from "./csv_columns.ts";
import { ImpossibleError } from "./reason.ts";

/** Name of a column that is read. */
export type CsvColumn = typeof CSV_COLUMNS[number];

/** Those that every table of regions must have; the others are guessed, or stay unknown. */
const NEEDED: readonly CsvColumn[] = ["start_ns", "end_ns", "start", "end", "nr_accesses"];

/** How the lines of a table are to be read: which cell is which column, and what is between cells. */
export type CsvShape = Partial<Record<CsvColumn, number>> & {
  /** Between cells. */
  separator: string;
  /** Cells that a line has at least. */
  least: number;
};

const SEPARATORS = [",", ";", "\t", "|"];

/** Needed columns by which a table is told that lacks the others: the error then names them. */
const ENOUGH = 3;

/** Whether text begins with the names of the columns of a table of regions. */
export function isCsvHead(text: string): boolean {
  const line = text.trimStart().split("\n").find((one) => !isBeforeHead(one)) ?? "";
  return SEPARATORS.some((separator) => {
    const names = namesOf(line, separator);
    return NEEDED.filter((column) => names.includes(column)).length >= ENOUGH;
  });
}

/** Whether a line before the names of the columns says nothing of the table: a comment, or a spreadsheet's `sep=;`. */
export function isBeforeHead(line: string): boolean {
  return /^\ufeff?(?:#|"?sep=|\s*$)/i.test(line);
}

/** Tells the columns by their names in the first line. @throws {ImpossibleError} naming those that are missing. */
export function csvShapeOf(line: string): CsvShape {
  // As many cells as there can be: a name has no separator.
  const separator = SEPARATORS.map((one) => ({ one, count: namesOf(line, one).length }))
    .reduce((a, b) => b.count > a.count ? b : a).one;
  const names = namesOf(line, separator);
  const places = CSV_COLUMNS.map((column) => [column, names.indexOf(column)] as const).filter(([, at]) => at >= 0);
  const missing = NEEDED.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new ImpossibleError(
      `its first line names no ${missing.join(", no ")}; a table of regions has the columns ${CSV_COLUMNS.join(",")}`,
    );
  }
  const twice = CSV_COLUMNS.find((column) => names.indexOf(column) !== names.lastIndexOf(column));
  if (twice !== undefined) throw new ImpossibleError(`its first line names ${twice} twice`);
  const least = 1 + Math.max(...NEEDED.map((column) => names.indexOf(column)));
  return { ...Object.fromEntries(places) as Partial<Record<CsvColumn, number>>, separator, least };
}

function namesOf(line: string, separator: string): string[] {
  return splitCells(line.replace(/^\ufeff/, ""), separator).map((name) => name.trim().toLowerCase());
}

/**
 * The cells of a line; it may have fewer than the table. Where semicolons are between them a number may have a comma for its point.
 *
 * @throws {ImpossibleError} for a line that ends within quotes.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function csvCells(line: string, { separator, least }: CsvShape): string[] {
  const cells = splitCells(line, separator);
  if (cells.length < least && (line.split('"').length - 1) % 2 === 1) {
    throw new ImpossibleError(
      "it opens a quote that it does not close: leave out columns whose cells have ends of lines in them",
    );
  }
  if (separator !== ";") return cells;
  return cells.map((cell) => /^\d+,\d+$/.test(cell) ? cell.replace(",", ".") : cell);
}

function splitCells(line: string, separator: string): string[] {
  if (line.endsWith("\r")) line = line.slice(0, -1);
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    if (line[at] !== '"') {
      let to = line.indexOf(separator, at);
      if (to < 0) to = line.length;
      cells.push(line.slice(at, to));
      at = to + 1;
      continue;
    }
    let cell = "";
    for (at++; at < line.length; at++) {
      if (line[at] !== '"') cell += line[at];
      else if (line[at + 1] === '"') cell += line[at++];
      else break;
    }
    cells.push(cell);
    // Behind the closing quote comes a separator or the end.
    const to = line.indexOf(separator, at);
    if (to < 0) break;
    at = to + 1;
  }
  return cells;
}

import { missesOf, type Row, sureBytesOf, trueBytesOf, uncertainBytesOf, unseenShareOf, verdictOf } from "./verdict.ts";

const COLUMNS = [
  [
    "program",
    "setting",
    "resident",
    "truth of 1 s",
    "+ files",
    "working set",
    "± said",
    "median",
    "largest",
    "unseen",
    "CPU",
    "verdict",
  ],
] as const;

const mib = (bytes: number) => Number.isNaN(bytes) ? "-" : (bytes / 2 ** 20).toFixed(1);

/** The table's heads. */
export function headCells(): readonly string[] {
  return COLUMNS[0];
}

/** A row's cells; sizes in MiB. */
export function cellsOf(row: Row): string[] {
  const { recorded, truths, steady } = row;
  const all = truths.map(sureBytesOf);
  const misses = missesOf(row);
  return [
    row.program,
    row.setting,
    mib(truths.reduce((sum, { residentBytes }) => sum + residentBytes, 0) / truths.length),
    `${mib(trueBytesOf(row))} (${mib(Math.min(...all))}–${mib(Math.max(...all))})`,
    mib(uncertainBytesOf(row)),
    mib(recorded.mean),
    recorded.error === undefined ? "-" : mib(recorded.error),
    mib(recorded.median),
    mib(recorded.largest),
    `${recorded.unseen.length}/${steady.length} ${(unseenShareOf(row) * 100).toFixed(1)} %`,
    `${(recorded.cpu * 100).toFixed(1)} of ${(recorded.budget * 100).toFixed(0)} %`,
    [{ pass: "pass", fail: "FAIL", unsteady: "truth moved:" }[verdictOf(row)], misses.join(", ")].join(" ").trim(),
  ];
}

/** Widths that let rows be printed as they come. */
const WIDTHS = [10, 8, 9, 20, 8, 12, 8, 8, 8, 12, 12, 0];

/** A line of the table for a terminal. */
export function lineOf(cells: readonly string[]): string {
  return cells.map((cell, i) => i < 2 || i === cells.length - 1 ? cell.padEnd(WIDTHS[i]) : cell.padStart(WIDTHS[i]))
    .join(" ").trimEnd();
}

/** A line of the table for a Markdown file. */
export function markdownLineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

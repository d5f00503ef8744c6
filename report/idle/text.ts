import { formatBytes } from "../../damon/mod.ts";
import type { IdleReport } from "./idle.ts";
import { idleCaptionOf, idleClassNames, usedClassesOf } from "./caption.ts";
import { rgbOf } from "./colours.ts";
import { shareFrom } from "./table.ts";
import { shortenTitle, wrap } from "../text/mod.ts";

/** How idle memory is written as text. */
export interface IdleTextOptions {
  /** Columns; at least 60 are used. */
  width: number;
  /** `never` draws with characters. */
  colour: "truecolor" | "256" | "never";
  /** Bytes as they are. */
  raw?: boolean;
}

/** What a class is drawn with where there is no colour: accessed, then idle for ever longer. */
const SIGNS = "#%*=+~-:.";

/**
 * How much memory has been idle for how long, as text: a table with bars, and where a record is the source one line for
 * each part of its time.
 *
 * @returns Text that ends with a newline; escape sequences only where `colour` asks for them.
 */
export function formatIdle(report: IdleReport, options: IdleTextOptions): string {
  const width = Math.max(60, options.width);
  const { title, lines } = idleCaptionOf(report);
  return [
    shortenTitle(title, width),
    "",
    ...table(report, width, options),
    "",
    ...overTime(report, width, options),
    ...lines.flatMap((line) => wrap(line, width - 2).map((text, i) => i === 0 ? text : `  ${text}`)),
  ].join("\n") + "\n";
}

function table(report: IdleReport, width: number, { colour, raw }: IdleTextOptions): string[] {
  const names = idleClassNames(report).slice(0, usedClassesOf(report));
  const { now, mean } = report;
  const hasBytes = now.totalBytes !== undefined;
  const head = ["idle for", ...hasBytes ? ["memory"] : [], "share", "at least", ...mean ? ["mean"] : []];
  const rows = names.map((name, i) => [
    name,
    ...hasBytes ? [sizeText((now.totalBytes ?? 0) * now.shares[i], raw)] : [],
    percentOf(now.shares[i]),
    i === 0 ? "" : percentOf(shareFrom(now.shares, i)),
    ...mean ? [percentOf(mean.shares[i])] : [],
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (cells: string[]) =>
    cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ");
  const room = width - line(head).length - 2;
  const most = Math.max(...now.shares) || 1;
  return [
    `${line(head)}  ${mean ? "at the end" : "now"}`,
    ...rows.map((cells, i) => {
      const bar = barOf(now.shares[i] / most * room);
      return `${line(cells)}  ${ink(bar, i, names.length, colour)}`.trimEnd();
    }),
  ];
}

/** A bar of eighths of a character. */
function barOf(columns: number): string {
  const eighths = Math.round(columns * 8);
  return "█".repeat(Math.floor(eighths / 8)) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
}

/** A line for each part of the time, as long as the memory was large then. */
function overTime({ overTime: parts, ...report }: IdleReport, width: number, options: IdleTextOptions): string[] {
  if (parts.length < 2) return [];
  const all: IdleReport = { ...report, overTime: parts };
  const count = usedClassesOf(all);
  const names = idleClassNames(all).slice(0, count);
  const seconds = parts.map(({ startNs }) => (startNs / 1e9).toFixed(1));
  const timeWidth = Math.max(...seconds.map((text) => text.length), "second".length);
  const sizes = parts.map(({ distribution: { totalBytes } }) => sizeText(totalBytes ?? 0, options.raw));
  const sizeWidth = Math.max(...sizes.map((text) => text.length));
  const room = width - timeWidth - sizeWidth - 5;
  const most = Math.max(...parts.map(({ distribution }) => distribution.totalBytes ?? 0)) || 1;
  const lines = parts.map(({ distribution: { totalBytes = 0, shares } }, i) => {
    const columns = totalBytes / most * room;
    const bounds = names.map((_, c) => Math.round(shares.slice(0, c).reduce((sum, share) => sum + share, 0) * columns));
    bounds.push(Math.round(columns));
    const cells = names.map((_, c) =>
      options.colour === "never"
        ? signOf(c, count).repeat(Math.max(0, bounds[c + 1] - bounds[c]))
        : ink("█".repeat(Math.max(0, bounds[c + 1] - bounds[c])), c, count, options.colour)
    );
    const plain = " ".repeat(Math.max(0, room - bounds.at(-1)!));
    return `${seconds[i].padStart(timeWidth)} │${cells.join("")}${plain}│ ${sizes[i].padStart(sizeWidth)}`;
  });
  const legend = names.map((name, i) =>
    `${options.colour === "never" ? signOf(i, count) : ink("█", i, count, options.colour)} ${name}`
  );
  return [
    `${"second".padStart(timeWidth)} │ all that was watched, by how long it had been idle`,
    ...lines,
    ...legendLines(legend, names, timeWidth + 2, width),
    "",
  ];
}

/** Escape sequences take no column: lengths are the names'. */
function legendLines(entries: readonly string[], names: readonly string[], indent: number, width: number): string[] {
  const lines: string[] = [];
  let used = Infinity;
  entries.forEach((entry, i) => {
    const length = names[i].length + 2;
    if (used + 2 + length > width) {
      lines.push(" ".repeat(indent) + entry);
      used = indent + length;
    } else {
      lines[lines.length - 1] += `  ${entry}`;
      used += 2 + length;
    }
  });
  return lines;
}

/** The signs spread over the classes there are: the longest idle is the emptiest. */
function signOf(i: number, count: number): string {
  return SIGNS[i === 0 ? 0 : Math.round(1 + (i - 1) * (SIGNS.length - 2) / Math.max(1, count - 2))];
}

function ink(text: string, i: number, count: number, colour: IdleTextOptions["colour"]): string {
  if (colour === "never" || text === "") return text;
  const [r, g, b] = rgbOf(i, count);
  const cube = (value: number) => Math.round(value / 51);
  const code = colour === "truecolor" ? `2;${r};${g};${b}` : `5;${16 + 36 * cube(r) + 6 * cube(g) + cube(b)}`;
  return `\x1b[38;${code}m${text}\x1b[0m`;
}

function sizeText(bytes: number, raw: boolean | undefined): string {
  return raw ? String(Math.round(bytes)) : formatBytes(bytes);
}

function percentOf(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.05) return "<0.1 %";
  return `${percent >= 9.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

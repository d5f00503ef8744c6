import { padStart, secondTicks, shorten, shortenTitle, wrap } from "../text/mod.ts";
import { formatAddress, formatBytes } from "../../damon/mod.ts";
import { bandNameOf, captionOf } from "./heat_caption.ts";
import { targetNameOf } from "../record/mod.ts";
import { heatColour, heatColour256, IDLE_256, IDLE_TERMINAL, scaleEndOf } from "../chart/mod.ts";
import { type HeatBand, type Heatmap, maxHeatOf, topDown } from "./heatmap.ts";

/** Columns to the left of the plot. */
const GUTTER = 15;
/** From rarely to always accessed, where there is no colour. */
const DENSITY = ":-=+*#%@";
const IDLE = "·";
const LINES_OF_BAND = 3;

/** How a heat map is written as text. */
export interface TerminalOptions {
  /** Columns of the terminal; at least 40 are used. */
  width: number;
  /** Lines for the bands together. */
  lines: number;
  /** `never` draws with characters of growing density. */
  colour: "truecolor" | "256" | "never";
}

/** The resolution at which a terminal shows a heat map without loss: half a character is a row where there is colour. */
export function terminalCells({ width, lines, colour }: TerminalOptions): { timeBins: number; rows: number } {
  return { timeBins: Math.max(40, width) - GUTTER - 1, rows: colour === "never" ? lines : lines * 2 };
}

/**
 * A heat map as lines of text: time to the right in seconds, addresses upwards, one block of lines a band.
 *
 * @returns Text that ends with a newline; escape sequences only where `colour` asks for them.
 */
export function formatHeatmap(heatmap: Heatmap, options: TerminalOptions): string {
  const width = Math.max(40, options.width);
  const ink = inkOf(options.colour);
  const scaleEnd = scaleEndOf(maxHeatOf(heatmap));
  const { title, lines } = captionOf(heatmap);
  const out = [ink.bold(shortenTitle(title, width)), ""];
  const top = topDown(heatmap);
  const heights = shareLines(top, options.lines);
  top.forEach((band, i) => {
    const above = top[i - 1];
    if (above?.target !== band.target) {
      if (heatmap.survey.targets.length > 1) {
        out.push(...(above ? [""] : []), ink.bold(targetNameOf(heatmap, band.target)));
      }
    } else out.push(ink.dim(cutLine(above.start - band.end, width)));
    out.push(...bandLines(heatmap, band, heights[i], width, scaleEnd, ink));
  });
  out.push(...axisLines(heatmap, width), ...legendLines(scaleEnd, width, ink), "");
  for (const line of lines) {
    out.push(...wrap(line, width - 2).map((text, i) => ink.dim(i === 0 ? text : `  ${text}`)));
  }
  return out.join("\n") + "\n";
}

interface Ink {
  bold(text: string): string;
  dim(text: string): string;
  /** The characters of one line: two rows of shares (`undefined`: not monitored), scaled to 0..1. */
  cells(upper: (number | undefined)[], lower: (number | undefined)[]): string;
  swatch(share: number): string;
  perLine: 1 | 2;
}

function inkOf(colour: TerminalOptions["colour"]): Ink {
  if (colour === "never") {
    const sign = (share: number | undefined) =>
      share === undefined ? " " : share === 0 ? IDLE : DENSITY[Math.ceil(share * DENSITY.length) - 1];
    const plain = (text: string) => text;
    return { bold: plain, dim: plain, cells: (upper) => upper.map(sign).join(""), swatch: sign, perLine: 1 };
  }
  const paint = (share: number | undefined) => {
    if (share === undefined) return undefined;
    if (colour === "256") return `5;${share === 0 ? IDLE_256 : heatColour256(share)}`;
    return `2;${(share === 0 ? IDLE_TERMINAL : heatColour(share)).join(";")}`;
  };
  const cells: Ink["cells"] = (upper, lower) => {
    let [line, now] = ["", ""];
    upper.forEach((share, i) => {
      const [up, down] = [paint(share), paint(lower[i])];
      const [style, sign] = up === down
        ? [up === undefined ? "0" : `0;48;${up}`, " "]
        : up === undefined
        ? [`0;38;${down}`, "▄"]
        : [down === undefined ? `0;38;${up}` : `38;${up};48;${down}`, "▀"];
      if (style !== now) line += `\x1b[${now = style}m`;
      line += sign;
    });
    return line + "\x1b[0m";
  };
  return {
    bold: (text) => `\x1b[1m${text}\x1b[0m`,
    dim: (text) => `\x1b[2m${text}\x1b[0m`,
    cells,
    swatch: (share) => cells([share], [share]),
    perLine: 2,
  };
}

/** Lines for each band: room for its label, the rest by size. */
function shareLines(bands: readonly HeatBand[], lines: number): number[] {
  const bytes = bands.reduce((sum, band) => sum + band.bytes, 0);
  const free = Math.max(0, lines - bands.length * LINES_OF_BAND);
  return bands.map((band) => LINES_OF_BAND + Math.round(free * band.bytes / bytes));
}

function bandLines(
  heatmap: Heatmap,
  band: HeatBand,
  height: number,
  width: number,
  scaleEnd: number,
  ink: Ink,
): string[] {
  const columns = width - GUTTER - 1;
  const rows = height * ink.perLine;
  const labels: string[] = Array(height).fill("");
  labels[0] = shorten(bandNameOf(heatmap, band), GUTTER - 2);
  labels[1] = formatBytes(band.bytes);
  const nr = band.pieces.length.toLocaleString("en");
  if (nr !== "1" && height > LINES_OF_BAND) labels[2] = `${nr} pieces`;
  labels[height - 1] = formatAddress(band.start);
  const sharesOf = (row: number) => resample(heatmap, band, rows - 1 - row, rows, columns, scaleEnd);
  return labels.map((label, line) => {
    const mark = line === height - 1 ? "┤" : "│";
    const upper = sharesOf(line * ink.perLine);
    const lower = ink.perLine === 2 ? sharesOf(line * 2 + 1) : upper;
    return `${padStart(label, GUTTER - 1)} ${mark}${ink.cells(upper, lower)}`.trimEnd();
  });
}

/** Row `row` of `rows` in `columns` columns, whatever the grid's own resolution: shares of `scaleEnd`. */
function resample(
  { time }: Heatmap,
  band: HeatBand,
  row: number,
  rows: number,
  columns: number,
  scaleEnd: number,
): (number | undefined)[] {
  const span = (at: number, of: number, count: number) => {
    const first = Math.floor(at * count / of);
    return [first, Math.max(first + 1, Math.floor((at + 1) * count / of))];
  };
  const [rowFrom, rowTo] = span(row, rows, band.rows);
  return Array.from({ length: columns }, (_, column) => {
    const [binFrom, binTo] = span(column, columns, time.count);
    let [heat, watched] = [0, 0];
    for (let bin = binFrom; bin < binTo; bin++) {
      for (let r = rowFrom; r < rowTo; r++) {
        heat += band.heat[bin * band.rows + r];
        watched += band.watched[bin * band.rows + r];
      }
    }
    return watched > 0 ? Math.min(1, heat / watched / scaleEnd) : undefined;
  });
}

function cutLine(bytes: number, width: number): string {
  const text = bytes > 0 ? ` ${formatBytes(bytes)} of addresses cut out ` : "";
  return `${" ".repeat(GUTTER)}╪${text.padStart(text.length + 2, "╌").padEnd(width - GUTTER - 1, "╌")}`;
}

function axisLines({ time }: Heatmap, width: number): string[] {
  const columns = width - GUTTER - 1;
  const endNs = time.startNs + time.binNs * time.count;
  const rule = Array<string>(columns).fill("─");
  let labels = "";
  for (const { value, label } of secondTicks(time.startNs, endNs, Math.max(3, Math.floor(columns / 9)))) {
    const at = Math.min(columns - 1, Math.round((value - time.startNs) / (endNs - time.startNs) * columns));
    rule[at] = "┴";
    const from = Math.max(0, Math.min(columns - label.length, at - Math.floor(label.length / 2)));
    if (from <= labels.length && labels !== "") continue;
    labels = labels.padEnd(from) + label;
  }
  return [`${" ".repeat(GUTTER)}└${rule.join("")}`, `${"seconds".padStart(GUTTER - 1)}  ${labels}`];
}

function legendLines(scaleEnd: number, width: number, ink: Ink): string[] {
  const percent = Number((scaleEnd * 100).toPrecision(3));
  const parts = [
    { text: `${ink.swatch(0)} never accessed`, length: 16 },
    { text: "", length: 0 },
    { text: "blank: not monitored", length: 20 },
  ];
  const room = width - GUTTER;
  const what = `${percent} % of samples`;
  const steps = ink.perLine === 1 ? DENSITY.length : Math.min(20, Math.max(6, room - 41 - what.length));
  parts[1].text = `${Array.from({ length: steps }, (_, i) => ink.swatch((i + 1) / steps)).join("")} ${what}`;
  parts[1].length = steps + 1 + what.length;
  const lines: { text: string; length: number }[] = [];
  for (const { text, length } of parts) {
    const last = lines.at(-1);
    if (last && last.length + 2 + length <= room) {
      last.text += `  ${text}`;
      last.length += 2 + length;
    } else lines.push({ text, length });
  }
  return lines.map(({ text }) => " ".repeat(GUTTER) + text);
}

import { formatBytes, formatNs } from "../../damon/mod.ts";
import type { Fidelity } from "./fidelity.ts";
import { fidelityCaptionOf, type FidelityReport, referenceNameOf } from "./caption.ts";
import type { FidelityRow } from "./sum.ts";
import { wrap } from "../text/mod.ts";

const TITLES = ["time", "hot", "shown hot", "error", "precision", "recall", "F1"];

function cellsOf(row: FidelityRow): string[] {
  const share = (value: number | undefined) => value === undefined ? "-" : value.toFixed(3);
  const bytes = (value: number) => row.coveredNs > 0 ? formatBytes(value) : "-";
  return [
    row.name,
    formatNs(row.coveredNs),
    bytes(row.hotBytes),
    bytes(row.seenBytes),
    bytes(row.errorBytes),
    share(row.precision),
    share(row.recall),
    share(row.f1),
  ];
}

function tableOf(first: string, rows: readonly FidelityRow[]): string[] {
  const cells = [[first, ...TITLES], ...rows.map(cellsOf)];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ")
  );
}

/** Columns of a caption line at most. */
const WIDTH = 100;

const MEANING = "time: with snapshots; hot, shown hot, error: means over it; precision, recall: of address × time";

/**
 * A comparison as an aligned table: a line a phase, then one for everything, then how it was measured. `-` is where a
 * share is of nothing. Ends with a line end.
 */
export function formatFidelity(fidelity: Fidelity): string {
  const lines = tableOf("phase", [...fidelity.phases, fidelity.all]);
  const percent = Number((fidelity.hotFraction * 100).toFixed(2));
  const left = fidelity.toleranceNs > 0 ? `; ${formatNs(fidelity.toleranceNs)} around each change left out` : "";
  lines.push(
    "",
    `${fidelity.snapshots} snapshots; hot from ${percent} % of samples on${left}`,
    MEANING,
  );
  return lines.join("\n") + "\n";
}

/** A whole report as text: caption, a table of the phases, and one of the working set over time. */
export function formatFidelityReport(report: FidelityReport): string {
  const { fidelity } = report;
  const { title, lines } = fidelityCaptionOf(report);
  const seconds = (ns: number) => ((ns - fidelity.originNs) / 1e9).toFixed(1);
  const overTime = fidelity.overTime.map((row) => ({
    ...row,
    name: `${seconds(row.startNs)} to ${seconds(row.endNs)}`,
  }));
  return [
    title,
    ...lines.flatMap((line) => wrap(line, WIDTH)),
    "",
    ...tableOf("phase", [...fidelity.phases, fidelity.all]),
    "",
    ...overTime.length > 0 ? [...tableOf("second", overTime), ""] : [],
    `${MEANING};`,
    `hot: in the ${referenceNameOf(report)}; shown hot: in the record, from whose start seconds count`,
  ].join("\n") + "\n";
}

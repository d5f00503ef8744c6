import { formatBytes, formatNs } from "../damon/mod.ts";
import type { Fidelity } from "./fidelity.ts";
import type { FidelityRow } from "./fidelity_sum.ts";

const TITLES = ["phase", "time", "hot", "shown hot", "error", "precision", "recall", "F1"];

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

/**
 * A comparison as an aligned table: a line a phase, then one for everything, then how it was measured. `-` is where a
 * share is of nothing. Ends with a line end.
 */
export function formatFidelity(fidelity: Fidelity): string {
  const rows = [TITLES, ...[...fidelity.phases, fidelity.all].map(cellsOf)];
  const widths = TITLES.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ")
  );
  const percent = Number((fidelity.hotFraction * 100).toFixed(2));
  const left = fidelity.toleranceNs > 0 ? `; ${formatNs(fidelity.toleranceNs)} around each change left out` : "";
  lines.push(
    "",
    `${fidelity.snapshots} snapshots; hot from ${percent} % of samples on${left}`,
    "time: with snapshots; hot, shown hot, error: means over it; precision, recall: of address × time",
  );
  return lines.join("\n") + "\n";
}

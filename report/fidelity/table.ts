import { csvLine } from "../text/mod.ts";
import { fidelityCaptionOf, type FidelityReport } from "./caption.ts";
import type { FidelityRow } from "./sum.ts";

/** The columns of a comparison's table, and what they mean. */
export const FIDELITY_COLUMNS = {
  part: "all: everything; phase: a phase of the workload; time: an equal part of the time",
  name: "name of the phase",
  time_start_s: "start, seconds since the start of the record (negative: before it)",
  time_end_s: "end",
  covered_s: "of that time, how much was compared",
  hot_bytes: "working set in the reference: hot bytes, mean over the covered time",
  shown_bytes: "working set in the record",
  common_bytes: "bytes that both show as hot",
  error_bytes: "mean absolute difference of hot_bytes and shown_bytes at each moment",
  hot_byte_seconds: "area that is hot in the reference",
  shown_byte_seconds: "area that is hot in the record",
  common_byte_seconds: "area that is hot in both",
  precision: "common_byte_seconds / shown_byte_seconds",
  recall: "common_byte_seconds / hot_byte_seconds",
  f1: "harmonic mean of precision and recall",
} as const;

/** One line of the table, see {@linkcode FIDELITY_COLUMNS}; `undefined` is a share of nothing. */
export type FidelityTableRow = Record<keyof typeof FIDELITY_COLUMNS, string | number | undefined>;

/** Everything, each phase, each part of the time, in this order. */
export function* fidelityRows({ fidelity }: FidelityReport): Generator<FidelityTableRow> {
  const of = (part: string) => (row: FidelityRow) => tableRowOf(part, row, fidelity.originNs);
  yield of("all")(fidelity.all);
  yield* fidelity.phases.map(of("phase"));
  yield* fidelity.overTime.map(of("time"));
}

function tableRowOf(part: string, row: FidelityRow, originNs: number): FidelityTableRow {
  const seconds = (ns: number) => Number((ns / 1e9).toFixed(6));
  const share = (value: number | undefined) => value === undefined ? undefined : Number(value.toFixed(6));
  return {
    part,
    name: row.name,
    time_start_s: seconds(row.startNs - originNs),
    time_end_s: seconds(row.endNs - originNs),
    covered_s: seconds(row.coveredNs),
    hot_bytes: Math.round(row.hotBytes),
    shown_bytes: Math.round(row.seenBytes),
    common_bytes: Math.round(row.commonBytes),
    error_bytes: Math.round(row.errorBytes),
    hot_byte_seconds: Math.round(row.hotArea),
    shown_byte_seconds: Math.round(row.seenArea),
    common_byte_seconds: Math.round(row.commonArea),
    precision: share(row.precision),
    recall: share(row.recall),
    f1: share(row.f1),
  };
}

/** The table as comma-separated values with a line of column names (RFC 4180). */
export function formatFidelityCsv(report: FidelityReport): string {
  const lines = [csvLine(Object.keys(FIDELITY_COLUMNS))];
  for (const row of fidelityRows(report)) lines.push(csvLine(Object.values(row)));
  return lines.join("\n") + "\n";
}

/** The table as JSON, a row a line, with the meaning of the columns, the caption, and what was compared. */
export function formatFidelityJson(report: FidelityReport): string {
  const { fidelity, header, pid, reference } = report;
  const { title, lines } = fidelityCaptionOf(report);
  const head = {
    title,
    caption: lines,
    hot_fraction: fidelity.hotFraction,
    tolerance_s: fidelity.toleranceNs / 1e9,
    snapshots: fidelity.snapshots,
    pid: pid ?? null,
    origin_ns: fidelity.originNs,
    record: header,
    reference: reference.kind === "record"
      ? { kind: "record", record: reference.header }
      : { kind: "truth", config: reference.truth.config, regions: reference.truth.regions },
    columns: FIDELITY_COLUMNS,
  };
  const rows = Array.from(fidelityRows(report), (row) => JSON.stringify(row, (_, value) => value ?? null));
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [\n${rows.join(",\n")}\n  ]\n}\n`;
}

import { csvLine } from "../text/mod.ts";
import type { IdleDistribution, IdleReport } from "./idle.ts";
import { idleCaptionOf } from "./caption.ts";

/** The columns of a table of idle memory, and what they mean. */
export const IDLE_COLUMNS = {
  part: "now: when it was read, or at the end of the record; mean: over the record; time: an equal part of its time",
  time_start_s: "start of the part, seconds since the start of the record",
  time_end_s: "its end",
  idle_from_s: "idle for this long or longer; empty: accessed in the last aggregation interval",
  idle_to_s: "and for less than this; empty: no bound",
  bytes: "memory idle for so long; empty where the source does not say how much it watches",
  share: "its part of all watched memory, 0 to 1",
  share_at_least: "part of all watched memory that is idle for idle_from_s or longer",
} as const;

/** One line of the table, see {@linkcode IDLE_COLUMNS}; `undefined` is an empty field. */
export type IdleRow = Record<keyof typeof IDLE_COLUMNS, string | number | undefined>;

/** Every class of idle time: now, in the mean, and in each part of the time. */
export function* idleRows({ now, mean, overTime, edgesNs }: IdleReport): Generator<IdleRow> {
  yield* rowsOf("now", now, edgesNs);
  if (mean) yield* rowsOf("mean", mean, edgesNs);
  for (const { startNs, endNs, distribution } of overTime) yield* rowsOf("time", distribution, edgesNs, startNs, endNs);
}

function* rowsOf(
  part: string,
  { totalBytes, shares }: IdleDistribution,
  edgesNs: readonly number[],
  startNs?: number,
  endNs?: number,
): Generator<IdleRow> {
  const seconds = (ns: number | undefined) => ns === undefined ? undefined : Number((ns / 1e9).toFixed(6));
  const share = (value: number) => Number(value.toFixed(6));
  for (let i = 0; i < shares.length; i++) {
    yield {
      part,
      time_start_s: seconds(startNs),
      time_end_s: seconds(endNs),
      idle_from_s: i === 0 ? undefined : seconds(i === 1 ? 0 : edgesNs[i - 2]),
      idle_to_s: i === 0 ? undefined : seconds(edgesNs[i - 1]),
      bytes: totalBytes === undefined ? undefined : Math.round(shares[i] * totalBytes),
      share: share(shares[i]),
      share_at_least: i === 0 ? undefined : share(shareFrom(shares, i)),
    };
  }
}

/** The part of the memory in this class and those of longer idle time. */
export function shareFrom(shares: readonly number[], first: number): number {
  return shares.slice(first).reduce((sum, share) => sum + share, 0);
}

/** The table as comma-separated values with a line of column names (RFC 4180). */
export function formatIdleCsv(report: IdleReport): string {
  const lines = [csvLine(Object.keys(IDLE_COLUMNS))];
  for (const row of idleRows(report)) lines.push(csvLine(Object.values(row)));
  return lines.join("\n") + "\n";
}

/** The table as JSON objects, one a line. */
export function formatIdleJsonLines(report: IdleReport): string {
  return Array.from(idleRows(report), (row) => `${jsonOf(row)}\n`).join("");
}

/** The table as JSON, a row a line, with the percentiles, the meaning of the columns, the caption and the source. */
export function formatIdleJson(report: IdleReport): string {
  const { title, lines } = idleCaptionOf(report);
  const head = {
    title,
    caption: lines,
    source: report.source,
    percentiles_s: report.percentilesNs.map((ns) => Number((ns / 1e9).toFixed(6))),
    columns: IDLE_COLUMNS,
  };
  const rows = Array.from(idleRows(report), jsonOf);
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [\n${rows.join(",\n")}\n  ]\n}\n`;
}

const jsonOf = (row: IdleRow) => JSON.stringify(row, (_, value) => value ?? null);

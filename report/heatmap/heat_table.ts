import { formatAddress } from "../../damon/mod.ts";
import { csvLine } from "../text/mod.ts";
import { bandNameOf, captionOf } from "./heat_caption.ts";
import { addressAt, endAddressAt, targetNameOf } from "../record/mod.ts";
import { type Heatmap, heatOf } from "./heatmap.ts";

/** The columns of a heat map's table of bins, and what they mean. */
export const HEAT_COLUMNS = {
  target: "whose memory: command and pid, or physical memory",
  band: "name of the band that the bin lies in",
  time_start_s: "start of the bin, seconds since the start of the record",
  time_end_s: "its end",
  address_start: "first byte of the bin, hexadecimal",
  address_end: "one past its last byte",
  accessed_percent: "samples that found it accessed, % of all samples while it was monitored",
  monitored_percent: "part of the bin (bytes × time) that was monitored, %; bins with 0 are left out",
} as const;

/** One bin: {@linkcode HEAT_COLUMNS} has the meaning of each column. */
export type HeatRow = Record<keyof typeof HEAT_COLUMNS, string | number>;

/** The monitored bins of a heat map, by band, address and time. */
export function* heatRows(heatmap: Heatmap): Generator<HeatRow> {
  const { startNs, binNs, count } = heatmap.time;
  const seconds = (bin: number) => Number(((startNs + bin * binNs) / 1e9).toFixed(6));
  for (const band of heatmap.bands) {
    const [target, name] = [targetNameOf(heatmap, band.target), bandNameOf(heatmap, band)];
    for (let row = 0; row < band.rows; row++) {
      const start = row * band.rowBytes;
      const end = Math.min(band.bytes, start + band.rowBytes);
      for (let bin = 0; bin < count; bin++) {
        const heat = heatOf(band, bin, row);
        if (heat === undefined) continue;
        const watched = band.watched[bin * band.rows + row] / ((end - start) * binNs);
        yield {
          target,
          band: name,
          time_start_s: seconds(bin),
          time_end_s: seconds(bin + 1),
          address_start: `0x${formatAddress(addressAt(band.pieces, start))}`,
          address_end: `0x${formatAddress(endAddressAt(band.pieces, end))}`,
          accessed_percent: Number((heat * 100).toPrecision(6)),
          monitored_percent: Number((Math.min(1, watched) * 100).toPrecision(6)),
        };
      }
    }
  }
}

/** The bins as comma-separated values with a line of column names (RFC 4180). */
export function formatHeatCsv(heatmap: Heatmap): string {
  const lines = [csvLine(Object.keys(HEAT_COLUMNS))];
  for (const row of heatRows(heatmap)) lines.push(csvLine(Object.values(row)));
  return lines.join("\n") + "\n";
}

/** The bins as JSON lines. */
export function formatHeatJsonl(heatmap: Heatmap): string {
  return Array.from(heatRows(heatmap), (row) => JSON.stringify(row) + "\n").join("");
}

/** The bins as JSON, one a line, with the meaning of the columns, the caption and the record's header. */
export function formatHeatJson(heatmap: Heatmap): string {
  const { title, lines } = captionOf(heatmap);
  const head = { title, caption: lines, columns: HEAT_COLUMNS, record: heatmap.header };
  const bins = Array.from(heatRows(heatmap), (row) => JSON.stringify(row));
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "bins": [\n${bins.join(",\n")}\n  ]\n}\n`;
}

import { formatAddress } from "../../damon/mod.ts";
import { type HeatBand, type Heatmap, heatOf } from "./heatmap.ts";
import { addressAt, endAddressAt } from "../record/mod.ts";

/** What a tooltip shows of a cell. */
export const TOOLTIP = [
  { field: "heat", type: "quantitative", title: "accessed, % of samples" },
  { field: "time", type: "nominal", title: "time" },
  { field: "address", type: "nominal", title: "address" },
  { field: "name", type: "nominal", title: "memory" },
];

/** A cell that was accessed: time bin `t`, rows `a` to `b`, heat in % of samples. */
export interface Cell {
  t: number;
  a: number;
  b: number;
  heat: number;
}

/** Neighbouring rows of the same heat and name are one cell: a large region is one, and so a third of them is left. */
export function cellsOf(heatmap: Heatmap, band: HeatBand, rows: BandRow[]): Cell[] {
  const cells: Cell[] = [];
  for (let t = 0; t < heatmap.time.count; t++) {
    let last: Cell | undefined;
    for (let a = 0; a < band.rows; a++) {
      const share = heatOf(band, t, a);
      const heat = share ? Number((share * 100).toPrecision(3)) : 0;
      if (last && last.heat === heat && rows[last.a].name === rows[a].name) last.b = a;
      else if (heat > 0) cells.push(last = { t, a, b: a, heat });
      else last = undefined;
    }
  }
  return cells;
}

/** What makes the columns that are drawn and shown of {@linkcode cellsOf}'s; the dataset `rowsName` has {@linkcode rowsOf}. */
export function cellTransforms({ time }: Heatmap, band: HeatBand, rowsName: string): Record<string, unknown>[] {
  const { startNs, binNs } = time;
  const at = (t: string) => `${seconds(startNs)} + ${t} * ${binNs / 1e9}`;
  return [
    { calculate: at("datum.t"), as: "t0" },
    { calculate: at("(datum.t + 1)"), as: "t1" },
    { calculate: `datum.a * ${band.rowBytes}`, as: "a0" },
    { calculate: `min(${band.bytes}, (datum.b + 1) * ${band.rowBytes})`, as: "a1" },
    { calculate: "format(datum.t0, '.3f') + ' to ' + format(datum.t1, '.3f') + ' s'", as: "time" },
    { lookup: "a", from: { data: { name: rowsName }, key: "row", fields: ["start", "name"] } },
    { lookup: "b", from: { data: { name: rowsName }, key: "row", fields: ["end"] } },
    { calculate: "datum.start + '-' + datum.end", as: "address" },
  ];
}

/** What tooltips say of a row. */
export interface BandRow {
  row: number;
  start: string;
  end: string;
  name: string;
}

/** The rows of a band, lowest first. */
export function rowsOf(band: HeatBand): BandRow[] {
  return Array.from({ length: band.rows }, (_, row) => {
    const start = row * band.rowBytes;
    const end = Math.min(band.bytes, start + band.rowBytes);
    const names = [
      ...new Set(band.names.filter((name) => name.end > start && name.start < end).map(({ name }) => name)),
    ];
    const text = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
    return {
      row,
      start: formatAddress(addressAt(band.pieces, start)),
      end: formatAddress(endAddressAt(band.pieces, end)),
      name: text.join(", ") || "unnamed",
    };
  });
}

/** ns as seconds, without the noise of binary fractions. */
export function seconds(ns: number): number {
  return Number((ns / 1e9).toFixed(9));
}

import { secondsAxis } from "./axes.ts";
import { HEAT_RAMP, hexOf, IDLE_COLOUR, scaleEndOf } from "./heat_colours.ts";

/** Named rows whose share changes over time, to be drawn. */
export interface TimeRows {
  /** One a row, each other than the others. */
  names: readonly string[];
  /** For each row its shares by time bin, 0 to 1; `undefined` where nothing is known. */
  overTime: readonly (readonly (number | undefined)[])[];
  /** Start of the first time bin, ns from the start of the record. */
  startNs: number;
  /** Length of a time bin, ns. */
  binNs: number;
  /** What the data call the rows. */
  row: string;
  /** What the data call the shares, in %. */
  share: string;
  /** What the shares are, for the legend. */
  title: string;
  /** Of the drawn rows, px. */
  width: number;
  /** Of the drawn rows, px. */
  height: number;
  /** Most room for a name, px. */
  labelWidth: number;
}

/** A view of rows over time: dark where a share is 0, empty where none is known. */
export function timeRowsView(rows: TimeRows): Record<string, unknown> {
  const { names, overTime, startNs, binNs, row, share, title, width, height, labelWidth } = rows;
  const seconds = (ns: number) => Number((ns / 1e9).toFixed(6));
  const values = overTime.flatMap((shares, i) =>
    shares.flatMap((value, bin) =>
      value === undefined ? [] : [{
        [row]: names[i],
        t0: seconds(startNs + bin * binNs),
        t1: seconds(startNs + (bin + 1) * binNs),
        [share]: Number((value * 100).toPrecision(4)),
      }]
    )
  );
  const most = overTime.reduce(
    (max, shares) => shares.reduce<number>((max, value = 0) => Math.max(max, value), max),
    0,
  );
  const heat = heatEncoding(share, title, most || 1);
  return {
    width,
    height,
    data: { values },
    mark: { type: "rect", tooltip: true, x2Offset: 0.5 },
    encoding: {
      x: { field: "t0", type: "quantitative", scale: { nice: false, zero: false }, axis: secondsAxis() },
      x2: { field: "t1" },
      y: {
        field: row,
        type: "nominal",
        sort: [...names],
        axis: { title: null, labelLimit: labelWidth, ticks: false, domain: false },
      },
      color: { condition: { test: `datum.${share} == 0`, value: hexOf(IDLE_COLOUR) }, ...heat },
      tooltip: [
        { field: row, type: "nominal" },
        { field: share, type: "quantitative", title },
        { field: "t0", type: "quantitative", title: "from second", format: ".2f" },
        { field: "t1", type: "quantitative", title: "to second", format: ".2f" },
      ],
    },
  };
}

/** Colours for a field of shares in %, with their legend; `most` is the largest, 0 to 1. */
export function heatEncoding(field: string, title: string, most: number): Record<string, unknown> {
  const end = scaleEndOf(most) * 100;
  const domain = HEAT_RAMP.map((_, i) => Number((end * i / (HEAT_RAMP.length - 1)).toPrecision(6)));
  return {
    field,
    type: "quantitative",
    scale: { domain, range: HEAT_RAMP.map(hexOf), clamp: true },
    legend: {
      title,
      orient: "bottom",
      direction: "horizontal",
      gradientLength: 240,
      gradientThickness: 12,
      tickCount: 5,
    },
  };
}

/** Ticks at multiples of a power of two that fits the visible part of the axis, however far it is zoomed. */
export function byteTicksExpr(scale: string, height: number): string {
  const ticks = Math.max(2, Math.floor(height / 40));
  const step = `pow(2, ceil(log(max(1, span(domain('${scale}'))) / ${ticks}) / LN2))`;
  return `sequence(ceil(domain('${scale}')[0] / ${step}) * ${step}, domain('${scale}')[1] + 1, ${step})`;
}

/** An offset in bytes as text: `96 MiB`. */
export const BYTES_EXPR = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"].reduceRight(
  (larger, unit, i) => {
    const text = `format(datum.value / ${2 ** (10 * (i + 1))}, '.4~f') + ' ${unit}'`;
    return larger === "" ? text : `datum.value < ${2 ** (10 * (i + 2))} ? ${text} : ${larger}`;
  },
  "",
).replace(/^/, "datum.value == 0 ? '0' : ");

/** The axis of a number of bytes, from 0: ticks at powers of two, with units. `height` is the chart's, px. */
export function bytesAxis(title: string, height: number, scale = "y"): Record<string, unknown> {
  return { title, values: { expr: byteTicksExpr(scale, height) }, labelExpr: BYTES_EXPR, gridColor: GRID_COLOUR };
}

/** The axis of another number. */
export function numberAxis(title: string, format = "~s"): Record<string, unknown> {
  return { title, format, gridColor: GRID_COLOUR, tickCount: 6 };
}

/** The axis of time. */
export function secondsAxis(title = "seconds since the start of the record"): Record<string, unknown> {
  return { title, grid: false, tickCount: 10 };
}

const GRID_COLOUR = "#e8e6ee";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** A Vega expression that writes the bytes that `bytes` yields with three digits: `1.50 MiB`. */
export function bytesExpr(bytes: string): string {
  return UNITS.slice(1).reduceRight(
    (larger, unit, i) => {
      const text = `format((${bytes}) / ${1024 ** (i + 1)}, '.3~r') + ' ${unit}'`;
      return larger === "" ? text : `(${bytes}) < ${1024 ** (i + 2)} ? ${text} : ${larger}`;
    },
    "",
  );
}

/** An axis of bytes from 0 to `most`: ticks at multiples of a power of two, all in the unit of the largest. */
export function bytesAxisOf(most: number, title: string): Record<string, unknown> {
  const step = 2 ** Math.ceil(Math.log2(most / 6));
  const values = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  const power = Math.min(6, Math.floor(Math.log2(Math.max(1, values.at(-1)!)) / 10));
  return {
    title,
    values,
    labelExpr: `datum.value == 0 ? '0' : format(datum.value / ${1024 ** power}, '.4~r') + ' ${UNITS[power]}'`,
    gridColor: "#ececf0",
    domain: false,
    titlePadding: 10,
  };
}

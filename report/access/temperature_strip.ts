import type { AccessedRegion } from "./access.ts";

/** One column of a {@linkcode TemperatureStrip}. */
export interface StripColumn {
  /** First byte. */
  start: number;
  /** One past the last byte. */
  end: number;
  /** Mean temperature of what is monitored there; `undefined` where nothing is. */
  temperature: number | undefined;
}

/** A snapshot as a line: mean temperatures from the lowest address to the highest. */
export interface TemperatureStrip {
  /** Ascending; stretches that were not monitored are one column each, whatever their size. */
  columns: StripColumn[];
  /** Bytes of a monitored column. */
  columnBytes: number;
  /** Lowest temperature of a column. */
  min: number;
  /** Highest temperature of a column. */
  max: number;
}

/** The strip of some regions, ascending, in about `count` columns; `undefined` of none. */
export function temperatureStripOf(regions: readonly AccessedRegion[], count = 80): TemperatureStrip | undefined {
  const last = regions.at(-1);
  if (last === undefined) return undefined;
  const columnBytes = regions.reduce((sum, { bytes }) => sum + bytes, 0) / count;
  const columns: StripColumn[] = [];
  let [min, max, first] = [Infinity, -Infinity, 0];
  for (let start = regions[0].start; start < last.end;) {
    const end = start + columnBytes;
    while (first < regions.length && regions[first].end <= start) first++;
    let heat: number | undefined;
    for (let at = first; at < regions.length && regions[at].start < end; at++) {
      const bytes = Math.min(end, regions[at].end) - Math.max(start, regions[at].start);
      heat = (heat ?? 0) + regions[at].temperature * bytes;
    }
    if (heat === undefined) {
      const next = regions.slice(first).find((region) => region.start > end);
      if (!next) break;
      const resumed = Math.floor(next.start / columnBytes) * columnBytes;
      columns.push({ start, end: resumed, temperature: undefined });
      start = Math.max(resumed, end);
    } else {
      const temperature = heat / (end - start);
      columns.push({ start, end, temperature });
      min = Math.min(min, temperature);
      max = Math.max(max, temperature);
      start = end;
    }
  }
  return { columns, columnBytes, min, max };
}

/** Levels of temperature, 0 to 9, one a column; `undefined` where nothing was monitored. */
export function stripLevelsOf({ columns, min, max }: TemperatureStrip): (number | undefined)[] {
  const unit = (max - min) / 9 || max / 9 || 1;
  return columns.map(({ temperature }) =>
    temperature === undefined ? undefined : Math.trunc((temperature - min) / unit)
  );
}

import type { AccessedRegion } from "./access.ts";
import type { Extent } from "../record/mod.ts";
import { stripLevelsOf, type TemperatureStrip } from "./temperature_strip.ts";

/** The smallest and largest values of the regions that boxes are drawn of. */
export interface RegionBoxScale {
  /** Ages, µs. */
  ageUs: Extent;
  /** Access rates, %. */
  percent: Extent;
}

const LONGEST = 20;

/** A region as a row of digits: as long as it is old, on a logarithmic scale, and 0 to 9 for how often it is accessed. */
export function boxOf({ ageUs, percent }: AccessedRegion, scale: RegionBoxScale): string {
  const length = Math.trunc(rescaled(ageUs ?? 0, scale.ageUs, 1, LONGEST, true));
  const level = Math.trunc(rescaled(percent, scale.percent, 0, 9, false));
  return String(level).repeat(length).padStart(LONGEST);
}

function rescaled(value: number, { min, max }: Extent, low: number, high: number, isLog: boolean): number {
  const place = (at: number) => isLog ? (at > 0 ? Math.log2(at) : 0) : at;
  const length = place(max) - place(min);
  return low + (length > 0 ? (place(value) - place(min)) * (high - low) / length : place(value) - place(min));
}

/** A snapshot's strip as text: a digit a column, and a mark where nothing was monitored. */
export function stripText(
  strip: TemperatureStrip,
  paint: (level: number, text: string) => string = (_, text) => text,
): string {
  return stripLevelsOf(strip).map((level, i) => {
    const { start, end } = strip.columns[i];
    if (level !== undefined) return paint(level, String(level));
    const columns = Math.trunc((end - start) / strip.columnBytes);
    return columns > 4 ? "[...]" : ".".repeat(columns);
  }).join("");
}

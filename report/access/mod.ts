/**
 * Regions with their accesses, as `report access` shows them.
 *
 * @module
 */
export {
  type AccessedRegion,
  accessedRegionsOf,
  type AccessTotals,
  accessTotalsOf,
  type RegionKey,
  sortRegions,
} from "./access.ts";
export {
  type AccessMetric,
  type HistogramBin,
  type HistogramOptions,
  idleUsOf,
  sizeHistogramOf,
  sizePercentilesOf,
  type Weighed,
  weighed,
} from "./metrics.ts";
export { rawSectionOf } from "./raw_section.ts";
export { type AccessOptions, accessSectionOf, type AccessStyle, type Section } from "./sections.ts";
export { type StripColumn, stripLevelsOf, type TemperatureStrip, temperatureStripOf } from "./temperature_strip.ts";
export { accessSpec, isDrawn } from "./vega_lite.ts";

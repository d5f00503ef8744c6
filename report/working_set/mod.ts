/**
 * Working sets, resident memory, and how they are distributed.
 *
 * @module
 */
export {
  type DistributionReport,
  distributionSpec,
  distributionTable,
  joinDistributions,
} from "./distribution_table.ts";
export { WorkingSetFold, workingSetOf, type WorkingSetOptions } from "./fold.ts";
export {
  type Footprint,
  footprintDistribution,
  type FootprintMetric,
  FootprintsFold,
  parseFootprints,
} from "./footprint.ts";
export { sharedKeyOf } from "./layout.ts";
export type { PartOfSet } from "./measured.ts";
export { NrRegionsFold } from "./nr_regions.ts";
export { workingSetReport } from "./report.ts";
export { TimesFold } from "./times.ts";
export { touchedBytesOf } from "./union.ts";
export {
  distributionOf,
  figuresOf,
  methodText,
  WINDOW_NS,
  windowText,
  type WorkingSetCourse,
  type WorkingSetFigures,
  workingSetLine,
  type WorkingSetMethod,
  type WorkingSetSample,
} from "./working_set.ts";
export { WssFold, wssNotes, wssOf, type WssOptions } from "./wss.ts";

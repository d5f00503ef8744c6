/**
 * How true a record is, against another measure of the same accesses.
 *
 * @module
 */
export { fidelityCaptionOf, type FidelityReference, type FidelityReport } from "./caption.ts";
export type { ComparedCounts } from "./compared_snapshots.ts";
export { UncertainRefaults } from "./uncertain_refaults.ts";
export { type Fidelity, FidelityFold, fidelityOf, type FidelityOptions, type Watcher, watcherOf } from "./fidelity.ts";
export { fidelityBetween, type FidelityBetweenOptions } from "./records.ts";
export type { FidelityRow } from "./sum.ts";
export {
  FIDELITY_COLUMNS,
  fidelityRows,
  type FidelityTableRow,
  formatFidelityCsv,
  formatFidelityJson,
} from "./table.ts";
export { formatFidelity, formatFidelityReport } from "./text.ts";
export { parseTruth, type Truth, type TruthAccess, type TruthPhase, type TruthRegion } from "./truth.ts";
export { fidelitySpec } from "./vega_lite.ts";
export { type CommonWatchers, truthWatcherOf, watchersOf } from "./watchers.ts";

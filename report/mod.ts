/**
 * Reports: folds over a record's snapshots that yield rows, text or a Vega-Lite literal. Pure; needs no permission.
 *
 * @module
 */
export { AddressHistogram, type Area, type HeatSegment } from "./record/mod.ts";
export { bandNameOf, captionOf, type HeatCaption } from "./heatmap/mod.ts";
export type {
  Extent,
  FilterBounds,
  Piece,
  RecordedTarget,
  RecordSurvey,
  RegionFilter,
  Selection,
  TimeRange,
} from "./record/mod.ts";
export { shortTargetNameOf, targetNameOf } from "./record/mod.ts";
export {
  type Coverage,
  type HeatBand,
  type Heatmap,
  heatmapOf,
  type HeatmapOptions,
  heatOf,
  MAX_CELLS,
  maxHeatOf,
  topDown,
} from "./heatmap/mod.ts";
export type { HeatRect, HeatSelection, HeatSurvey, SurveyedTarget, TimeBins } from "./heatmap/mod.ts";
export { NothingSelectedError } from "./record/mod.ts";
export { type Fold, foldRecord, type OpenRecord, type RecordStart, selectedRecord } from "./record/mod.ts";
export { selectionLine } from "./record/mod.ts";
export { temperatureOf, type TemperatureWeights } from "./record/mod.ts";
export { formatHeatCsv, formatHeatJson, formatHeatJsonl, HEAT_COLUMNS, type HeatRow, heatRows } from "./heatmap/mod.ts";
export { MappingNames, type NamedRange } from "./record/mod.ts";
export { formatHeatmap, terminalCells, type TerminalOptions } from "./heatmap/mod.ts";
export type { VegaLiteSpec } from "./chart/mod.ts";
export { heatmapSpec, type VegaLiteOptions } from "./heatmap/mod.ts";
export {
  FIDELITY_COLUMNS,
  fidelityRows,
  type FidelityTableRow,
  formatFidelityCsv,
  formatFidelityJson,
} from "./fidelity/mod.ts";
export {
  type Fidelity,
  FidelityFold,
  fidelityOf,
  type FidelityOptions,
  type Watcher,
  watcherOf,
} from "./fidelity/mod.ts";
export type { ComparedCounts, FidelityRow } from "./fidelity/mod.ts";
export { fidelityCaptionOf, type FidelityReference, type FidelityReport } from "./fidelity/mod.ts";
export { fidelityBetween, type FidelityBetweenOptions } from "./fidelity/mod.ts";
export { formatFidelity, formatFidelityReport } from "./fidelity/mod.ts";
export { fidelitySpec } from "./fidelity/mod.ts";
export { type CommonWatchers, truthWatcherOf, watchersOf } from "./fidelity/mod.ts";
export { parseTruth, type Truth, type TruthAccess, type TruthPhase, type TruthRegion } from "./fidelity/mod.ts";
export {
  classOf,
  type DamonStatSource,
  IDLE_EDGES_NS,
  type IdleDistribution,
  IdleFold,
  idleOf,
  type IdleOptions,
  type IdleReport,
} from "./idle/mod.ts";
export { idleCaptionOf, idleClassNames, usedClassesOf } from "./idle/mod.ts";
export { fillPercentiles, idleTimeSteps } from "./idle/mod.ts";
export { type DamonStatReading, idleOfStat, parseIdlePercentiles } from "./idle/mod.ts";
export {
  formatIdleCsv,
  formatIdleJson,
  formatIdleJsonLines,
  IDLE_COLUMNS,
  type IdleRow,
  idleRows,
} from "./idle/mod.ts";
export { formatIdle, type IdleTextOptions } from "./idle/mod.ts";
export { IdleTime, type IdleTimePart } from "./idle/mod.ts";
export { idleSpec } from "./idle/mod.ts";
export {
  type Cell,
  type Column,
  type ColumnKind,
  formatTableCsv,
  formatTableJson,
  formatTableJsonl,
  plainValue,
  type Table,
  type TableRow,
  tableRows,
} from "./table/mod.ts";
export { barOf, formatTable, MOST_ROWS, sparkline, tableLines, type TableTextOptions } from "./table/mod.ts";
export { joinTables } from "./table/mod.ts";
export {
  type Distribution,
  meanOf,
  NumberList,
  percentileRange,
  percentilesOf,
  type PercentileValue,
} from "./record/mod.ts";
export { type DistributionReport, distributionSpec, distributionTable, joinDistributions } from "./working_set/mod.ts";
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
} from "./working_set/mod.ts";
export { WorkingSetFold, workingSetOf, type WorkingSetOptions } from "./working_set/mod.ts";
export type { PartOfSet } from "./working_set/mod.ts";
export { touchedBytesOf } from "./working_set/mod.ts";
export { workingSetReport } from "./working_set/mod.ts";
export { WssFold, wssNotes, wssOf, type WssOptions } from "./working_set/mod.ts";
export { NrRegionsFold } from "./working_set/mod.ts";
export { Reaggregation } from "./record/mod.ts";
export { type Headed, lossLines, recordedLine, recordLines, sampledLine, titleOf, unseenLines } from "./record/mod.ts";
export {
  type AccessedRegion,
  accessedRegionsOf,
  type AccessTotals,
  accessTotalsOf,
  type RegionKey,
  sortRegions,
} from "./access/mod.ts";
export {
  type AccessMetric,
  type HistogramBin,
  type HistogramOptions,
  idleUsOf,
  sizeHistogramOf,
  sizePercentilesOf,
  type Weighed,
  weighed,
} from "./access/mod.ts";
export { type AccessOptions, accessSectionOf, type AccessStyle, type Section } from "./access/mod.ts";
export { accessSpec, isDrawn } from "./access/mod.ts";
export { rawSectionOf } from "./access/mod.ts";
export { type StripColumn, stripLevelsOf, type TemperatureStrip, temperatureStripOf } from "./access/mod.ts";
export { heatColour256 } from "./chart/mod.ts";
export { csvLine } from "./text/mod.ts";
export { withCleanNames } from "./record/mod.ts";
export { displayWidth, padEnd, padStart } from "./text/mod.ts";
export { GuideFold } from "./heatmap/mod.ts";
export { TimesFold } from "./working_set/mod.ts";
export { type ProfileBy, ProfileFold, profileOf, type ProfileReport, type ProfileUse } from "./profile/mod.ts";
export { formatFolded, profileTable } from "./profile/mod.ts";
export { profileSpec } from "./profile/mod.ts";
export { RecordCountsFold, recordTable } from "./overview/mod.ts";
export {
  type Footprint,
  footprintDistribution,
  type FootprintMetric,
  FootprintsFold,
  parseFootprints,
} from "./working_set/mod.ts";
export { type MappingReport, MappingsFold, mappingsOf, type MappingUse, type Seen } from "./mappings/mod.ts";
export { mappingsTable } from "./mappings/mod.ts";
export { mappingsSpec } from "./mappings/mod.ts";
export { GrowingTime, ShortRow } from "./record/mod.ts";
export { darkSpec } from "./chart/mod.ts";
export { heatSourceOf } from "./heatmap/mod.ts";
export { formatOverview, type Overview, overviewFigures, overviewOf, overviewTable } from "./overview/mod.ts";
export { type DiffSide, diffSpec, diffTable } from "./overview/mod.ts";
export { IDLE_CLASSES, MemoryClassesFold, RATE_CLASSES } from "./idle/mod.ts";
export { type RecordPage, recordPageOf, recordPageSpec } from "./overview/mod.ts";
export { replaySchemes, SchemesReplayFold, type SchemesReplayReport } from "./schemes/mod.ts";
export type {
  ActedMapping,
  MappingReplay,
  RecordedHit,
  ReplayHit,
  SchemeOutcome,
  SchemeReplay,
  SchemesRecordReport,
  UsageCourse,
} from "./schemes/mod.ts";
export { schemesReplayTable } from "./schemes/mod.ts";
export {
  explainSchemes,
  type ExplanationTextOptions,
  formatExplanations,
  type PlacedFinding,
  type PlacedScheme,
  type SchemeExplanation,
  type TextPlace,
} from "./schemes/mod.ts";
export {
  type CourseLine,
  type CourseView,
  schemeColourOf,
  type SchemesPicture,
  schemesPictureSpec,
} from "./schemes/mod.ts";
export { replayedPicture } from "./schemes/mod.ts";
export { schemesOfRecord, SchemesRecordFold } from "./schemes/mod.ts";
export { schemesRecordTable } from "./schemes/mod.ts";
export { schemesOverTimeTable } from "./schemes/mod.ts";
export { recordedPicture } from "./schemes/mod.ts";
export { HitGrid } from "./heatmap/mod.ts";
export { ENOUGH_LOOKS, QualityGauge, type RecordQuality } from "./record/mod.ts";
export { type Judged, poorLines, QUALITY_LIMITS, qualityLine } from "./record/mod.ts";
export {
  type NumberColumn,
  type ResidentBasis,
  residentBytesIn,
  ResidentMemory,
  residentNotes,
  type ResidentPiece,
  type ResidentRegions,
} from "./record/mod.ts";
export { shorten, shortenTitle, wrap } from "./text/mod.ts";

/**
 * Reports: folds over a record's snapshots that yield rows, text or a Vega-Lite literal. Pure; needs no permission.
 *
 * @module
 */
export { AddressHistogram, type Area, type HeatSegment } from "./address_histogram.ts";
export { bandNameOf, captionOf, type HeatCaption } from "./heat_caption.ts";
export { type Piece } from "./pieces.ts";
export { shortTargetNameOf, targetNameOf } from "./record_caption.ts";
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
} from "./heatmap.ts";
export { type TimeBins } from "./heat_grid.ts";
export { type HeatSelection, type HeatSurvey, type SurveyedTarget } from "./heat_survey.ts";
export { type Extent, type RecordedTarget, type RecordSurvey, type TimeRange } from "./record_survey.ts";
export { NothingSelectedError } from "./nothing_selected.ts";
export { type Fold, foldRecord, type OpenRecord, type RecordStart, selectedRecord } from "./selected_record.ts";
export { type Selection } from "./selection.ts";
export { selectionLine } from "./selection_line.ts";
export { type FilterBounds, type RegionFilter } from "./region_filter.ts";
export { temperatureOf, type TemperatureWeights } from "./temperature.ts";
export { formatHeatCsv, formatHeatJson, formatHeatJsonl, HEAT_COLUMNS, type HeatRow, heatRows } from "./heat_table.ts";
export { MappingNames, type NamedRange } from "./mapping_names.ts";
export { formatHeatmap, terminalCells, type TerminalOptions } from "./terminal_heatmap.ts";
export { type VegaLiteSpec } from "./vega_lite_spec.ts";
export { heatmapSpec, type VegaLiteOptions } from "./vega_lite.ts";
export {
  FIDELITY_COLUMNS,
  fidelityRows,
  type FidelityTableRow,
  formatFidelityCsv,
  formatFidelityJson,
} from "./fidelity_table.ts";
export { type Fidelity, FidelityFold, fidelityOf, type FidelityOptions, type Watcher, watcherOf } from "./fidelity.ts";
export { type ComparedCounts } from "./compared_snapshots.ts";
export { fidelityCaptionOf, type FidelityReference, type FidelityReport } from "./fidelity_caption.ts";
export { fidelityBetween, type FidelityBetweenOptions } from "./fidelity_records.ts";
export { type FidelityRow } from "./fidelity_sum.ts";
export { formatFidelity, formatFidelityReport } from "./fidelity_text.ts";
export { fidelitySpec } from "./fidelity_vega_lite.ts";
export { type CommonWatchers, truthWatcherOf, watchersOf } from "./fidelity_watchers.ts";
export { parseTruth, type Truth, type TruthAccess, type TruthPhase, type TruthRegion } from "./truth.ts";
export {
  classOf,
  type DamonStatSource,
  IDLE_EDGES_NS,
  type IdleDistribution,
  IdleFold,
  idleOf,
  type IdleOptions,
  type IdleReport,
} from "./idle.ts";
export { idleCaptionOf, idleClassNames, usedClassesOf } from "./idle_caption.ts";
export { fillPercentiles, idleTimeSteps } from "./idle_percentiles.ts";
export { type DamonStatReading, idleOfStat, parseIdlePercentiles } from "./idle_stat.ts";
export {
  formatIdleCsv,
  formatIdleJson,
  formatIdleJsonLines,
  IDLE_COLUMNS,
  type IdleRow,
  idleRows,
} from "./idle_table.ts";
export { formatIdle, type IdleTextOptions } from "./idle_text.ts";
export { IdleTime, type IdleTimePart } from "./idle_time.ts";
export { idleSpec } from "./idle_vega_lite.ts";
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
} from "./table.ts";
export { barOf, formatTable, MOST_ROWS, sparkline, tableLines, type TableTextOptions } from "./table_text.ts";
export { joinTables } from "./join_tables.ts";
export {
  type Distribution,
  meanOf,
  NumberList,
  percentileRange,
  percentilesOf,
  type PercentileValue,
} from "./distribution.ts";
export {
  type DistributionReport,
  distributionSpec,
  distributionTable,
  joinDistributions,
} from "./distribution_table.ts";
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
export { WorkingSetFold, workingSetOf, type WorkingSetOptions } from "./working_set_fold.ts";
export type { PartOfSet } from "./working_set_measured.ts";
export { touchedBytesOf } from "./working_set_union.ts";
export { workingSetReport } from "./working_set_report.ts";
export { WssFold, wssNotes, wssOf, type WssOptions } from "./wss.ts";
export { NrRegionsFold } from "./nr_regions.ts";
export { Reaggregation } from "./reaggregate.ts";
export {
  type Headed,
  lossLines,
  recordedLine,
  recordLines,
  sampledLine,
  titleOf,
  unseenLines,
} from "./record_caption.ts";
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
} from "./access_metrics.ts";
export { type AccessOptions, accessSectionOf, type AccessStyle, type Section } from "./access_sections.ts";
export { accessSpec, isDrawn } from "./access_vega_lite.ts";
export { rawSectionOf } from "./raw_section.ts";
export { type StripColumn, stripLevelsOf, type TemperatureStrip, temperatureStripOf } from "./temperature_strip.ts";
export { heatColour256 } from "./heat_colours.ts";
export { csvLine } from "./csv.ts";
export { withCleanNames } from "./clean_record.ts";
export { displayWidth, padEnd, padStart } from "./display_width.ts";
export { GuideFold } from "./guide.ts";
export { TimesFold } from "./times.ts";
export { type ProfileBy, ProfileFold, profileOf, type ProfileReport, type ProfileUse } from "./profile.ts";
export { formatFolded, profileTable } from "./profile_table.ts";
export { profileSpec } from "./profile_vega_lite.ts";
export { RecordCountsFold, recordTable } from "./record_table.ts";
export {
  type Footprint,
  footprintDistribution,
  type FootprintMetric,
  FootprintsFold,
  parseFootprints,
} from "./footprint.ts";
export { type MappingReport, MappingsFold, mappingsOf, type MappingUse, type Seen } from "./mappings.ts";
export { mappingsTable } from "./mappings_table.ts";
export { mappingsSpec } from "./mappings_vega_lite.ts";
export { GrowingTime, ShortRow } from "./growing_time.ts";
export { darkSpec } from "./dark.ts";
export { heatSourceOf } from "./heat_source.ts";
export { formatOverview, type Overview, overviewFigures, overviewOf, overviewTable } from "./overview.ts";
export { type DiffSide, diffSpec, diffTable } from "./diff.ts";
export { IDLE_CLASSES, MemoryClassesFold, RATE_CLASSES } from "./memory_classes.ts";
export { type RecordPage, recordPageOf, recordPageSpec } from "./page.ts";
export { replaySchemes, SchemesReplayFold, type SchemesReplayReport } from "./schemes_replay.ts";
export { type ReplayHit } from "./schemes_replay.ts";
export { type MappingReplay, type SchemeReplay } from "./scheme_replayer.ts";
export { schemesReplayTable } from "./schemes_replay_table.ts";
export {
  explainSchemes,
  type ExplanationTextOptions,
  formatExplanations,
  type PlacedFinding,
  type PlacedScheme,
  type SchemeExplanation,
  type TextPlace,
} from "./scheme_explanation.ts";
export {
  type CourseLine,
  type CourseView,
  schemeColourOf,
  type SchemesPicture,
  schemesPictureSpec,
} from "./schemes_picture.ts";
export { replayedPicture } from "./schemes_replay_picture.ts";
export {
  type ActedMapping,
  type RecordedHit,
  type SchemeDeeds,
  type SchemesRecordReport,
  type UsageCourse,
} from "./scheme_deeds.ts";
export { schemesOfRecord, SchemesRecordFold } from "./schemes_record.ts";
export { schemesRecordTable } from "./schemes_record_table.ts";
export { schemesOverTimeTable } from "./schemes_over_time.ts";
export { recordedPicture } from "./schemes_record_picture.ts";
export { HitGrid } from "./hit_grid.ts";
export { type HeatRect } from "./heat_rects.ts";
export { ENOUGH_LOOKS, QualityGauge, type RecordQuality } from "./quality.ts";
export { type Judged, poorLines, QUALITY_LIMITS, qualityLine } from "./quality_text.ts";
export {
  type ResidentBasis,
  residentBytesIn,
  ResidentMemory,
  residentNotes,
  type ResidentPiece,
  type ResidentRegions,
} from "./resident_memory.ts";
export { shorten, shortenTitle, wrap } from "./wrap.ts";

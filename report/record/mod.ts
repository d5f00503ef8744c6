/**
 * What all reports share: selections, filters, captions, quality, ranges.
 *
 * @module
 */
export { AddressHistogram, Area, binsOfEach, type HeatSegment } from "./address_histogram.ts";
export { commonBytesOf, hotRangesFrom } from "./address_ranges.ts";
export {
  dateOf,
  type Headed,
  lossLines,
  PHYSICAL,
  recordedLine,
  recordLines,
  sampledLine,
  shortTargetNameOf,
  targetNameOf,
  titleOf,
  unseenLines,
} from "./caption.ts";
export { withCleanNames } from "./clean_record.ts";
export {
  courseOf,
  type Distribution,
  meanOf,
  NumberList,
  percentileRange,
  percentilesOf,
  type PercentileValue,
  pointsOf,
} from "./distribution.ts";
export { filterText } from "./filter_text.ts";
export { GrowingTime, ShortRow } from "./growing_time.ts";
export { IntervalStarts } from "./idle_starts.ts";
export { copiedColumn, type NumberColumn, numberColumn } from "./number_column.ts";
export { MappingNames, type NamedRange } from "./mapping_names.ts";
export { leastOf, mostOf } from "./most_of.ts";
export { noTarget, NothingSelectedError, noTime, secondsText } from "./nothing_selected.ts";
export { addressAt, endAddressAt, offsetsWithin, type Piece, piecesOf } from "./pieces.ts";
export { ENOUGH_LOOKS, QualityGauge, type RecordQuality } from "./quality.ts";
export { type Judged, poorLines, QUALITY_LIMITS, qualityLine } from "./quality_text.ts";
export { bytesOf, intersect, joinTouching, RangeValues, subtract, unite } from "./ranges.ts";
export { Reaggregation } from "./reaggregate.ts";
export { type FilterBounds, type RegionFilter, takesAllRegions } from "./region_filter.ts";
export {
  type ResidentBasis,
  residentBytesIn,
  ResidentMemory,
  residentNotes,
  type ResidentPiece,
  type ResidentRegions,
} from "./resident_memory.ts";
export {
  type Fold,
  foldRecord,
  footerAhead,
  type OpenRecord,
  type RecordStart,
  type SelectedRecord,
  selectedRecord,
  SnapshotPicker,
} from "./selected_record.ts";
export { isTargetSelected, isTimeSelected, type Selection } from "./selection.ts";
export { selectionLine } from "./selection_line.ts";
export type { Extent, RecordedTarget, TimeRange } from "./targets.ts";
export { countSnapshot, namePids, newTargetOf, type RecordSurvey } from "./survey.ts";
export { accessPercentOf, temperatureOf, type TemperatureWeights } from "./temperature.ts";
export { Decimated } from "./decimated.ts";
export { UnmatchedRegions } from "./unmatched_regions.ts";
export { widen } from "./extents.ts";

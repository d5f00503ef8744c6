import type { HeatmapOptions } from "./heatmap.ts";
import { type OpenRecord, selectedRecord, type Selection } from "../record/mod.ts";

/**
 * What {@linkcode heatmapOf} is to read and to draw of a selection: it chooses target, time and addresses itself, so that
 * its time begins with the record's, and gets only the regions that fit the rest.
 */
export function heatSourceOf(open: OpenRecord, selection: Selection): [OpenRecord, HeatmapOptions] {
  const { kdamond, target, timeRange, addressRanges, ...rest } = selection;
  return [selectedRecord(open, rest), {
    ...(kdamond !== undefined && { kdamond }),
    ...(target !== undefined && { target }),
    ...(timeRange && { timeRange }),
    ...(addressRanges && { addressRanges }),
  }];
}

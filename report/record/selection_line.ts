import { formatAddress, formatBytes, formatNs } from "../../damon/mod.ts";
import type { FilterBounds } from "./region_filter.ts";
import type { Selection } from "./selection.ts";
import { SEPARATOR, shorten } from "../text/mod.ts";

/** Which part of a record a report is about, as a line of its caption: none where it is about all of it. */
export function selectionLine(selection: Selection = {}): string[] {
  const { kdamond, target, timeRange, clockRanges, snapshotRanges, snapshotBytes } = selection;
  const { addressRanges, mappings, regionBytes, accessPercent, ageNs, temperatures } = selection;
  const seconds = (ns: number) => Number((ns / 1e9).toFixed(3));
  const words = [
    kdamond !== undefined && `kdamond ${kdamond}`,
    target !== undefined && `target ${target}`,
    timeRange && `seconds ${seconds(timeRange.startNs)} to ${seconds(timeRange.endNs)}`,
    clockRanges && listOf(clockRanges, ({ startNs, endNs }) => `${startNs} ns to ${endNs} ns of the clock`),
    snapshotRanges && `snapshot ${listOf(snapshotRanges, (range) => boundsText(range, String))}`,
    snapshotBytes && `snapshots of ${listOf(snapshotBytes, (range) => boundsText(range, formatBytes))}`,
    addressRanges && listOf(addressRanges, ({ start, end }) => `${formatAddress(start)}-${formatAddress(end)}`),
    mappings && `mappings named ${listOf(mappings, String)}`,
    regionBytes && `regions of ${boundsText(regionBytes, formatBytes)}`,
    accessPercent && `accessed in ${boundsText(accessPercent, (percent) => `${percent} %`)} of samples`,
    ageNs && `age ${boundsText(ageNs, formatNs)}`,
    temperatures && `temperature ${listOf(temperatures, (range) => boundsText(range, String))}`,
  ].filter((word) => typeof word === "string");
  return words.length > 0 ? [`Only: ${words.join(SEPARATOR)}`] : [];
}

/** Some of them are enough for a caption. */
function listOf<T>(values: readonly T[], textOf: (value: T) => string): string {
  return shorten(values.map(textOf).join(" or "), 100);
}

/** Bounds in words. What options take for `max`, a size or a time above all others, is no bound. */
export function boundsText([min, max]: FilterBounds, textOf: (value: number) => string): string {
  if (min === max) return textOf(min);
  if (max >= 2 ** 63) return min === -Infinity ? "any value" : `${textOf(min)} or more`;
  return min === -Infinity ? `${textOf(max)} or less` : `${textOf(min)} to ${textOf(max)}`;
}

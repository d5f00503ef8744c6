import type { AddressRange } from "../../damon/mod.ts";
import { bandsOf } from "./heat_bands.ts";
import { heatSourceOf } from "./heat_source.ts";
import { surveyHeat } from "./heat_survey.ts";
import { type Heatmap, heatmapOf, type HeatmapOptions } from "./heatmap.ts";
import { intersect, type OpenRecord, type Selection, subtract, unite } from "../record/mod.ts";

/** As many as an ordinary heat map has. */
const MOST_BANDS = 6;

/** A heat map that also has what schemes acted on: that is idle for the most part, and cut out of others. It reads the record three times. */
export async function actedHeatmapOf(
  open: OpenRecord,
  acted: readonly AddressRange[],
  selection: Selection,
  options: HeatmapOptions,
): Promise<Heatmap> {
  const [source, wanted] = heatSourceOf(open, selection);
  if (wanted.addressRanges || options.addressRanges) return await heatmapOf(source, { ...wanted, ...options });
  await using record = await source();
  const { targets } = await surveyHeat(record, wanted);
  const ranges = targets.map(({ addresses }) => {
    const segments = addresses.segments();
    const drawn = unite(acted, bandsOf(segments, { drawRange: "hottest", maxBands: MOST_BANDS }));
    const even = (some: AddressRange[], heatNs: number) => some.map((range) => ({ ...range, heatNs, watchedNs: 1 }));
    const parts = [...even(intersect(segments, drawn), 1), ...even(subtract(segments, drawn), 0)];
    return bandsOf(parts.sort((a, b) => a.start - b.start), { drawRange: "hottest", maxBands: MOST_BANDS });
  });
  const addressRanges = ranges.reduce((all, some) => unite(all, some), []);
  return await heatmapOf(source, { ...wanted, ...options, ...(addressRanges.length > 0 && { addressRanges }) });
}

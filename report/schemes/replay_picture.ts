import { type AddressRange, type Context, formatBytes, keyOf } from "../../damon/mod.ts";
import { actedHeatmapOf, type HeatmapOptions, HitGrid } from "../heatmap/mod.ts";
import { intersect, type OpenRecord, recordLines, type Selection, subtract, titleOf, unite } from "../record/mod.ts";
import { schemeColourOf, type SchemesPicture } from "./picture.ts";
import { replaySchemes, type SchemesReplayReport } from "./replay.ts";
import { noteLines, schemeNameOf } from "./replay_table.ts";

/** Replays schemes on a record and draws where on its heat map each would have acted. The record is read five times. */
export async function replayedPicture(
  open: OpenRecord,
  context: Context,
  selection: Selection = {},
  options: HeatmapOptions = {},
): Promise<{ picture: SchemesPicture; report: SchemesReplayReport }> {
  let acted: AddressRange[] = [];
  const report = await replaySchemes(open, context, selection, ({ held }) => {
    if (subtract(held, acted).length > 0) acted = unite(acted, held);
  });
  const heatmap = await actedHeatmapOf(open, acted, selection, options);
  const hits = new HitGrid(heatmap, report.schemes.length);
  await replaySchemes(open, context, selection, ({ scheme, snapshot, tried, held }) => {
    const key = keyOf(snapshot);
    hits.addTried(scheme, key, snapshot.endNs, intersect(tried, held));
    // What it does at the snapshot's end lasts from then on.
    hits.addHeld(scheme, key, snapshot.endNs, snapshot.endNs + (snapshot.endNs - snapshot.startNs), held);
  });
  const { startNs, binNs } = report.time;
  const lines = report.schemes.map((replay, i) => ({
    name: schemeNameOf(replay),
    colour: schemeColourOf(i),
    points: replay.heldOverTime.flatMap((bytes, bin) =>
      bytes === undefined ? [] : [{ t: (startNs + (bin + 0.5) * binNs) / 1e9, y: bytes }]
    ),
  }));
  const each = report.schemes.map((replay) =>
    `${schemeNameOf(replay)}: ${formatBytes(replay.mostHeldBytes)} at once, ${formatBytes(replay.returnedBytes)} back`
  );
  const picture: SchemesPicture = {
    heatmap,
    hits,
    schemes: lines.map(({ name }) => name),
    views: [{ name: "held", title: "acted on", isBytes: true, isStep: true, legend: "scheme", lines }],
    title: titleOf(report.survey, "Schemes replayed on"),
    caption: [
      "Bright: when and where a scheme would have acted · pale: acted on, and not accessed since · beneath: the heat map",
      each.join(" · "),
      ...noteLines(report),
      ...recordLines(report.survey),
    ],
  };
  return { picture, report };
}

import { formatBytes, formatNs } from "../../damon/mod.ts";
import { bytesAxis, CATEGORY_COLOURS, chartFrame, timeRowsView, type VegaLiteSpec } from "../chart/mod.ts";
import type { MappingReport } from "./mappings.ts";
import { useNameOf } from "./use_name.ts";
import { recordLines, shortTargetNameOf, titleOf } from "../record/mod.ts";
import { shorten } from "../text/mod.ts";

/** More rows than this are not drawn: those with the smallest working sets are left out. */
const MOST_ROWS = 24;
const [TIME_WIDTH, SIZE_WIDTH, ROW] = [480, 240, 20];

/** Mappings as rows: on the left when each was accessed how often, on the right its working set beside its size. */
export function mappingsSpec(report: MappingReport): VegaLiteSpec {
  const { survey, time: { startNs, binNs }, uses } = report;
  const shown = uses.slice(0, MOST_ROWS);
  const several = survey.targets.length > 1;
  const names = shown.map((use, i) => {
    const name = shorten(several ? `${useNameOf(use)} · ${shortTargetNameOf(survey, use.target)}` : useNameOf(use), 40);
    // The rows of two targets can have one name.
    return shown.findIndex((other) => other !== use && other.name === use.name) >= 0 && several
      ? `${name} (${i + 1})`
      : name;
  });
  const bars = shown.map((use, i) => ({
    mapping: names[i],
    wss: use.meanWssBytes,
    largest: use.maxWssBytes,
    text: `${formatBytes(use.meanWssBytes)} of ${formatBytes(use.bytes)}`,
    idle: use.idleNs === undefined ? "never accessed" : formatNs(use.idleNs),
    size: formatBytes(use.bytes),
  }));
  const height = Math.max(2, shown.length) * ROW;
  const most = Math.max(1, ...shown.map(({ maxWssBytes }) => maxWssBytes));
  const y = (more: Record<string, unknown>) => ({ field: "mapping", type: "nominal", sort: names, ...more });
  const left = uses.length > shown.length ? [`${uses.length - shown.length} mappings with less are not shown`] : [];
  return {
    ...chartFrame(
      titleOf(survey, "Mappings of"),
      [
        ["Dark: never accessed", "bar: mean working set", "tick: largest", ...left]
          .join(" · "),
        ...recordLines(survey),
      ],
      TIME_WIDTH + SIZE_WIDTH,
    ),
    spacing: 16,
    hconcat: [
      timeRowsView({
        names,
        overTime: shown.map(({ overTime }) => overTime),
        startNs,
        binNs,
        row: "mapping",
        share: "accessed",
        title: "accessed, % of samples",
        width: TIME_WIDTH,
        height,
        labelWidth: 260,
      }),
      {
        width: SIZE_WIDTH,
        height,
        data: { values: bars },
        encoding: { y: y({ axis: null }) },
        layer: [
          {
            mark: { type: "bar", height: { band: 0.62 }, tooltip: true, color: CATEGORY_COLOURS[0] },
            encoding: {
              x: {
                field: "wss",
                type: "quantitative",
                // Room for the text beside the largest.
                scale: { domain: [0, most * 1.9], nice: false },
                axis: { ...bytesAxis("working set", SIZE_WIDTH * 0.6, "concat_1_x"), labelOverlap: true },
              },
              tooltip: [
                { field: "mapping", type: "nominal" },
                { field: "text", type: "nominal", title: "mean working set" },
                { field: "idle", type: "nominal", title: "idle for" },
              ],
            },
          },
          {
            mark: { type: "tick", thickness: 1.5, height: { band: 0.62 }, color: "#555" },
            encoding: { x: { field: "largest", type: "quantitative" } },
          },
          {
            mark: { type: "text", align: "left", dx: 5, fontSize: 10, color: "#333" },
            encoding: { x: { field: "largest", type: "quantitative" }, text: { field: "text" } },
          },
        ],
      },
    ],
    resolve: { scale: { y: "shared" } },
  };
}

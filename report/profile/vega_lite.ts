import { formatNs } from "../../damon/mod.ts";
import { CATEGORY_COLOURS, chartFrame, timeRowsView, type VegaLiteSpec } from "../chart/mod.ts";
import type { ProfileReport, ProfileUse } from "./profile.ts";
import { frameNameOf, profileLines, profileTitleOf } from "./titles.ts";
import { recordLines } from "../record/mod.ts";
import { shorten } from "../text/mod.ts";

/** More rows than this are not drawn: those that ran least are left out. */
const MOST_ROWS = 24;
const [TIME_WIDTH, SHARE_WIDTH, ROW] = [420, 260, 20];

/** What ran as rows: on the left when, on the right how much of the CPU time it took, beside the rest of the time. */
export function profileSpec(report: ProfileReport): VegaLiteSpec {
  const { time: { startNs, binNs }, uses, samples, otherwise, hz, isFiltered } = report;
  const ran = uses.filter(({ own, ownOtherwise }) => own + ownOtherwise > 0);
  const shown = ran.slice(0, MOST_ROWS);
  const names = namesOf(shown, report);
  const percent = (part: number, of: number) => of > 0 ? Number((part / of * 100).toPrecision(4)) : 0;
  const bars = shown.map((use, i) => ({
    what: names[i],
    own: percent(use.own, samples),
    otherwise: percent(use.ownOtherwise, otherwise),
    text: `${(use.own / Math.max(1, samples) * 100).toFixed(1)} %${
      isFiltered ? ` · otherwise ${(use.ownOtherwise / Math.max(1, otherwise) * 100).toFixed(1)} %` : ""
    }`,
    longest: Math.max(percent(use.own, samples), percent(use.ownOtherwise, otherwise)),
    cpu: formatNs(use.own / Math.max(1, hz) * 1e9),
    file: use.frames[0].file || "not known",
  }));
  const height = Math.max(2, shown.length) * ROW;
  const most = bars.reduce((max, { longest }) => Math.max(max, longest), 1);
  const y = (more: Record<string, unknown>) => ({ field: "what", type: "nominal", sort: names, ...more });
  return {
    ...chartFrame(
      profileTitleOf(report),
      [
        [
          isFiltered ? "Dark: did not run, empty: the rest of the time" : "Dark: did not run",
          "bars: share of the CPU time, itself",
          ...(isFiltered ? ["lines: the same in the rest of the time"] : []),
          ...(ran.length > shown.length ? [`${ran.length - shown.length} with less are not shown`] : []),
        ].join(" · "),
        ...profileLines(report),
        ...recordLines(report.survey),
      ],
      TIME_WIDTH + SHARE_WIDTH,
    ),
    spacing: 16,
    hconcat: [
      timeRowsView({
        names,
        overTime: shown.map(({ overTime }) => overTime),
        startNs,
        binNs,
        row: "what",
        share: "share",
        title: "of samples in this interval, %",
        width: TIME_WIDTH,
        height,
        labelWidth: 320,
      }),
      {
        width: SHARE_WIDTH,
        height,
        data: { values: bars },
        encoding: { y: y({ axis: null }) },
        layer: [
          {
            mark: { type: "bar", height: { band: 0.62 }, tooltip: true, color: CATEGORY_COLOURS[0] },
            encoding: {
              x: {
                field: "own",
                type: "quantitative",
                // Room for the text beside the longest.
                scale: { domain: [0, most * (isFiltered ? 2.3 : 1.3)], nice: false },
                axis: {
                  title: "share of CPU time, %",
                  values: [0, 1, 2, 5, 10, 20, 40, 60, 80, 100].filter((value) =>
                    value === 0 || value >= most / 6 && value <= most * 1.05
                  ),
                },
              },
              tooltip: [
                { field: "what", type: "nominal" },
                { field: "file", type: "nominal" },
                { field: "own", type: "quantitative", title: "own, %" },
                ...(isFiltered
                  ? [{ field: "otherwise", type: "quantitative", title: "in the rest of the time, %" }]
                  : []),
                { field: "cpu", type: "nominal", title: "CPU time" },
              ],
            },
          },
          ...(isFiltered
            ? [{
              mark: { type: "tick", thickness: 2, height: { band: 0.8 }, color: CATEGORY_COLOURS[1] },
              encoding: { x: { field: "otherwise", type: "quantitative" } },
            }]
            : []),
          {
            mark: { type: "text", align: "left", dx: 5, fontSize: 10, color: "#333" },
            encoding: { x: { field: "longest", type: "quantitative" }, text: { field: "text" } },
          },
        ],
      },
    ],
    resolve: { scale: { y: "shared" } },
  };
}

/** Names of the rows, each other than the others. */
function namesOf(uses: readonly ProfileUse[], { by }: ProfileReport): string[] {
  const names = uses.map(({ frames }) => {
    if (by === "file") return frames[0].file || "(not known)";
    if (by === "stack") return shorten(frames.map(frameNameOf).join(" < "), 56);
    const { function: name, file } = frames[0];
    return shorten(name ? `${name} · ${file}` : frameNameOf(frames[0]), 52);
  });
  return names.map((name, i) => names.indexOf(name) === i ? name : `${name} (${i + 1})`);
}

import type { AddressRange } from "../../damon/mod.ts";
import { actedHeatmapOf, type HeatmapOptions, HitGrid } from "../heatmap/mod.ts";
import { type OpenRecord, recordLines, type Selection, titleOf, unite } from "../record/mod.ts";
import { countRates, usageRates } from "./over_time.ts";
import { type CourseLine, type CourseView, schemeColourOf, type SchemesPicture } from "./picture.ts";
import { outcomeNameOf, schemeKeyOf, type SchemesRecordReport } from "./outcome.ts";
import { schemesOfRecord } from "./record.ts";
import { notesOf, usageNameOf, usageText } from "./record_table.ts";

const RESIDENT = ["#0072b2", "#56b4e9"];
const SWAP = ["#d55e00", "#e69f00"];
const FAULTS = ["#cc3366", "#8a5a83"];
const PRESSURE = "#555555";

/**
 * Draws where the schemes of a record acted on its heat map, and below it what became of the memory: bytes in memory and in
 * swap, faults, memory pressure, and how much the schemes did. The record is read four times.
 */
export async function recordedPicture(
  open: OpenRecord,
  report: SchemesRecordReport,
  selection: Selection = {},
  options: HeatmapOptions = {},
): Promise<SchemesPicture> {
  const acted = [...report.acted.values()].reduce<AddressRange[]>((all, ranges) => unite(all, ranges), []);
  const heatmap = await actedHeatmapOf(open, acted, selection, options);
  const places = new Map(report.schemes.map((outcome, i) => [schemeKeyOf(outcome), i]));
  const hits = new HitGrid(heatmap, report.schemes.length);
  await schemesOfRecord(open, selection, ({ scheme, target, ns, ranges }) => {
    hits.addTried(places.get(scheme)!, target, ns, ranges);
  });
  return {
    heatmap,
    hits,
    schemes: report.schemes.map((outcome) => outcomeNameOf(outcome, report.schemes)),
    views: [...usageViews(report), ...schemeViews(report)],
    title: titleOf(report.survey, "What schemes did to"),
    caption: [
      ...(acted.length > 0
        ? ["Bright: when and where a scheme acted, by its colour below · beneath: the heat map"]
        : []),
      ...report.usages.map((usage) => usageText(report, usage)),
      ...notesOf(report),
      ...recordLines(report.survey),
    ],
  };
}

function usageViews(report: SchemesRecordReport): CourseView[] {
  const { usages, survey: { originNs } } = report;
  if (usages.length === 0) return [];
  const several = usages.length > 1;
  const of = (pid: number) => several ? ` ${usageNameOf(report, pid)}` : "";
  const memory = usages.flatMap(({ pid, samples }, i): CourseLine[] => {
    const line = (name: string, colour: string, bytesOf: (sample: typeof samples[number]) => number): CourseLine => ({
      name: `${name}${of(pid)}`,
      colour,
      points: samples.map((sample) => ({ t: (sample.timeNs - originNs) / 1e9, y: bytesOf(sample) })),
    });
    return [
      line(pid === 0 ? "in use" : "resident", RESIDENT[i % 2], ({ residentBytes }) => residentBytes),
      line("in swap", SWAP[i % 2], ({ swapBytes }) => swapBytes),
    ];
  });
  const rates = usages.map(({ samples }) => usageRates(samples, originNs));
  const faults = usages.map(({ pid }, i): CourseLine => ({
    name: `major faults${of(pid)}`,
    colour: FAULTS[i % 2],
    points: rates[i].map(({ t, majorFaults }) => ({ t, y: majorFaults })),
  }));
  // It is the machine's: one line is enough.
  const pressure = rates[0].flatMap(({ t, somePercent }) => somePercent === undefined ? [] : [{ t, y: somePercent }]);
  const isFelt = pressure.some(({ y }) => y > 0);
  const what = usages.every(({ pid }) => pid === 0) ? "machine" : "process";
  return [
    { name: "memory", title: "memory", isBytes: true, isStep: false, legend: what, lines: memory },
    { name: "faults", title: "faults a second", isBytes: false, isStep: true, legend: what, lines: faults },
    ...(isFelt
      ? [{
        name: "pressure",
        title: "% of time",
        isBytes: false,
        isStep: true,
        legend: "machine",
        lines: [{ name: "waits for memory", colour: PRESSURE, points: pressure }],
      }]
      : []),
  ];
}

function schemeViews({ schemes, survey: { originNs } }: SchemesRecordReport): CourseView[] {
  const lines = schemes.flatMap((outcome, i): CourseLine[] => {
    const name = outcomeNameOf(outcome, schemes);
    const rates = countRates(outcome.counts, originNs);
    const resetMs = outcome.scheme?.quotas?.resetIntervalMs ?? 0;
    const quota = outcome.counts.flatMap(({ timeNs, effectiveBytes = 0 }) =>
      effectiveBytes > 0 && effectiveBytes < 2 ** 63 && resetMs > 0
        ? [{ t: (timeNs - originNs) / 1e9, y: effectiveBytes * 1000 / resetMs }]
        : []
    );
    return [
      { name, colour: schemeColourOf(i), points: rates.map(({ t, triedBytes }) => ({ t, y: triedBytes })) },
      ...(quota.length > 0
        ? [{ name: `quota of ${name}`, colour: schemeColourOf(i), points: quota, isDashed: true }]
        : []),
    ];
  });
  return [{ name: "tried", title: "tried a second", isBytes: true, isStep: true, legend: "scheme", lines }];
}

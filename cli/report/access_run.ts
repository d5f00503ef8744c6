import { parseNs } from "../../damon/model/mod.ts";
import {
  type AccessOptions,
  accessSectionOf,
  accessSpec,
  type AccessStyle,
  foldRecord,
  heatColour256,
  isDrawn,
  lossLines,
  percentileRange,
  rawSectionOf,
  recordedLine,
  type RecordedTarget,
  recordLines,
  type RecordSurvey,
  type Section,
  selectionLine,
  type TemperatureWeights,
  titleOf,
} from "../../report/mod.ts";
import type { Snapshot } from "../../damon/mod.ts";
import type { AccessCommandOptions, PlainCommandOptions } from "./access.ts";
import type { ReportOptions } from "./options.ts";
import { requireSnapshots } from "./read.ts";
import { selectionOf } from "./selection.ts";
import { ShownTargets } from "./shown_targets.ts";
import { type StreamedReport, streamReport } from "./stream.ts";
import { showReport, textOptionsOf, textRowsOf } from "./show.ts";

/** `damo report access`. */
export async function reportAccess(options: AccessCommandOptions): Promise<void> {
  const wanted = accessOptionsOf(options);
  const { output = "-", format } = options;
  if (format === "vega-lite" || /\.(png|svg|html|vl\.json)$/i.test(output)) return await drawAccess(options, wanted);
  await streamReport(
    options,
    streamedOf(
      options,
      (survey) => titleOf(survey, "Accesses to"),
      (snapshot, target, survey) => accessSectionOf(snapshot, target, survey, wanted),
    ),
  );
}

/** The histogram or the percentiles of the last selected snapshot as a chart. */
async function drawAccess(options: AccessCommandOptions, wanted: AccessOptions): Promise<void> {
  const { style = "detailed" } = wanted;
  if (!isDrawn(style)) {
    throw new RangeError(
      `The style ${style} cannot be drawn, only percentiles and histograms can; use --style recency-sz-hist or ` +
        "the like, or damo report heatmap",
    );
  }
  const drawn = { percentiles: percentileRange([0, 101, 1]), ...wanted };
  const selection = selectionOf(options);
  await showReport(options, async ({ name, open }) => {
    const last: { section?: Section; snapshots: number } = { snapshots: 0 };
    const survey = await foldRecord(open, [{
      snapshot: (snapshot, target, record) => {
        last.section = accessSectionOf(snapshot, target, record, drawn);
        last.snapshots++;
      },
    }], selection);
    requireSnapshots(survey, name);
    const title = titleOf(survey, "Accesses to");
    const caption = [
      ...(last.snapshots > 1 ? [`The last of ${last.snapshots} snapshots: choose another with --snapshot_idx`] : []),
      recordedLine(survey),
      ...selectionLine(survey.selection),
      ...lossLines(survey),
    ];
    const { section } = last;
    const chart = () => accessSpec(section!, style, title, caption);
    return { title, caption, columns: section!.columns, rows: section!.rows, chart };
  });
}

/** `damo report raw`. */
export async function reportRaw(options: PlainCommandOptions): Promise<void> {
  await streamReport(
    options,
    streamedOf(options, (survey) => titleOf(survey, "Regions of"), rawSectionOf),
  );
}

type SectionOf = (
  snapshot: Snapshot,
  target: RecordedTarget,
  survey: Pick<RecordSurvey, "header" | "originNs">,
) => Section;

/** Targets whose snapshots are shown as text. */
const MOST_TARGETS = 100;

function streamedOf(
  options: ReportOptions,
  title: (survey: RecordSurvey) => string,
  sectionOf: SectionOf,
): StreamedReport {
  const selection = selectionOf(options);
  const rows = textRowsOf(options);
  const most = options.top === undefined && rows < Infinity ? MOST_TARGETS : rows;
  let shown = new ShownTargets(most);
  return {
    titleOf: title,
    captionOf: (survey) => [...shown.lines(), ...recordLines(survey)],
    read: (open, put) => {
      shown = new ShownTargets(most);
      return foldRecord(open, [{
        snapshot: (snapshot, target, place) => {
          if (shown.has(snapshot, target)) put(sectionOf(snapshot, target, place));
        },
      }], selection);
    },
  };
}

const OTHER_NAMES: Record<string, AccessStyle> = {
  "idle-time-percentiles": "recency-percentiles",
  "cold-memory-tail": "recency-sz-hist",
};

function accessOptionsOf(options: AccessCommandOptions): AccessOptions {
  const { style = "detailed", percentiles_range: range, hist_ranges: ranges, temperature_weights: weights } = options;
  refuseUnused(options, style);
  const { colour } = textOptionsOf(options);
  return {
    style: OTHER_NAMES[style] ?? style as AccessStyle,
    ...(weights && { weights: weights as unknown as TemperatureWeights }),
    ...(options.sort_regions_by && { sortBy: options.sort_regions_by }),
    ...(options.sort_regions_dsc && { descending: options.sort_regions_dsc }),
    ...(range && { percentiles: percentilesIn(range) }),
    histogram: {
      logScale: options.hist_logscale === true,
      cumulate: options.hist_cumulate === true,
      ...(ranges && { ranges: rangesIn(ranges, style.startsWith("temperature")) }),
    },
    totalOnly: options.total_sz_only === true,
    ...(colour && options.output === undefined && { paint }),
  };
}

/** @throws {RangeError} where an option says how to show what the style does not show. */
function refuseUnused(options: AccessCommandOptions, style: string): void {
  const isPercentiles = style.endsWith("-percentiles");
  const isHistogram = style.endsWith("-sz-hist") || OTHER_NAMES[style]?.endsWith("-sz-hist") === true;
  const unused: (keyof AccessCommandOptions)[] = [
    ...(isPercentiles ? [] : ["percentiles_range"] as const),
    ...(isHistogram ? [] : ["hist_logscale", "hist_cumulate", "hist_ranges"] as const),
    ...(isPercentiles || isHistogram ? ["sort_regions_by", "sort_regions_dsc"] as const : []),
  ];
  const name = unused.find((one) => options[one] !== undefined);
  if (name === undefined) return;
  const needed = name.startsWith("sort")
    ? "that shows regions, as detailed"
    : name.startsWith("hist")
    ? "recency-sz-hist or temperature-sz-hist"
    : "recency-percentiles or temperature-percentiles";
  throw new RangeError(`The style ${style} has no use for --${name}; add --style, ${needed}`);
}

/** Up to three numbers are a range, as in Python; more are percentiles. */
function percentilesIn(numbers: readonly number[]): number[] {
  if (numbers.length > 3) {
    const above = numbers.find((number) => number > 100);
    if (above !== undefined) throw new RangeError(`A percentile is within 0 and 100, not ${above}`);
    return [...numbers].sort((a, b) => a - b);
  }
  const [start, end, step] = numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
  return percentileRange([start, end, step]);
}

function rangesIn(texts: readonly string[], isTemperature: boolean): [number, number][] {
  const values = texts.map((text) => isTemperature ? Number(text.replaceAll(",", "")) : parseNs(text, "us") / 1e3);
  if (values.length % 2 === 1 || values.some(Number.isNaN)) {
    throw new RangeError("--hist_ranges takes pairs of times or temperatures");
  }
  return Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i], values[2 * i + 1]]);
}

function paint(level: number, text: string): string {
  const background = level === 0 ? 236 : heatColour256(level / 9);
  return `\x1b[48;5;${background}m\x1b[38;5;${level > 5 ? 16 : 255}m${text}\x1b[0m`;
}

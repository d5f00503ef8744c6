import { RecordError } from "../damon/mod.ts";
import {
  type Distribution,
  type DistributionReport,
  distributionSpec,
  distributionTable,
  foldRecord,
  joinDistributions,
  NrRegionsFold,
  percentileRange,
  recordLines,
  titleOf,
  WssFold,
  wssNotes,
} from "../report/mod.ts";
import { type ReportInput, requireSnapshots } from "./report_read.ts";
import { selectionOf } from "./report_selection.ts";
import { showReport } from "./report_show.ts";
import type { NrRegionsCommandOptions, WssCommandOptions } from "./wss.ts";

/** As many of the first snapshots are left out as the peer leaves out: DAMON adjusts its regions by then. */
const SKIPPED = 20;

/** `damo report wss`. */
export async function reportWss(options: WssCommandOptions): Promise<void> {
  const wanted = {
    minAccesses: options.acc_thres ?? 1,
    minBytes: options.sz_thres ?? 1,
    workUs: options.work_time ?? 1,
    skipSnapshots: options.exclude_samples ?? SKIPPED,
  };
  const selection = selectionOf(options);
  await showDistribution(options, async (input) => {
    const fold = new WssFold(wanted);
    const survey = await foldRecord(input.open, [fold], selection);
    requireSnapshots(survey, input.name);
    const isSplit = options.per_target === true && options.collapse_targets !== true;
    return {
      header: survey.header,
      title: titleOf(survey, "Working set of"),
      figure: {
        name: "wss_bytes",
        title: "working set",
        description: "bytes of the regions that were accessed",
        kind: "bytes",
      },
      parts: isSplit ? fold.perTarget(survey) : [fold.collapsed(survey)],
      all: options.all_wss === true,
      caption: [...wssNotes(wanted), ...recordLines(survey)],
    };
  });
}

/** `damo report nr_regions`. */
export async function reportNrRegions(options: NrRegionsCommandOptions): Promise<void> {
  const skip = options.exclude_samples ?? SKIPPED;
  const selection = selectionOf(options);
  await showDistribution(options, async (input) => {
    const fold = new NrRegionsFold(skip);
    const survey = await foldRecord(input.open, [fold], selection);
    requireSnapshots(survey, input.name);
    return {
      header: survey.header,
      title: titleOf(survey, "Regions of"),
      figure: {
        name: "nr_regions",
        title: "regions",
        description: "regions of a snapshot",
        kind: "count",
      },
      parts: fold.perTarget(survey),
      caption: [
        ...(skip > 0 ? [`The first ${skip} snapshots of each target are left out`] : []),
        ...recordLines(survey),
      ],
    };
  });
}

/** Shows what each input comes to, as the options about distributions say. */
export async function showDistribution(
  options: Omit<NrRegionsCommandOptions, "exclude_samples">,
  reportOf: (input: ReportInput) => Promise<Omit<DistributionReport, "percentiles" | "sortBy">>,
): Promise<void> {
  const { plot, format, output, sortby = "size", nr_cols_bar: barColumns } = options;
  // A line through five points would show a course that was not.
  const isPicture = format === "vega-lite" || /\.(png|svg|html|vl\.json)$/i.test(plot ?? output ?? "");
  const { range = [0, 101, isPicture ? 1 : 25] } = options;
  if (range.length !== 3) throw new RangeError("Cannot use --range as it needs three numbers: START END STEP");
  const percentiles = percentileRange(range as [number, number, number]);
  const shown = { ...options, ...(plot !== undefined && { output: plot }) };
  const reports: DistributionReport[] = [];
  const tableOf = async (input: ReportInput) => {
    const report = { ...await reportOf(input), percentiles, sortBy: sortby };
    requireValues(report.parts, input.name);
    reports.push(report);
    return distributionTable(report);
  };
  const text = barColumns === undefined ? {} : { barColumns };
  await showReport(shown, tableOf, text, (names) => distributionSpec(joinDistributions(reports, names)));
}

function requireValues(parts: readonly Distribution[], name: string): void {
  if (parts.some(({ values }) => values.length > 0)) return;
  throw new RecordError(
    `Cannot report on ${name} as some snapshots must be left: it has few, and the first ones are left out as DAMON ` +
      "adjusts its regions by then; use --exclude_samples 0, or a shorter --work_time",
    name,
  );
}

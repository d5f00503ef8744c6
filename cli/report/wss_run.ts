import { formatNs, RecordError } from "../../damon/mod.ts";
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
  workingSetOf,
  workingSetReport,
  WssFold,
  wssNotes,
} from "../../report/mod.ts";
import { type ReportInput, requireSnapshots } from "./read.ts";
import { selectionOf } from "./selection.ts";
import { showReport, textRowsOf } from "./show.ts";
import type { NrRegionsCommandOptions, WssCommandOptions } from "./wss.ts";

/** As many of the first snapshots are left out as the Python damo leaves out. */
const SKIPPED = 20;

/** `damo report wss`. */
export async function reportWss(options: WssCommandOptions): Promise<void> {
  if (options.method === "python_damo") return await reportAsPythonDamo(options);
  refusePythonOptions(options);
  const selection = selectionOf(options);
  const isSplit = options.per_target === true && options.collapse_targets !== true;
  await showDistribution(options, async ({ name, open }) => {
    const { survey, fold } = await workingSetOf(open, selection, options.window);
    requireSnapshots(survey, name);
    return { ...workingSetReport(survey, fold, isSplit), all: options.all_wss === true };
  });
}

/** Options that mean something only where it is counted as the Python damo does. */
function refusePythonOptions({ work_time, exclude_samples, acc_thres, sz_thres }: WssCommandOptions): void {
  const instead = {
    "--work_time": [work_time, `--window ${formatNs((work_time ?? 1) * 1e3).replace(" ", "")}`],
    "--exclude_samples": [exclude_samples, "--time_range or --snapshot_idx"],
    "--acc_thres": [acc_thres, "--access_rate"],
    "--sz_thres": [sz_thres, "--sz_region"],
  } as const;
  for (const [option, [value, other]] of Object.entries(instead)) {
    if (value === undefined) continue;
    throw new RangeError(
      `${option} belongs to the Python damo's way of counting: add --method python_damo, or use ${other}`,
    );
  }
}

async function reportAsPythonDamo(options: WssCommandOptions): Promise<void> {
  if (options.window !== undefined) {
    throw new RangeError("--window is not for --method python_damo: use --work_time, which counts in µs");
  }
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
      title: titleOf(survey, "Working set, as the Python damo counts, of"),
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
  const skip = options.exclude_samples ?? 0;
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
  if (range.length !== 3) throw new RangeError("--range takes three numbers: START END STEP");
  const percentiles = percentileRange(range as [number, number, number]);
  const shown = { ...options, ...(plot !== undefined && { output: plot }) };
  const reports: DistributionReport[] = [];
  const tableOf = async (input: ReportInput) => {
    const report = { ...await reportOf(input), percentiles, sortBy: sortby };
    requireValues(report.parts, input.name);
    reports.push(report);
    return distributionTable(report, textRowsOf(options));
  };
  const text = barColumns === undefined ? {} : { barColumns };
  await showReport(shown, tableOf, text, (names) => distributionSpec(joinDistributions(reports, names)));
}

function requireValues(parts: readonly Distribution[], name: string): void {
  if (parts.some(({ values }) => values.length > 0)) return;
  throw new RecordError(
    `${name} has no snapshot beyond those that are left out: use --exclude_samples 0, a shorter --work_time, or leave ` +
      "out --method python_damo",
    name,
  );
}

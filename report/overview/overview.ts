import { formatBytes, formatNs, keyOf, type TargetKey } from "../../damon/mod.ts";
import {
  courseOf,
  type Distribution,
  type Fold,
  foldRecord,
  type OpenRecord,
  poorLines,
  recordLines,
  type RecordSurvey,
  type Selection,
  titleOf,
} from "../record/mod.ts";
import {
  type MappingReport,
  MappingsFold,
  mappingsTable,
  type MappingUse,
  sizeOf,
  useNameOf,
} from "../mappings/mod.ts";
import { sparkline, type Table, tableLines } from "../table/mod.ts";
import { wrap } from "../text/mod.ts";
import {
  distributionOf,
  figuresOf,
  windowText,
  type WorkingSetCourse,
  type WorkingSetFigures,
  workingSetLine,
} from "../working_set/mod.ts";

/** What there is to say about a record at first sight. */
export interface Overview {
  /** What it was taken from. */
  survey: RecordSurvey;
  /** The working set of every window, of all targets together. */
  wss: Distribution;
  /** The windows that it is of. */
  course: WorkingSetCourse;
  /** Its figures; `undefined` where the record has no snapshot. */
  workingSet: WorkingSetFigures | undefined;
  /** How its mappings were used. */
  mappings: MappingReport;
}

/**
 * Reads a record once for its overview; `more` folds see what it sees.
 *
 * @param isAnySnapshotEnough As {@linkcode foldRecord} has it.
 */
export async function overviewOf(
  open: OpenRecord,
  selection: Selection = {},
  more: () => Fold[] = () => [],
  windowNs?: number,
  isAnySnapshotEnough = false,
): Promise<Overview> {
  const read = async (pids?: ReadonlyMap<TargetKey, number | undefined>) => {
    const mappings = new MappingsFold({
      selection,
      ...(pids && { pids }),
      ...(windowNs !== undefined && { windowNs }),
    });
    const survey = await foldRecord(open, [mappings, ...more()], selection, isAnySnapshotEnough);
    return { survey, mappings };
  };
  let { survey, mappings } = await read();
  if (survey.targets.some((target) => mappings.unknown.has(keyOf(target)) && target.pid !== undefined)) {
    ({ survey, mappings } = await read(new Map(survey.targets.map((target) => [keyOf(target), target.pid]))));
  }
  const course = mappings.workingSets.all();
  const wss = distributionOf(course, "", survey.originNs);
  return { survey, wss, course, workingSet: figuresOf(course), mappings: mappings.report(survey) };
}

/** The figures of an overview by name. */
export function overviewFigures(
  { survey, workingSet, mappings }: Overview,
): { name: string; title: string; bytes: number }[] {
  if (survey.snapshots === 0) return [];
  const sum = (uses: readonly MappingUse[], of: (use: MappingUse) => number) =>
    uses.reduce((bytes, use) => bytes + of(use), 0);
  const { residentBytes } = workingSet ?? {};
  const inThose = (seen: MappingUse["seen"]) => sum(mappings.uses.filter((use) => use.seen === seen), sizeOf);
  return [
    { name: "monitored", title: "addresses monitored", bytes: sum(mappings.uses, ({ bytes }) => bytes) },
    ...(residentBytes === undefined ? [] : [{ name: "resident", title: "memory resident", bytes: residentBytes }]),
    {
      name: "never_accessed_mappings",
      title: "in mappings never accessed",
      bytes: inThose("never accessed"),
    },
    {
      name: "not_seen_accessed_mappings",
      title: "in mappings not seen accessed",
      bytes: inThose("not seen accessed"),
    },
    ...(workingSet
      ? [
        { name: "wss_mean", title: "working set, mean", bytes: workingSet.meanBytes },
        { name: "wss_low", title: "working set, mean at least", bytes: workingSet.lowBytes },
        { name: "wss_high", title: "working set, mean at most", bytes: workingSet.highBytes },
        { name: "wss_smallest", title: "working set, smallest", bytes: workingSet.smallestBytes },
        { name: "wss_median", title: "working set, median", bytes: workingSet.medianBytes },
        { name: "wss_p95", title: "working set, 95th percentile", bytes: workingSet.p95Bytes },
        { name: "wss_largest", title: "working set, largest", bytes: workingSet.largestBytes },
      ]
      : []),
  ];
}

/** Mappings that an overview lists. */
const TOP = 8;

/** An overview as a table of figures; its text is {@linkcode formatOverview}. */
export function overviewTable(overview: Overview): Table {
  const { survey, mappings } = overview;
  return {
    title: titleOf(survey, "Overview of"),
    caption: [workingSetLine(overview.workingSet), ...recordLines(survey)],
    columns: [
      { name: "figure", title: "figure", description: "what it is", kind: "text" },
      { name: "bytes", title: "bytes", description: "how much", kind: "bytes" },
    ],
    rows: [
      ...overviewFigures(overview).map(({ name, bytes }) => [name, bytes]),
      ...mappings.uses.map((use) => [`wss_mean of ${useNameOf(use)}`, use.meanWssBytes]),
    ],
    header: survey.header,
  };
}

/** One page about a record: how it was taken, its working set, `heatmap` as it comes, and its mappings. */
export function formatOverview(
  overview: Overview,
  heatmap: string,
  { width, colour }: { width: number; colour: boolean },
): string {
  const { survey, wss, workingSet, mappings } = overview;
  const bold = (text: string) => colour ? `\x1b[1m${text}\x1b[0m` : text;
  const figures = new Map(overviewFigures(overview).map(({ name, bytes }) => [name, formatBytes(bytes)]));
  const spark = sparkline(courseOf(wss, Math.max(20, width - 20)));
  const { rows, columns } = mappingsTable({ ...mappings, uses: mappings.uses.slice(0, TOP) });
  const shown = columns.map((column) =>
    ["access_share_percent", "wss_max_bytes"].includes(column.name) ? { ...column, hidden: !column.hidden } : column
  );
  const more = mappings.uses.length - rows.length;
  const poor = poorLines(survey).flatMap((line) => wrap(line, width));
  return [
    ...poor.length > 0 ? [...poor.map(bold), ""] : [],
    heatmap.trimEnd(),
    "",
    ...wrap(workingSetLine(workingSet), width).map((line, i) => i ? `  ${line}` : line.replace("Working set", bold)),
    `  smallest ${figures.get("wss_smallest")}, median ${figures.get("wss_median")}, ` +
    `largest ${figures.get("wss_largest")}, of windows of ${workingSet ? windowText(workingSet) : "none"}`,
    `  over ${formatNs(survey.timeRange.endNs - survey.timeRange.startNs).padEnd(12)} ${spark}`,
    "",
    bold("Mappings, largest working set first") + (more > 0 ? ` (${more} more in the mappings report)` : ""),
    ...tableLines({ columns: shown, rows }, width),
  ].join("\n") + "\n";
}

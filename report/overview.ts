import { formatBytes, formatNs } from "../damon/mod.ts";
import type { Distribution } from "./distribution.ts";
import { meanOf } from "./distribution.ts";
import { bucketsOf } from "./distribution_table.ts";
import { type MappingReport, MappingsFold, type MappingUse } from "./mappings.ts";
import { mappingsTable, useNameOf } from "./mappings_table.ts";
import { poorLines } from "./quality_text.ts";
import { recordLines, titleOf } from "./record_caption.ts";
import { keyOf, type RecordSurvey } from "./record_survey.ts";
import { type Fold, foldRecord, type OpenRecord } from "./selected_record.ts";
import type { Selection } from "./selection.ts";
import type { Table } from "./table.ts";
import { sparkline, tableLines } from "./table_text.ts";
import { wrap } from "./wrap.ts";
import { WssFold } from "./wss.ts";

/** What there is to say about a record at first sight. */
export interface Overview {
  /** What it was taken from. */
  survey: RecordSurvey;
  /** The working set of every snapshot, of all targets together. */
  wss: Distribution;
  /** How its mappings were used. */
  mappings: MappingReport;
}

/** Reads a record once for its overview; `more` folds see what it sees. */
export async function overviewOf(
  open: OpenRecord,
  selection: Selection = {},
  more: () => Fold[] = () => [],
): Promise<Overview> {
  const read = async (pids?: ReadonlyMap<string, number | undefined>) => {
    const [wss, mappings] = [new WssFold({ skipSnapshots: 0 }), new MappingsFold(pids)];
    const survey = await foldRecord(open, [wss, mappings, ...more()], selection);
    return { survey, mappings, wss };
  };
  let { survey, mappings, wss } = await read();
  if (survey.targets.some((target) => mappings.unknown.has(keyOf(target)) && target.pid !== undefined)) {
    ({ survey, mappings, wss } = await read(new Map(survey.targets.map((target) => [keyOf(target), target.pid]))));
  }
  return { survey, wss: wss.collapsed(survey), mappings: mappings.report(survey) };
}

/** The figures of an overview by name. */
export function overviewFigures({ survey, wss, mappings }: Overview): { name: string; title: string; bytes: number }[] {
  const sorted = wss.values.slice().sort();
  const at = (percentile: number) => sorted[Math.min(sorted.length - 1, Math.floor(percentile / 100 * sorted.length))];
  const sum = (uses: readonly MappingUse[]) => uses.reduce((bytes, use) => bytes + use.bytes, 0);
  const figures = [
    { name: "monitored", title: "memory monitored", bytes: sum(mappings.uses) },
    {
      name: "never_accessed_mappings",
      title: "in mappings never accessed",
      bytes: sum(mappings.uses.filter(({ idleNs }) => idleNs === undefined)),
    },
    { name: "wss_mean", title: "working set, mean", bytes: meanOf(wss.values) },
    { name: "wss_smallest", title: "working set, smallest", bytes: at(0) },
    { name: "wss_median", title: "working set, median", bytes: at(50) },
    { name: "wss_p95", title: "working set, 95th percentile", bytes: at(95) },
    { name: "wss_largest", title: "working set, largest", bytes: at(100) },
  ];
  return survey.snapshots > 0 ? figures : [];
}

/** Mappings that an overview lists. */
const TOP = 8;

/** An overview as a table of figures; its text is {@linkcode formatOverview}. */
export function overviewTable(overview: Overview): Table {
  const { survey, mappings } = overview;
  return {
    title: titleOf(survey, "Overview of"),
    caption: recordLines(survey),
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
  const { survey, wss, mappings } = overview;
  const bold = (text: string) => colour ? `\x1b[1m${text}\x1b[0m` : text;
  const figures = new Map(overviewFigures(overview).map(({ name, bytes }) => [name, formatBytes(bytes)]));
  const spark = sparkline(bucketsOf(wss.values, Math.max(20, width - 20)));
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
    `${bold("Working set")}: mean ${figures.get("wss_mean")}, median ${figures.get("wss_median")}, ` +
    `largest ${figures.get("wss_largest")} of ${figures.get("monitored")}`,
    `  over ${formatNs(survey.timeRange.endNs - survey.timeRange.startNs).padEnd(12)} ${spark}`,
    "",
    bold("Mappings, largest working set first") + (more > 0 ? ` (${more} more: damo report mappings)` : ""),
    ...tableLines({ columns: shown, rows }, width),
    "",
    "More: damo report heatmap | wss | mappings | idle | access | diff | info",
    "A page to explore in a browser: damo report html",
  ].join("\n") + "\n";
}

import {
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  option,
  RecordError,
  type RecordHeader,
  said,
  type Scheme,
} from "../damon/mod.ts";
import { openRecord } from "../format/mod.ts";
import {
  diffTable,
  distributionSpec,
  distributionTable,
  formatHeatmap,
  heatmapOf,
  type HeatmapOptions,
  heatmapSpec,
  heatSourceOf,
  mappingsOf,
  mappingsTable,
  type OpenRecord,
  overviewOf,
  overviewTable,
  percentileRange,
  type ProfileBy,
  profileOf,
  profileTable,
  replayedPicture,
  schemesPictureSpec,
  schemesReplayTable,
  selectedRecord,
  type Selection,
  terminalCells,
  workingSetOf,
  workingSetReport,
} from "../report/mod.ts";
import { Chart } from "./chart.ts";
import { $display, type Displayed, type MimeBundle } from "./display.ts";
import { ReportTable } from "./report_table.ts";
import { ShownSnapshot } from "./shown_snapshot.ts";

/** Columns and lines of the terminal's heat map that stands beside a picture. */
const TEXT = { width: 100, lines: 24, colour: "never" } as const;

/**
 * A record in a file, of any format: read as often as needed, never held in memory. As the value of a notebook's cell it
 * is its heat map. Reading needs `--allow-read=PATH`.
 *
 * @example
 * ```ts ignore
 * import { readRecord } from "@damo/damo";
 *
 * const record = await readRecord("damon.arrow");
 * for (const row of await record.mappings()) row.mapping;
 * await (await record.heatmap()).save("heat.png");
 * ```
 */
export class RecordFile implements Displayed {
  /** Opens it once more: what every report takes, as in `heatmapOf(record.open)`. */
  readonly open: OpenRecord;

  /** Use {@linkcode readRecord}. */
  constructor(readonly path: string, readonly header: RecordHeader) {
    this.open = () => openRecord(path);
  }

  /** Its snapshots, those that are selected; each shows itself in a notebook. */
  async *snapshots(selection: Selection = {}): AsyncGenerator<ShownSnapshot> {
    await using reader = await selectedRecord(this.open, selection)();
    for await (const item of reader.items()) if (item.kind === "snapshot") yield new ShownSnapshot(item.snapshot);
  }

  /** When which memory was accessed how often. It is binned: a record of any length is a chart of the same size. */
  async heatmap(options: HeatmapOptions & { selection?: Selection } = {}): Promise<Chart> {
    const { selection = {}, ...cells } = options;
    const [open, selected] = heatSourceOf(this.open, selection);
    const heatmap = await heatmapOf(open, { ...selected, ...cells });
    const small = await heatmapOf(open, { ...selected, ...terminalCells(TEXT) });
    return new Chart(heatmapSpec(heatmap), formatHeatmap(small, TEXT));
  }

  /**
   * How much memory was touched within a window of time (1 s), by percentile, with a chart over time. The same figure as of
   * {@linkcode overview} and {@linkcode mappings}; its error and what was resident are said below it.
   */
  async workingSet(options: { windowNs?: number; selection?: Selection } = {}): Promise<ReportTable> {
    const { survey, fold } = await workingSetOf(this.open, options.selection, options.windowNs);
    const report = { ...workingSetReport(survey, fold), percentiles: percentileRange([0, 101, 25]) };
    const table = distributionTable({ ...report, sortBy: "size" });
    return new ReportTable({ ...table, chart: () => distributionSpec({ ...report, sortBy: "time" }) });
  }

  /** Which file, heap, stack or anonymous mapping is how hot, and how long idle. */
  async mappings(selection: Selection = {}): Promise<ReportTable> {
    return new ReportTable(mappingsTable(await mappingsOf(this.open, selection)));
  }

  /**
   * What code ran while memory was as selected, beside the rest of the time; of a record that was made with a profile.
   *
   * @throws {RecordError} where the record has none.
   */
  async profile(selection: Selection = {}, by: ProfileBy = "function"): Promise<ReportTable> {
    const report = await profileOf(this.open, selection, by);
    if (report.hz > 0) return new ReportTable(profileTable(report));
    throw new RecordError(
      { what: `${this.path} has no CPU samples`, help: said`record with ${option("profileHz")}` },
      this.path,
    );
  }

  /** The most important figures. */
  async overview(selection: Selection = {}): Promise<ReportTable> {
    return new ReportTable(overviewTable(await overviewOf(this.open, selection)));
  }

  /**
   * What schemes would have done in the time of the record, without touching a kernel: how much they would have acted on,
   * of what, how often, and what was accessed again after it. The chart shows where and when.
   *
   * @param schemes As {@linkcode parseSchemes} reads them.
   */
  async replay(schemes: readonly Scheme[], selection: Selection = {}): Promise<ReportTable> {
    const context = this.header.kdamonds[0]?.contexts[0] ?? {
      operations: "vaddr",
      intervals: DEFAULT_INTERVALS,
      nrRegions: DEFAULT_NR_REGIONS,
      targets: [],
    };
    const { picture, report } = await replayedPicture(this.open, { ...context, schemes: [...schemes] }, selection);
    return new ReportTable({ ...schemesReplayTable(report), chart: () => schemesPictureSpec(picture) });
  }

  /** This record and another side by side: sizes, working sets, mappings, and how much they changed. */
  async diff(other: RecordFile, names: readonly [string, string] = [this.path, other.path]): Promise<ReportTable> {
    const [before, after] = [await overviewOf(this.open), await overviewOf(other.open)];
    return new ReportTable(diffTable({ name: names[0], overview: before }, { name: names[1], overview: after }));
  }

  /** What a notebook shows. */
  async [$display](): Promise<MimeBundle> {
    return await (await this.heatmap())[$display]();
  }
}

/**
 * A record to look at, of any format that {@linkcode openRecord} knows.
 *
 * @throws {RecordError} where there is no such file, or no record in it.
 */
export async function readRecord(path: string): Promise<RecordFile> {
  await using reader = await openRecord(path);
  return new RecordFile(path, reader.header);
}

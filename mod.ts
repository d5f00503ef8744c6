/**
 * damo as a library: open a record, fold it into a report, draw it. Importing it needs no permission and opens nothing.
 *
 * @example Draw a record
 * ```ts ignore
 * import { heatmapOf, heatmapSpec, openRecord, renderPng } from "@damo/damo";
 *
 * const heatmap = await heatmapOf(() => openRecord("damon.arrow"));
 * await Deno.writeFile("heat.png", await renderPng(heatmapSpec(heatmap)));
 * ```
 *
 * @example Look at its snapshots
 * ```ts ignore
 * import { openRecord } from "@damo/damo";
 *
 * await using record = await openRecord("damon.arrow");
 * for await (const item of record.items()) {
 *   if (item.kind === "snapshot") item.snapshot.regions.length;
 * }
 * ```
 *
 * @example Change a configuration, in YAML or JSON, and write it
 * ```ts ignore
 * import { checkKdamond, formatKdamondsYaml, parseKdamonds } from "@damo/damo";
 *
 * const [kdamond] = await parseKdamonds(await Deno.readTextFile("damon.yaml"), "damon.yaml");
 * kdamond.contexts[0].nrRegions.max = 5000;
 * checkKdamond(kdamond);
 * await Deno.writeTextFile("damon.yaml", await formatKdamondsYaml([kdamond]));
 * ```
 *
 * What is exported here is what most programs need. Three more entry points have all there is: `@damo/damo/damon`, DAMON's
 * words and arithmetic; `@damo/damo/report`, every fold, table and chart; `@damo/damo/format`, readers and writers.
 *
 * @module
 */
// DAMON's words: what is watched, how, what is done to it, and what was seen.
export {
  type AccessPattern,
  type Action,
  type AddressRange,
  AGE_UNKNOWN,
  ANY_ACCESS_PATTERN,
  type Bounds,
  type Context,
  DEFAULT_INTERVALS,
  DEFAULT_NR_REGIONS,
  type Intervals,
  type Kdamond,
  type Mapping,
  type Mappings,
  maxNrAccessesOf,
  type NrRegions,
  type Operations,
  type QuotaGoal,
  type Quotas,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  type Region,
  Regions,
  type Scheme,
  type SchemeFilter,
  type SchemeStats,
  type Snapshot,
  type Target,
  type Watermarks,
} from "./damon/mod.ts";
// Configurations: checked, planned, explained.
export {
  checkKdamond,
  explainScheme,
  lintSchemes,
  outlineOf,
  planOf,
  type SchemeFinding,
  type Write,
} from "./damon/mod.ts";
// What goes wrong, by who can do something about it.
export {
  BusyError,
  type Failure,
  KernelError,
  type NamedCommand,
  type NamedOption,
  RecordError,
  type Said,
  UnsupportedError,
} from "./damon/mod.ts";
// Values as people write them.
export {
  formatAddress,
  formatBytes,
  formatNr,
  formatNs,
  parseBytes,
  parseCount,
  parseNs,
  parseRatio,
} from "./damon/mod.ts";
// Files.
export {
  checkWritable,
  formatKdamondsJson,
  formatKdamondsYaml,
  type KdamondsFormat,
  kdamondsSchema,
  openRecord,
  parseKdamonds,
  parseSchemes,
  RecordWriter,
} from "./format/mod.ts";
// Pictures of any Vega-Lite specification.
export * from "./draw/mod.ts";
// Reports: what is computed of a record, its table, its chart.
export {
  type AccessOptions,
  accessSectionOf,
  darkSpec,
  type DiffSide,
  diffTable,
  distributionSpec,
  distributionTable,
  explainSchemes,
  type Fidelity,
  fidelityBetween,
  fidelityOf,
  fidelitySpec,
  figuresOf,
  type Fold,
  foldRecord,
  formatExplanations,
  formatFidelity,
  formatFolded,
  formatHeatmap,
  formatIdle,
  formatOverview,
  formatTable,
  formatTableCsv,
  formatTableJson,
  formatTableJsonl,
  type Heatmap,
  heatmapOf,
  type HeatmapOptions,
  heatmapSpec,
  idleOf,
  idleSpec,
  joinTables,
  mappingsOf,
  mappingsSpec,
  mappingsTable,
  NrRegionsFold,
  type OpenRecord,
  type Overview,
  overviewOf,
  overviewTable,
  parseTruth,
  type ProfileBy,
  profileOf,
  type ProfileReport,
  profileSpec,
  profileTable,
  recordedPicture,
  recordPageOf,
  recordPageSpec,
  recordTable,
  replayedPicture,
  replaySchemes,
  schemesOfRecord,
  schemesPictureSpec,
  schemesRecordTable,
  schemesReplayTable,
  selectedRecord,
  type Selection,
  type Table,
  tableRows,
  terminalCells,
  TimesFold,
  type VegaLiteSpec,
  watcherOf,
  type WorkingSetCourse,
  type WorkingSetFigures,
  WorkingSetFold,
  workingSetLine,
  workingSetOf,
  type WorkingSetOptions,
  type WorkingSetSample,
  WssFold,
} from "./report/mod.ts";
// Live, and in notebooks.
export * from "./notebook/mod.ts";

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
 * @module
 */
export * from "./damon/mod.ts";
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
export * from "./draw/mod.ts";
export * from "./report/mod.ts";
export * from "./notebook/mod.ts";

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
 * @module
 */
export * from "./damon/mod.ts";
export { checkWritable, openRecord, RecordWriter } from "./format/mod.ts";
export * from "./draw/mod.ts";
export * from "./report/mod.ts";

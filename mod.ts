/**
 * damo as a library: open a record, fold it into a report, draw it. Importing it needs no permission and opens nothing.
 *
 * @example
 * ```ts ignore
 * import { openRecord } from "@damo/damo";
 *
 * await using record = await openRecord("damon.arrow");
 * for await (const item of record.items()) {
 *   if (item.kind === "snapshot") console.log(item.snapshot.endNs, item.snapshot.regions.length);
 * }
 * ```
 *
 * @module
 */
export * from "./damon/mod.ts";
export { checkWritable, openRecord, RecordWriter } from "./format/mod.ts";

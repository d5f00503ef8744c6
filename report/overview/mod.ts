/**
 * A record at a glance, and two side by side.
 *
 * @module
 */
export { type DiffSide, diffSpec, diffTable } from "./diff.ts";
export { formatOverview, type Overview, overviewFigures, overviewOf, overviewTable } from "./overview.ts";
export { type RecordPage, recordPageOf, recordPageSpec } from "./page.ts";
export { RecordCountsFold, recordTable } from "./record_table.ts";

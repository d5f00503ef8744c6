/**
 * How much memory was touched in each second of a record, and how much was there, as CSV: whatever the record's size. What
 * the page sampler measured is taken as it is; else it is estimated from the snapshots.
 *
 *   deno run --allow-read=damon.arrow examples/working_set.ts damon.arrow
 */
import { openRecord, workingSetOf } from "../mod.ts";

const path = Deno.args[0] ?? "damon.arrow";
const { survey, fold } = await workingSetOf(() => openRecord(path));
console.log("second,working_set_bytes,resident_bytes");
for (const { startNs, bytes, residentBytes } of fold.all().samples) {
  const second = Math.max(0, (startNs - survey.originNs) / 1e9).toFixed(1);
  console.log([second, Math.round(bytes), residentBytes === undefined ? "" : Math.round(residentBytes)].join());
}

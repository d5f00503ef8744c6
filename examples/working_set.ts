/**
 * How much memory was in use in each second of a record, as CSV: a fold over the stream, whatever the record's size.
 *
 *   deno run --allow-read=damon.arrow examples/working_set.ts damon.arrow
 */
import { readRecord } from "../mod.ts";

const record = await readRecord(Deno.args[0] ?? "damon.arrow");
let [second, most] = [0, 0];
console.log("second,largest_working_set_bytes");
for await (const snapshot of record.snapshots()) {
  const now = Math.floor((snapshot.endNs - record.header.clock.originNs) / 1e9);
  if (now > second) {
    console.log(`${second},${most}`);
    [second, most] = [now, 0];
  }
  most = Math.max(most, snapshot.workingSetBytes);
}
console.log(`${second},${most}`);

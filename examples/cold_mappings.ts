/**
 * What could be reclaimed: mappings of which most was not touched for long, the largest first.
 *
 *   deno run --allow-read=damon.arrow examples/cold_mappings.ts damon.arrow
 */
import { formatBytes, mappingsOf, readRecord } from "../mod.ts";

const record = await readRecord(Deno.args[0] ?? "damon.arrow");
const { uses } = await mappingsOf(record.open);
const cold = uses
  .map(({ name, bytes, maxWssBytes }) => ({ name: name || "(not named)", bytes, idle: bytes - maxWssBytes }))
  .filter(({ idle }) => idle > 1 << 20)
  .toSorted((a, b) => b.idle - a.idle);
for (const { name, bytes, idle } of cold) console.log(`${formatBytes(idle)} of ${formatBytes(bytes)} in ${name}`);
if (cold.length === 0) console.log("All memory that was watched was in use.");

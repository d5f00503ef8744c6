/**
 * A heat map as picture, page or Vega-Lite, as the second name's end says.
 *
 *   deno run --allow-read --allow-write=heat.png examples/heatmap.ts damon.arrow heat.png
 */
import { readRecord } from "../mod.ts";

const [input = "damon.arrow", output = "heat.png"] = Deno.args;
const record = await readRecord(input);
const chart = await record.heatmap({ timeBins: 200 });
await chart.save(output);
console.log(String(chart));

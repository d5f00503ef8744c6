/**
 * Pages out what a process has not touched for a while, for a minute, and says what came of it. DAMON is off after it,
 * and its settings are as they were, whatever happens. With --plan it only prints what it would write.
 *
 *   sudo deno run -A examples/reclaim.ts PID [--plan]
 */
import { DEFAULT_INTERVALS, DEFAULT_NR_REGIONS, type Kdamond, parseSchemes, planStart, start, status } from "../mod.ts";

const YAML = `
- action: pageout
  access_rate: 0%
  age: 10s..max
  quota: { size: 64M, reset: 1s }
`;
const pid = Number(Deno.args[0]);
const kdamond: Kdamond = {
  contexts: [{
    operations: "vaddr",
    intervals: DEFAULT_INTERVALS,
    nrRegions: DEFAULT_NR_REGIONS,
    targets: [{ pid, regions: [] }],
    schemes: await parseSchemes(YAML, "reclaim", DEFAULT_INTERVALS),
  }],
};
if (Deno.args.includes("--plan")) {
  for (const { path, text } of await planStart([kdamond])) console.log(`echo ${text} > ${path}`);
} else {
  const [running] = await start([kdamond]);
  await using _off = running;
  await new Promise((done) => setTimeout(done, 60_000));
  console.log((await status())[running.index].contexts[0].schemes![0].stats);
}

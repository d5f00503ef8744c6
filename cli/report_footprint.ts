import { RecordError } from "../damon/mod.ts";
import { openRecord } from "../format/mod.ts";
import {
  type Footprint,
  footprintDistribution,
  type FootprintMetric,
  FootprintsFold,
  parseFootprints,
} from "../report/mod.ts";
import { showDistribution } from "./report_wss.ts";
import type { FootprintCommandOptions } from "./wss.ts";

const METRICS = ["vsz", "rss", "sys_used"] as const;
const SUFFIX = ".mem_footprint";

/** `damo report footprint`. */
export async function reportFootprint(metric: string, options: FootprintCommandOptions): Promise<void> {
  if (metric !== "all" && !METRICS.includes(metric as FootprintMetric)) {
    throw new RangeError(`Cannot report on ${metric} as it must be one of: ${METRICS.join(", ")}, all`);
  }
  const metrics = metric === "all" ? METRICS : [metric as FootprintMetric];
  await showDistribution(options, async ({ name }) => {
    const samples = await readFootprints(name);
    return {
      title: `Memory in use by the targets of ${name.replace(SUFFIX, "")}`,
      figure: { name: "footprint_bytes", title: "memory in use", description: "bytes in use", kind: "bytes" },
      samples: "samples",
      parts: metrics.map((one) => footprintDistribution(samples, one)).map((part) =>
        metrics.length === 1 ? { ...part, name: "" } : part
      ),
      all: options.all_footprint === true,
      caption: [
        "vsz: address space of the targets · rss: what of it is in memory · sys_used: all memory of the machine that is not free",
        `${samples.length} samples`,
      ],
    };
  });
}

/** Out of a file of the Python damo's, or of a record, which has its own or takes that file along. */
async function readFootprints(name: string): Promise<Footprint[]> {
  if (name.endsWith(SUFFIX)) return parseFootprints(await Deno.readTextFile(name), name);
  const fold = new FootprintsFold();
  await using record = await openRecord(name);
  for await (const item of record.items()) if (item.kind === "usage") fold.usage(item.usage);
  const samples = fold.footprints();
  if (samples.length > 0) return samples;
  throw new RecordError(
    `Cannot report on the memory in use of ${name} as it must have been recorded: it was not, and there is no ` +
      `${name}${SUFFIX} beside it; see what was accessed with: damo report wss`,
    name,
  );
}

import { RecordError } from "../damon/mod.ts";
import { footprintDistribution, type FootprintMetric, parseFootprints } from "../report/mod.ts";
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

async function readFootprints(name: string) {
  const path = name.endsWith(SUFFIX) ? name : `${name}${SUFFIX}`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RecordError(
      `Cannot report on the memory in use of ${name} as ${path} must be there: only the Python damo writes it; ` +
        "see what was accessed with: damo report wss",
      path,
    );
  }
  return parseFootprints(text, path);
}

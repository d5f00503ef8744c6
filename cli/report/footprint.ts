import { RecordError } from "../../damon/mod.ts";
import {
  type Fold,
  foldRecord,
  type Footprint,
  footprintDistribution,
  type FootprintMetric,
  FootprintsFold,
  parseFootprints,
  type Selection,
  selectionLine,
} from "../../report/mod.ts";
import { isTimeSelected } from "../../report/record/mod.ts";
import type { ReportInput } from "./read.ts";
import { selectionOf } from "./selection.ts";
import { showDistribution } from "./wss_run.ts";
import type { FootprintCommandOptions } from "./wss.ts";

const METRICS = ["vsz", "rss", "sys_used"] as const;
const SUFFIX = ".mem_footprint";

/** Footprints, and the time that theirs is counted from. */
interface Footprints {
  samples: Footprint[];
  originNs: number;
}

/** `damo report footprint`. */
export async function reportFootprint(metric: string, options: FootprintCommandOptions): Promise<void> {
  // `-i FILE rss`: -i takes all words that follow.
  const { input = [] } = options;
  const last = input.at(-1) as FootprintMetric;
  if (metric === "all" && input.length > 1 && METRICS.includes(last) && !isFile(last)) {
    return await reportFootprint(last, { ...options, input: input.slice(0, -1) });
  }
  if (metric !== "all" && !METRICS.includes(metric as FootprintMetric)) {
    throw new RangeError(`There is no metric ${metric}; use one of: ${METRICS.join(", ")}, all`);
  }
  const selection = footprintSelectionOf(options);
  const metrics = metric === "all" ? METRICS : [metric as FootprintMetric];
  await showDistribution(options, async (input) => {
    const { name } = input;
    const { samples, originNs } = await readFootprints(input, selection);
    return {
      title: `Memory in use by the targets of ${name.replace(SUFFIX, "")}`,
      figure: { name: "footprint_bytes", title: "memory in use", description: "bytes in use", kind: "bytes" },
      samples: "samples",
      parts: metrics.map((one) => footprintDistribution(samples, one, originNs)).map((part) =>
        metrics.length === 1 ? { ...part, name: "" } : part
      ),
      all: options.all_footprint === true,
      caption: [
        "vsz: address space of the targets · rss: what of it is in memory · sys_used: all memory of the machine that is not free",
        `${samples.length} samples`,
        ...selectionLine(selection),
      ],
    };
  });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Filters that divide memory by what it is or how it was accessed: of memory in use that is not known. */
const OF_REGIONS = [
  "address_range",
  "address",
  "mapping",
  "sz_region",
  "access_rate",
  "age",
  "temperature",
  "sz_snapshot",
  "snapshot_idx",
] as const;

function footprintSelectionOf(options: FootprintCommandOptions): Selection {
  const option = OF_REGIONS.find((name) => options[name] !== undefined);
  if (option === undefined) return selectionOf(options);
  throw new RangeError(
    `The resident set is known of whole processes and by time only, not by --${option}; use --time_range, ` +
      "--snapshot_time, --target or --kdamond, or see what was accessed with: damo report mappings",
  );
}

/** Footprints, and the time that theirs is counted from. */
interface Footprints {
  samples: Footprint[];
  originNs: number;
}

/** Out of a file of the Python damo's, or of a record, which has its own or takes that file along. */
async function readFootprints({ name, open }: ReportInput, selection: Selection): Promise<Footprints> {
  if (name.endsWith(SUFFIX)) return sideFootprints(name, await Deno.readTextFile(name), selection);
  const fold = new FootprintsFold();
  const usages: Fold = { snapshot() {}, usage: (usage) => fold.usage(usage) };
  const { originNs } = await foldRecord(open, [usages], selection);
  const samples = fold.footprints();
  if (samples.length > 0) return { samples, originNs: Math.min(samples[0].timeNs, originNs || Infinity) };
  const why = Object.keys(selection).length > 0
    ? "it was not, or not in the time and of the target that the filters ask for; leave them out"
    : `they were not recorded, and there is no ${name}${SUFFIX} beside it; see what was accessed with: damo report wss`;
  throw new RecordError(`${name} has no resident set sizes: ${why}`, name);
}

/** All that such a file by itself says besides the figures is the time of the first. */
function sideFootprints(name: string, text: string, selection: Selection): Footprints {
  if (selection.target !== undefined || selection.kdamond !== undefined) {
    throw new RangeError(
      `${name} has no targets to select; name the record beside it`,
    );
  }
  const all = parseFootprints(text, name);
  const originNs = all[0]?.timeNs ?? 0;
  const samples = all.filter(({ timeNs }) =>
    isTimeSelected({ startNs: timeNs, endNs: timeNs }, 0, originNs, selection)
  );
  if (samples.length > 0) return { samples, originNs };
  throw new RecordError(
    `Nothing of ${name} is in the time that is selected; choose another`,
    name,
  );
}

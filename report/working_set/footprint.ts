import type { MemoryUsage } from "../../damon/mod.ts";
import type { Distribution } from "../record/mod.ts";

/** How much memory there was at one moment, whether accessed or not. */
export interface Footprint {
  /** When, ns; from any origin. */
  timeNs: number;
  /** Address space of all targets, bytes. */
  vszBytes: number;
  /** What of it was in memory, bytes. */
  rssBytes: number;
  /** Memory of the machine that was not free, bytes; `undefined` where that was not written down. */
  usedBytes: number | undefined;
}

/** `sys_used` is the machine's, the others are the targets'. */
export type FootprintMetric = "vsz" | "rss" | "sys_used";

/** The Python damo counts in pages of this size. */
const PAGE = 4096;

interface PythonDamoFootprints {
  time: number;
  footprints: { pid: number | null; footprint: Record<string, number> }[];
}

/**
 * Parses what the Python damo writes beside a record, `FILE.mem_footprint`.
 *
 * @throws {SyntaxError} where it is something else.
 */
export function parseFootprints(text: string, name: string): Footprint[] {
  const samples = JSON.parse(text) as unknown;
  if (!Array.isArray(samples) || samples.some((sample) => !Array.isArray(sample?.footprints))) {
    throw new SyntaxError(`${name} is not a list of footprints: it has another form`);
  }
  return (samples as PythonDamoFootprints[]).map(({ time, footprints }) => {
    let [vszBytes, rssBytes, usedBytes] = [0, 0, undefined as number | undefined];
    for (const { pid, footprint } of footprints) {
      if (pid === null) usedBytes = (footprint.total - footprint.free) * 1024;
      else {
        vszBytes += footprint.size * PAGE;
        rssBytes += footprint.resident * PAGE;
      }
    }
    return { timeNs: time * 1e9, vszBytes, rssBytes, usedBytes };
  });
}

/** Makes footprints of the memory in use that a record has. */
export class FootprintsFold {
  readonly #samples: Footprint[] = [];

  /** Takes memory in use of a process, or of the machine; those of one moment belong together. */
  usage({ timeNs, pid, virtualBytes, residentBytes }: MemoryUsage): void {
    let sample = this.#samples.at(-1);
    if (sample?.timeNs !== timeNs) {
      sample = { timeNs, vszBytes: 0, rssBytes: 0, usedBytes: undefined };
      this.#samples.push(sample);
    }
    if (pid === 0) sample.usedBytes = residentBytes;
    else {
      sample.vszBytes += virtualBytes ?? 0;
      sample.rssBytes += residentBytes;
    }
  }

  /** All of them, in the order of time. */
  footprints(): Footprint[] {
    return this.#samples;
  }
}

/** One metric of the footprints, over time, which is counted from `originNs`: by default from the first of them. */
export function footprintDistribution(
  samples: readonly Footprint[],
  metric: FootprintMetric,
  originNs: number = samples[0]?.timeNs ?? 0,
): Distribution {
  const pick = ({ vszBytes, rssBytes, usedBytes }: Footprint) =>
    metric === "vsz" ? vszBytes : metric === "rss" ? rssBytes : usedBytes;
  const known = samples.filter((sample) => pick(sample) !== undefined);
  return {
    name: metric,
    timesNs: Float64Array.from(known, ({ timeNs }) => timeNs - originNs),
    values: Float64Array.from(known, (sample) => pick(sample)!),
  };
}

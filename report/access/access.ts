import { AGE_UNKNOWN, type Snapshot } from "../../damon/mod.ts";
import { accessPercentOf, temperatureOf, type TemperatureWeights } from "../record/mod.ts";

/** The Python damo's default: size does not count, access rate and age do. */
export const DEFAULT_WEIGHTS: TemperatureWeights = [0, 100, 100];

/** What regions can be sorted by. */
export type RegionKey = "address" | "access_rate" | "age" | "size" | "temperature";

/** One region of a snapshot, with everything that reports show of it. */
export interface AccessedRegion {
  /** Its index in the snapshot. */
  index: number;
  /** First byte. */
  start: number;
  /** One past the last byte. */
  end: number;
  /** Its size. */
  bytes: number;
  /** Samples that found it accessed. */
  nrAccesses: number;
  /** The same in whole percent of the samples, rounded down. */
  percent: number;
  /** The same per second. */
  hz: number;
  /** For how long it has been as it is, µs; `undefined` where the kernel does not count it. */
  ageUs: number | undefined;
  /** See {@linkcode temperatureOf}; 0 age where that is not known. */
  temperature: number;
  /** Bytes that passed the scheme's filters; `undefined` where there is no scheme. */
  passedBytes: number | undefined;
}

/** The regions of a snapshot as objects, in address order. */
export function accessedRegionsOf(
  snapshot: Snapshot,
  weights: TemperatureWeights = DEFAULT_WEIGHTS,
): AccessedRegion[] {
  const { regions, aggrUs, scheme } = snapshot;
  return Array.from({ length: regions.length }, (_, index) => {
    const [start, end, nrAccesses] = [regions.start[index], regions.end[index], regions.nrAccesses[index]];
    const ageUs = regions.age[index] === AGE_UNKNOWN ? undefined : regions.age[index] * aggrUs;
    const bytes = end - start;
    const percent = accessPercentOf(nrAccesses, snapshot);
    return {
      index,
      start,
      end,
      bytes,
      nrAccesses,
      percent,
      hz: nrAccesses / (aggrUs / 1e6),
      ageUs,
      temperature: temperatureOf(bytes, percent, ageUs ?? 0, weights, nrAccesses > 0),
      passedBytes: scheme?.passedBytes?.[index],
    };
  });
}

/** Sorts by each key in turn, so that the last one counts most; equal ones keep their order. */
export function sortRegions(
  regions: readonly AccessedRegion[],
  keys: readonly RegionKey[],
  descending: readonly (RegionKey | "all")[] = [],
): AccessedRegion[] {
  const valueOf: Record<RegionKey, (region: AccessedRegion) => number> = {
    address: ({ start }) => start,
    access_rate: ({ percent }) => percent,
    age: ({ ageUs }) => ageUs ?? -1,
    size: ({ bytes }) => bytes,
    temperature: ({ temperature }) => temperature,
  };
  const sorted = [...regions];
  for (const key of keys) {
    const sign = descending.includes("all") || descending.includes(key) ? -1 : 1;
    sorted.sort((a, b) => sign * (valueOf[key](a) - valueOf[key](b)));
  }
  return sorted;
}

/** Figures of a snapshot as a whole. */
export interface AccessTotals {
  /** Bytes of all its regions. */
  bytes: number;
  /** Bytes that passed the scheme's filters; `undefined` where there is no scheme. */
  passedBytes: number | undefined;
  /** Bytes accessed a second at least, if each access that was seen was to all of the region. */
  bandwidth: number;
  /** The same of what passed the filters. */
  passedBandwidth: number | undefined;
  /** Accesses a second of what was accessed in every sample. */
  maxHz: number;
}

/** The totals of a snapshot. */
export function accessTotalsOf({ regions, scheme, aggrUs, sampleUs }: Snapshot): AccessTotals {
  const { length, start, end, nrAccesses } = regions;
  const passed = scheme?.passedBytes;
  let [bytes, accessed, passedSum, passedAccessed] = [0, 0, 0, 0];
  for (let i = 0; i < length; i++) {
    bytes += end[i] - start[i];
    accessed += (end[i] - start[i]) * nrAccesses[i];
    passedSum += passed?.[i] ?? 0;
    passedAccessed += (passed?.[i] ?? 0) * nrAccesses[i];
  }
  const seconds = aggrUs / 1e6;
  return {
    bytes,
    passedBytes: passed && passedSum,
    bandwidth: accessed / seconds,
    passedBandwidth: passed && passedAccessed / seconds,
    maxHz: aggrUs / sampleUs / seconds,
  };
}

import {
  type AddressRange,
  AGE_UNKNOWN,
  evidenceAt,
  failed,
  type Mappings,
  option,
  probeHitsAt,
  Regions,
  said,
  type Snapshot,
} from "../../damon/mod.ts";
import { MappingNames } from "./mapping_names.ts";
import { accessPercentOf, temperatureOf, type TemperatureWeights } from "./temperature.ts";

/** Both ends are included. */
export type FilterBounds = readonly [min: number, max: number];

/** Which regions of a snapshot a report is about; all by default. A region must fulfil every part that is given. */
export interface RegionFilter {
  /** Only what lies here; regions are cut to it. Ascending, not overlapping. */
  addressRanges?: AddressRange[];
  /** Only what lies in mappings with one of these in their name, in upper or lower case; regions are cut to it. */
  mappings?: string[];
  /** Sizes in bytes. */
  regionBytes?: FilterBounds;
  /** Access rates, % of samples; what was seen in one sample more than an interval has is 100 %. */
  accessPercent?: FilterBounds;
  /** Ages, ns. Regions whose age is not known are left out; an error where none of a snapshot has one. */
  ageNs?: FilterBounds;
  /** Temperatures; each pair is one range of which any will do. Where age has a weight, as with `ageNs`. */
  temperatures?: FilterBounds[];
  /** Weights of the temperature; by default size 0, access rate 100, age 100. */
  temperatureWeights?: TemperatureWeights;
}

/** Whether the filter leaves every region as it is. */
export function takesAllRegions(filter: RegionFilter): boolean {
  const { addressRanges, mappings, regionBytes, accessPercent, ageNs, temperatures } = filter;
  return !addressRanges && !mappings && !regionBytes && !accessPercent && !ageNs && !temperatures;
}

/**
 * Picks regions out of snapshots. Sizes, rates and ages are those of the whole region; what is left is then cut to the
 * addresses and mappings asked for, as the Python damo does it.
 */
export class RegionPicker {
  readonly #names = new Map<number, MappingNames>();

  constructor(readonly filter: RegionFilter) {}

  /** Takes in what the addresses of a process are from now on. */
  see({ pid, mappings }: Mappings): void {
    if (!this.filter.mappings) return;
    if (!this.#names.has(pid)) this.#names.set(pid, new MappingNames());
    this.#names.get(pid)!.overlay(mappings);
  }

  /** Names of what is mapped where the process's regions are; none where no filter asks for mappings. */
  namesWithin(pid: number | undefined, { length, start, end }: Regions): Iterable<string> {
    const names = pid === undefined || length === 0 ? undefined : this.#names.get(pid);
    return new Set(names?.within(start[0], end[length - 1]).map(({ name }) => name));
  }

  /** The snapshot with the regions that fit only, of which age by `age`; the same one where all do. */
  pick(snapshot: Snapshot, pid: number | undefined, age: Uint32Array = snapshot.regions.age): Snapshot {
    if (takesAllRegions(this.filter)) return snapshot;
    let parts = this.#fittingIn(snapshot, age);
    if (this.filter.addressRanges) parts = cut(parts, this.filter.addressRanges);
    if (this.filter.mappings) parts = cut(parts, this.#mapped(pid, parts));
    return partsOf(snapshot, parts);
  }

  #mapped(pid: number | undefined, parts: readonly Part[]): AddressRange[] {
    const names = pid === undefined ? undefined : this.#names.get(pid);
    if (!names || parts.length === 0) return [];
    const wanted = this.filter.mappings!.map((name) => name.toLowerCase());
    return names.within(parts[0].start, parts.at(-1)!.end)
      .filter(({ name }) => wanted.some((part) => name.toLowerCase().includes(part)));
  }

  #fittingIn(snapshot: Snapshot, age: Uint32Array): Part[] {
    const { regionBytes, accessPercent, ageNs, temperatures, temperatureWeights = [0, 100, 100] } = this.filter;
    const { length, start, end, nrAccesses } = snapshot.regions;
    const parts: Part[] = [];
    const isAgeAsked = ageNs !== undefined || (temperatures !== undefined && temperatureWeights[2] !== 0);
    if (isAgeAsked && length > 0 && age.every((one) => one === AGE_UNKNOWN)) throw noAge(ageNs !== undefined);
    for (let at = 0; at < length; at++) {
      const bytes = end[at] - start[at];
      const percent = accessPercentOf(nrAccesses[at], snapshot);
      const isKnown = age[at] !== AGE_UNKNOWN;
      const us = isKnown ? age[at] * snapshot.aggrUs : isAgeAsked ? NaN : 0;
      // The kernel may count one access more than an interval has samples.
      const isFitting = isWithin(bytes, regionBytes) && isWithin(Math.min(100, percent), accessPercent) &&
        isWithin(us * 1e3, ageNs) &&
        isWithinAny(() => temperatureOf(bytes, percent, us, temperatureWeights, nrAccesses[at] > 0), temperatures);
      if (isFitting) parts.push({ at, start: start[at], end: end[at] });
    }
    return parts;
  }
}

/** A region, or what is left of it. */
interface Part extends AddressRange {
  /** Its index in the snapshot. */
  at: number;
}

function noAge(isByAge: boolean): RangeError {
  return failed(RangeError, {
    what: `The regions of this record have no age, as before Linux 5.17, to select by ${
      isByAge ? "age" : "temperature"
    }`,
    help: isByAge
      ? said`leave out ${option("age")}`
      : said`leave age out of the temperature with ${option("temperature_weights", "0 100 0")}`,
  });
}

/** Whether the value lies within the bounds; any does where there are none. */
export function isWithin(value: number, bounds: FilterBounds | undefined): boolean {
  return bounds === undefined || (bounds[0] <= value && value <= bounds[1]);
}

function isWithinAny(value: () => number, ranges: readonly FilterBounds[] | undefined): boolean {
  return ranges === undefined || ranges.some((range) => isWithin(value(), range));
}

/** The parts that lie in one of the ranges; both ascend. */
function cut(parts: readonly Part[], ranges: readonly AddressRange[]): Part[] {
  const result: Part[] = [];
  let first = 0;
  for (const { at, start, end } of parts) {
    while (first < ranges.length && ranges[first].end <= start) first++;
    for (let i = first; i < ranges.length && ranges[i].start < end; i++) {
      result.push({ at, start: Math.max(start, ranges[i].start), end: Math.min(end, ranges[i].end) });
    }
  }
  return result;
}

function partsOf(snapshot: Snapshot, parts: readonly Part[]): Snapshot {
  const { start, end, nrAccesses, age } = snapshot.regions;
  const regions = new Regions(
    Float64Array.from(parts, (part) => part.start),
    Float64Array.from(parts, (part) => part.end),
    Uint32Array.from(parts, ({ at }) => nrAccesses[at]),
    Uint32Array.from(parts, ({ at }) => age[at]),
  );
  const passed = snapshot.scheme?.passedBytes;
  const hits = { ...probeHitsAt(snapshot, parts.map(({ at }) => at)), ...evidenceAt(snapshot, parts) };
  if (!passed) return { ...snapshot, regions, ...hits };
  // Of a region that was cut, as large a share passed as of the whole.
  const share = (part: Part) => (part.end - part.start) / (end[part.at] - start[part.at]);
  const passedBytes = Float64Array.from(parts, (part) => passed[part.at] * share(part));
  return { ...snapshot, regions, ...hits, scheme: { ...snapshot.scheme!, passedBytes } };
}

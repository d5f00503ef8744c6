import { type AddressRange, AGE_UNKNOWN, formatBytes, formatNr, formatNs, type Snapshot } from "../../damon/mod.ts";
import { atStart, extentText, rangeText, widen } from "./extents.ts";
import { type FilterBounds, isWithin, type RegionFilter } from "./region_filter.ts";
import { boundsText } from "./selection_line.ts";
import { accessPercentOf, temperatureOf } from "./temperature.ts";

/** What one part of a filter asks for, and what the regions had. */
interface Sight {
  /** `is of`, `are of`. */
  verbs: readonly [one: string, all: string];
  textOf: (value: number) => string;
  /** After the value: ` of samples`. */
  after: string;
  /** Of which any will do. */
  ranges: readonly FilterBounds[];
  seen: { min: number; max: number };
  fitting: number;
}

/** Names that are listed where none fits. */
const NAMES = 6;

/**
 * Regions of which none fits a filter: the bounds of what was seen, and how many fit each part of the filter by itself.
 * Memory does not grow with the record.
 */
export class UnmatchedRegions {
  readonly #sights: Partial<Record<"bytes" | "percent" | "ns" | "temperature", Sight>>;
  readonly #addresses = { min: Infinity, max: -Infinity };
  /** The regions that come next to what was asked for. */
  #below: AddressRange | undefined;
  #above: AddressRange | undefined;
  #inRanges = 0;
  #total = 0;
  /** Names of what was mapped where a region is. */
  readonly #names = new Set<string>();

  constructor(readonly filter: RegionFilter) {
    const { regionBytes, accessPercent, ageNs, temperatures } = filter;
    const percents = (value: number) => `${value} %`;
    const temperature = (value: number) => formatNr(Math.round(value));
    const sight = (ranges: readonly FilterBounds[], textOf: Sight["textOf"], verbs: Sight["verbs"], after = "") => ({
      ...{ ranges, textOf, verbs, after, seen: { min: Infinity, max: -Infinity }, fitting: 0 },
    });
    this.#sights = {
      ...(regionBytes && { bytes: sight([regionBytes], formatBytes, ["is of", "are of"]) }),
      ...(accessPercent && {
        percent: sight([accessPercent], percents, ["was accessed in", "were accessed in"], " of samples"),
      }),
      ...(ageNs && { ns: sight([ageNs], formatNs, ["has an age of", "have ages of"]) }),
      ...(temperatures && {
        temperature: sight(temperatures, temperature, ["has a temperature of", "have temperatures of"]),
      }),
    };
  }

  /** Takes in regions of which none fits; `age` is theirs, and `names` what is mapped at them, where that is asked. */
  add(snapshot: Snapshot, age: Uint32Array, names: Iterable<string>): void {
    const { length, start, end, nrAccesses } = snapshot.regions;
    const { addressRanges, temperatureWeights = [0, 100, 100] } = this.filter;
    for (const name of names) if (this.#names.size < 10_000) this.#names.add(name);
    this.#total += length;
    for (let i = 0; i < length; i++) {
      const bytes = end[i] - start[i];
      const percent = accessPercentOf(nrAccesses[i], snapshot);
      const us = age[i] === AGE_UNKNOWN ? 0 : age[i] * snapshot.aggrUs;
      see(this.#sights.bytes, bytes);
      see(this.#sights.percent, Math.min(100, percent));
      if (age[i] !== AGE_UNKNOWN) see(this.#sights.ns, us * 1e3);
      see(this.#sights.temperature, temperatureOf(bytes, percent, us, temperatureWeights, nrAccesses[i] > 0));
      if (addressRanges) this.#seeAddresses(start[i], end[i], addressRanges);
    }
  }

  #seeAddresses(start: number, end: number, ranges: readonly AddressRange[]): void {
    widen(this.#addresses, start);
    widen(this.#addresses, end);
    if (ranges.some((range) => range.start < end && start < range.end)) this.#inRanges++;
    else if (end <= ranges[0].start && end > (this.#below?.end ?? -1)) this.#below = { start, end };
    else if (start >= ranges.at(-1)!.end && start < (this.#above?.start ?? Infinity)) this.#above = { start, end };
  }

  /** Whether a region lies in the addresses that were asked for. */
  get isMatched(): boolean {
    return this.#inRanges > 0 || !this.filter.addressRanges;
  }

  /** One or two sentences: what there is, and the way out. `undefined` where there was no region. */
  message(record: string): string | undefined {
    if (this.#total === 0) return undefined;
    const { addressRanges, mappings } = this.filter;
    const sights = Object.values(this.#sights);
    for (const sight of sights) {
      if (sight.fitting > 0) continue;
      const { seen, textOf, verbs, after } = sight;
      return `No region of ${record} ${verbs[0]} ${wantedOf(sight)}: its regions ${verbs[1]} ` +
        `${extentText(seen, textOf)}${after}. Choose within that, or leave that filter out`;
    }
    if (addressRanges && this.#inRanges === 0) return this.#noAddress(record, addressRanges);
    if (mappings && sights.length === 0 && !addressRanges) return this.#noMapping(record, mappings);
    const parts = [
      ...sights.map((sight) => `${formatNr(sight.fitting)} ${sight.verbs[1]} ${wantedOf(sight)}`),
      ...(addressRanges ? [`${formatNr(this.#inRanges)} lie in the addresses`] : []),
      ...(mappings ? [`those are not in a mapping named ${mappings.join(" or ")}`] : []),
    ];
    return `No region of ${record} fits all filters at once: of ${formatNr(this.#total)} in all snapshots, ` +
      `${parts.join(", ")}. Leave one of them out`;
  }

  #noAddress(record: string, ranges: readonly AddressRange[]): string {
    const { min, max } = this.#addresses;
    const near = [this.#below, this.#above].filter((range) => range !== undefined).map(rangeText);
    const nearest = near.length === 0 ? "" : `, the nearest ${near.length > 1 ? "are" : "is"} ${near.join(" and ")}`;
    return `No region of ${record} lies in ${ranges.slice(0, 4).map(rangeText).join(" or ")}: its regions lie in ` +
      `${rangeText({ start: min, end: max })}${nearest}. Choose addresses within those`;
  }

  #noMapping(record: string, mappings: readonly string[]): string {
    const wanted = mappings.slice(0, 4).map((name) => JSON.stringify(name)).join(" or ");
    if (this.#names.size === 0) {
      return `${
        atStart(record)
      } does not say what is mapped where its regions are: leave that filter out, or choose addresses`;
    }
    const names = [...this.#names].slice(0, NAMES);
    const more = this.#names.size > NAMES ? `, and ${formatNr(this.#names.size - NAMES)} more` : "";
    return `No mapping in ${record} that was monitored has ${wanted} in its name: there are ${
      names.join(", ")
    }${more}. ` +
      "Choose one of these, or leave that filter out";
  }
}

function wantedOf({ ranges, textOf, after }: Sight): string {
  return `${ranges.map((range) => boundsText(range, textOf)).join(" or ")}${after}`;
}

function see(sight: Sight | undefined, value: number): void {
  if (!sight) return;
  widen(sight.seen, value);
  if (sight.ranges.some((range) => isWithin(value, range))) sight.fitting++;
}

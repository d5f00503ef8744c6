import type { AddressRange } from "../../damon/mod.ts";
import type { FilterBounds, Selection, TemperatureWeights } from "../../report/mod.ts";
import type { ReportOptions } from "./options.ts";

/**
 * What the options of a report select.
 *
 * @throws {RangeError} where an option has too few values, or an end before its start.
 */
export function selectionOf(options: ReportOptions): Selection {
  const selection: Selection = {};
  const { target, kdamond, mapping, temperature_weights: weights } = options;
  if (target !== undefined) selection.target = target;
  if (kdamond !== undefined) selection.kdamond = kdamond;
  if (mapping) selection.mappings = mapping;
  if (options.time_range) {
    const [[startNs, endNs]] = pairsOf("--time_range", options.time_range, 1);
    if (startNs === endNs) throw new RangeError("--time_range ends where it starts; its end must be later");
    selection.timeRange = { startNs, endNs };
  }
  const addresses = [...options.address_range ?? [], ...options.address ?? []];
  if (addresses.length > 0) selection.addressRanges = addressRangesOf(addresses);
  if (options.sz_region) selection.regionBytes = pairsOf("--sz_region", options.sz_region, 1)[0];
  if (options.access_rate) selection.accessPercent = pairsOf("--access_rate", options.access_rate, 1)[0];
  if (options.age) selection.ageNs = pairsOf("--age", options.age, 1)[0];
  if (options.temperature) selection.temperatures = pairsOf("--temperature", options.temperature);
  if (options.sz_snapshot) selection.snapshotBytes = pairsOf("--sz_snapshot", options.sz_snapshot);
  if (options.snapshot_idx) selection.snapshotRanges = pairsOf("--snapshot_idx", options.snapshot_idx);
  if (options.snapshot_time) {
    selection.clockRanges = pairsOf("--snapshot_time", options.snapshot_time)
      .map(([startNs, endNs]) => ({ startNs, endNs }));
  }
  if (weights) {
    if (weights.length !== 3) {
      throw new RangeError("--temperature_weights takes three numbers: of size, access rate and age");
    }
    selection.temperatureWeights = weights as unknown as TemperatureWeights;
  }
  return selection;
}

function addressRangesOf(addresses: number[]): AddressRange[] {
  const ranges = pairsOf("--address_range", addresses).map(([start, end]) => ({ start, end }))
    .sort((a, b) => a.start - b.start);
  if (ranges.some(({ start, end }) => start === end)) {
    throw new RangeError("--address_range ends above its start, as in 0x1000 0x2000");
  }
  if (ranges.some(({ start }, i) => i > 0 && ranges[i - 1].end > start)) {
    throw new RangeError("The ranges of --address_range overlap; join those that do");
  }
  return ranges;
}

function pairsOf(name: string, values: readonly number[], most = Infinity): (FilterBounds & [number, number])[] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < values.length; i += 2) pairs.push([values[i], values[i + 1]]);
  if (pairs.length > most || pairs.some(([from, to]) => !(from <= to))) {
    const more = most === Infinity ? ", any number of times" : "";
    throw new RangeError(`${name} takes two values, the larger one last${more}`);
  }
  return pairs;
}

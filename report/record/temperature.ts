import type { Snapshot } from "../../damon/mod.ts";

/** How much a region's size, access rate and age count in its temperature. */
export type TemperatureWeights = readonly [size: number, accessRate: number, age: number];

/**
 * The temperature of a region, as the Python damo defines it: how much, how often and how long it is accessed, weighted and added
 * up; below zero where it is not accessed at all, and the lower the longer that is so.
 *
 * @param bytes Its size.
 * @param percent Its access rate, % of samples.
 * @param ageUs Its age, µs.
 * @param isAccessed Whether it was accessed at all, which a rounded share does not say.
 *
 * @example
 * ```ts
 * import { temperatureOf } from "./temperature.ts";
 * temperatureOf(4096, 0, 300_000, [0, 100, 100]); // -30000000
 * ```
 */
export function temperatureOf(
  bytes: number,
  percent: number,
  ageUs: number,
  weights: TemperatureWeights,
  isAccessed = percent > 0,
): number {
  const temperature = bytes * weights[0] + percent * weights[1] + ageUs * weights[2];
  return isAccessed ? temperature : 0 - temperature;
}

/** Share of the samples that found a region accessed, in whole percent, rounded down as the Python damo does. */
export function accessPercentOf(
  nrAccesses: number,
  { sampleUs, aggrUs }: Pick<Snapshot, "sampleUs" | "aggrUs">,
): number {
  return Math.trunc(nrAccesses * 100 / (aggrUs / sampleUs));
}

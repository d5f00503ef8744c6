import { MAX } from "../model/mod.ts";

/**
 * Fails unless `value` is whole and between `least` and `most`, or {@linkcode MAX} where that is allowed.
 *
 * @throws {RangeError} naming it.
 */
export function checkCount(name: string, value: number, unit: string, least: number, most = MAX): void {
  // Whole doubles above 2^53 are exact where they are addresses: whatever has no fraction will do.
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most === MAX ? `${least} or more` : `${least} to ${most}`;
  throw new RangeError(`${name} must be a whole number of ${unit}, ${range}, not ${value}`);
}

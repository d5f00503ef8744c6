/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/**
 * From rarely to always accessed: matplotlib's inferno without its darkest fifth. It grows evenly in lightness, so it
 * reads the same for colour-blind people and in grey print.
 *
 * @see https://bids.github.io/colormap/
 */
export const HEAT_RAMP: readonly Rgb[] = [
  [82, 14, 109],
  [112, 25, 110],
  [142, 36, 104],
  [172, 47, 92],
  [199, 62, 76],
  [222, 82, 56],
  [239, 108, 34],
  [249, 139, 10],
  [251, 174, 30],
  [244, 210, 72],
  [252, 255, 164],
];

/** Monitored and never seen accessed. */
export const IDLE_COLOUR: Rgb = [31, 28, 46];

/** The same in a terminal, lighter: what was not monitored is often black there. */
export const IDLE_TERMINAL: Rgb = [42, 39, 61];

/** The ramp's colour at `share`, 0 to 1. */
export function heatColour(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (HEAT_RAMP.length - 1);
  const low = Math.min(HEAT_RAMP.length - 2, Math.floor(at));
  const mix = (i: number) => Math.round(HEAT_RAMP[low][i] + (HEAT_RAMP[low + 1][i] - HEAT_RAMP[low][i]) * (at - low));
  return [mix(0), mix(1), mix(2)];
}

/** `#rrggbb`. */
export function hexOf(colour: Rgb): string {
  return "#" + colour.map((value) => value.toString(16).padStart(2, "0")).join("");
}

/** The ramp for terminals with 256 colours, chosen by hand: the nearest ones are not even in lightness. */
const HEAT_RAMP_256 = [53, 89, 125, 161, 166, 202, 208, 214, 220, 227, 229] as const;

/** {@linkcode IDLE_TERMINAL} among the 256 terminal colours. */
export const IDLE_256 = 236;

/** {@linkcode heatColour} among the 256 terminal colours; `share` is above 0. */
export function heatColour256(share: number): number {
  return HEAT_RAMP_256[Math.min(HEAT_RAMP_256.length, Math.ceil(share * HEAT_RAMP_256.length)) - 1];
}

/** The smallest round share at or above `share`: the end of the colour scale. */
export function scaleEndOf(share: number): number {
  for (const power of [0.001, 0.01, 0.1]) {
    for (const factor of [1, 2, 3, 5]) if (share <= factor * power) return Number((factor * power).toPrecision(3));
  }
  return 1;
}

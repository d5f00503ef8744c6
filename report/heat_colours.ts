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

/** The nearest of the 256 terminal colours: the 6×6×6 cube or the grey ramp. */
export function xterm256Of([r, g, b]: Rgb): number {
  const levels = [0, 95, 135, 175, 215, 255];
  const nearest = (value: number) => {
    let best = 0;
    levels.forEach((level, i) => {
      if (Math.abs(level - value) < Math.abs(levels[best] - value)) best = i;
    });
    return best;
  };
  const cube = [r, g, b].map(nearest);
  const grey = Math.min(23, Math.max(0, Math.round(((r + g + b) / 3 - 8) / 10)));
  const distance = (colour: Rgb) => (colour[0] - r) ** 2 + (colour[1] - g) ** 2 + (colour[2] - b) ** 2;
  const level = 8 + grey * 10;
  return distance([level, level, level]) < distance([levels[cube[0]], levels[cube[1]], levels[cube[2]]])
    ? 232 + grey
    : 16 + 36 * cube[0] + 6 * cube[1] + cube[2];
}

/** The smallest round share at or above `share`: the end of the colour scale. */
export function scaleEndOf(share: number): number {
  for (const end of [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]) if (share <= end) return end;
  return 1;
}

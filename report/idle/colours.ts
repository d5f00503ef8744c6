/** What is accessed: vermilion. Idle memory: from yellow over green to a deep blue, the longer the darker. */
const ACCESSED = [213, 94, 0] as const;
const RAMP = [[250, 231, 140], [161, 214, 139], [65, 171, 160], [34, 113, 165], [20, 48, 96]] as const;

/** The colour of a class of idle time, of `count` in all, as red, green and blue of 255. */
export function rgbOf(index: number, count: number): [number, number, number] {
  if (index === 0) return [...ACCESSED];
  const at = count <= 2 ? 0.5 : (index - 1) / (count - 2);
  const place = at * (RAMP.length - 1);
  const from = Math.min(RAMP.length - 2, Math.floor(place));
  return [0, 1, 2].map((channel) =>
    Math.round(RAMP[from][channel] + (RAMP[from + 1][channel] - RAMP[from][channel]) * (place - from))
  ) as [number, number, number];
}

/** {@linkcode rgbOf} as `#rrggbb`. */
export function idleColour(index: number, count: number): string {
  return `#${rgbOf(index, count).map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

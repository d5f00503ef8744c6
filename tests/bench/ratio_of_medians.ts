/** A ratio, with the interval that holds it in 95 of 100 cases. */
export interface Ratio {
  ratio: number;
  low: number;
  high: number;
}

/** The middle value. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * The median of `these` by that of `those`, and its 95 % interval by bootstrap: what the ratio would be if chance had
 * chosen among the pairs once more, `draws` times. Pairs stay pairs, as what changes slowly is in both.
 *
 * @throws {RangeError} unless there are as many of both, and some.
 */
export function ratioOfMedians(these: readonly number[], those: readonly number[], draws = 2_000): Ratio {
  const { length } = these;
  if (length === 0 || length !== those.length) {
    throw new RangeError(`Cannot compare as pairs are needed: there are ${length} and ${those.length} values`);
  }
  const ratios = Array.from({ length: draws }, () => {
    const drawn = Array.from({ length }, () => Math.floor(Math.random() * length));
    return median(drawn.map((i) => these[i])) / median(drawn.map((i) => those[i]));
  }).toSorted((a, b) => a - b);
  return {
    ratio: median(these) / median(those),
    low: ratios[Math.floor(draws * 0.025)],
    high: ratios[Math.ceil(draws * 0.975) - 1],
  };
}

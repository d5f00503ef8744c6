/** A ratio, with the interval that holds it in 95 of 100 cases. */
export interface Ratio {
  ratio: number;
  low: number;
  high: number;
}

/** The middle value. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * The median of the ratios of pairs, and its 95 % interval by bootstrap: what it would be if chance had chosen among the
 * pairs once more, `draws` times. What changes slowly is in both of a pair, and so in no ratio.
 *
 * @throws {RangeError} unless there are as many of both, and some.
 */
export function ratioOfPairs(these: readonly number[], those: readonly number[], draws = 2_000): Ratio {
  const { length } = these;
  if (length === 0 || length !== those.length) {
    throw new RangeError(`Cannot compare as pairs are needed: there are ${length} and ${those.length} values`);
  }
  const ratios = these.map((value, i) => value / those[i]);
  const draw = () => median(Array.from({ length }, () => ratios[Math.floor(Math.random() * length)]));
  const medians = Array.from({ length: draws }, draw).toSorted((a, b) => a - b);
  return {
    ratio: median(ratios),
    low: medians[Math.floor(draws * 0.025)],
    high: medians[Math.ceil(draws * 0.975) - 1],
  };
}

/**
 * How much memory falls into each of `lines` equal steps of idle time: the Python damo's `idle_time_mem_sz`. Between two
 * percentiles memory is taken to be spread evenly.
 *
 * @param percentiles 101 idle times, ascending, in any unit of time.
 * @returns Upper end of each step, in that unit, and the part of the memory in it, percent.
 */
export function idleTimeSteps(percentiles: readonly number[], lines: number): { upTo: number; percent: number }[] {
  const [least, most] = [percentiles[0], percentiles.at(-1)!];
  const step = most === least ? 1 : (most - least) / lines;
  const rows: { upTo: number; percent: number }[] = [];
  // The first step begins below the least value, which belongs to it.
  for (let [from, upTo] = [least - 1, least + step]; from < most; from += step, upTo += step) {
    rows.push({ upTo, percent: percentOfUpTo(percentiles, upTo) - percentOfUpTo(percentiles, from) });
  }
  return rows;
}

/** Percent of the memory that has been idle for at most `time`. */
function percentOfUpTo(percentiles: readonly number[], time: number): number {
  if (time < percentiles[0]) return 0;
  const at = percentiles.findIndex((value) => value >= time);
  if (at < 0) return 100;
  if (percentiles[at] === time) return at;
  const [before, after] = [percentiles[at - 1], percentiles[at]];
  return at - 1 + (time - before) / (after - before);
}

/**
 * All 101 percentiles from some of them, as pairs of a percentile and its value: straight lines between those that are
 * given, and the first and the last line drawn on beyond them.
 *
 * @throws {RangeError} for fewer than two pairs, or percentiles that do not ascend within 0 to 100.
 */
export function fillPercentiles(pairs: readonly (readonly [percentile: number, value: number])[]): number[] {
  const isGood = pairs.every(([percentile, value], i) =>
    Number.isInteger(percentile) && percentile >= 0 && percentile <= 100 && Number.isFinite(value) &&
    (i === 0 || percentile > pairs[i - 1][0])
  );
  if (pairs.length < 2 || !isGood) {
    throw new RangeError(
      "Percentiles are two or more pairs of a percentile (0 to 100, ascending) and a time, not: " +
        (pairs.map((pair) => pair.join(" ")).join(", ") || "none"),
    );
  }
  return Array.from({ length: 101 }, (_, percentile) => {
    const next = pairs.findIndex(([at]) => at >= percentile);
    const upper = Math.max(1, next < 0 ? pairs.length - 1 : next);
    const [[p0, v0], [p1, v1]] = [pairs[upper - 1], pairs[upper]];
    return v0 + (v1 - v0) * (percentile - p0) / (p1 - p0);
  });
}

import { type AccessPattern, type Bounds, type Intervals, MAX } from "../../damon/mod.ts";

/** An access pattern in the counts of a record's snapshots. */
export interface RecordPattern extends AccessPattern {
  /** Whether it asks for the age at all. */
  hasAge: boolean;
}

/**
 * A scheme's pattern in the counts of a snapshot whose intervals are others than the scheme's: the same shares and times,
 * rounded to what they still include. Where the kernel tunes the intervals, counts stay counts.
 */
export function patternIn(
  { szBytes, nrAccesses, age }: AccessPattern,
  intervals: Intervals,
  recorded: Pick<Intervals, "sampleUs" | "aggrUs">,
): RecordPattern {
  const isSame = intervals.sampleUs === recorded.sampleUs && intervals.aggrUs === recorded.aggrUs;
  const samplesOf = ({ sampleUs, aggrUs }: typeof recorded) => Math.max(1, Math.floor(aggrUs / sampleUs));
  const [most, mostRecorded] = [samplesOf(intervals), samplesOf(recorded)];
  const keeps = isSame || intervals.goal !== undefined;
  const rates = keeps ? nrAccesses : scaled(nrAccesses, mostRecorded / most);
  return {
    szBytes,
    // What is the most stays the most, however it is rounded.
    nrAccesses: { min: rates.min, max: nrAccesses.max >= most ? MAX : rates.max },
    age: keeps ? age : scaled(age, intervals.aggrUs / recorded.aggrUs),
    hasAge: age.min > 0 || age.max < 0xffff_ffff,
  };
}

/** Rounding errors of a product are not taken for a fraction. */
const EPSILON = 1e-9;

function scaled({ min, max }: Bounds, factor: number): Bounds {
  return {
    min: Math.ceil(min * factor - EPSILON),
    max: max >= 0xffff_ffff ? MAX : Math.floor(max * factor + EPSILON),
  };
}

import { type AddressRange, maxNrAccessesOf, type Snapshot } from "../../damon/mod.ts";

/** Bytes that both lists hold; each is ascending and does not overlap itself. */
export function commonBytesOf(some: readonly AddressRange[], others: readonly AddressRange[]): number {
  let bytes = 0;
  for (let i = 0, j = 0; i < some.length && j < others.length;) {
    bytes += Math.max(0, Math.min(some[i].end, others[j].end) - Math.max(some[i].start, others[j].start));
    if (some[i].end <= others[j].end) i++;
    else j++;
  }
  return bytes;
}

/** The ranges of which at least `hotFraction` of the samples were found accessed, ascending, neighbours joined. */
export function hotRangesFrom(snapshot: Snapshot, hotFraction: number): AddressRange[] {
  const { length, start, end, nrAccesses } = snapshot.regions;
  const max = maxNrAccessesOf(snapshot);
  const ranges: AddressRange[] = [];
  for (let i = 0; i < length; i++) {
    // Divided, not the threshold multiplied: 0.55 × 20 is a little more than 11.
    if (nrAccesses[i] / max < hotFraction) continue;
    const last = ranges.at(-1);
    if (last?.end === start[i]) last.end = end[i];
    else ranges.push({ start: start[i], end: end[i] });
  }
  return ranges;
}

import { type Intervals, maxNrAccessesOf, Regions, type Snapshot } from "../../damon/mod.ts";

/**
 * A snapshot in as many samples as its intervals are configured to have, at the same access rates. The page sampler takes
 * fewer where it stretches its intervals; the Python damo's formats have no room for that, as the kernel tunes both
 * intervals by one factor.
 */
export function inConfiguredSamples(
  snapshot: Snapshot,
  configured: Pick<Intervals, "sampleUs" | "aggrUs"> | undefined,
): Snapshot {
  if (!configured) return snapshot;
  const [from, to] = [maxNrAccessesOf(snapshot), maxNrAccessesOf(configured)];
  if (from === to) return snapshot;
  const { regions, probeHits } = snapshot;
  const scaled = (counts: Uint32Array) => counts.map((count) => Math.round(count / from * to));
  return {
    ...snapshot,
    sampleUs: Math.round(snapshot.aggrUs / to),
    regions: new Regions(regions.start, regions.end, scaled(regions.nrAccesses), regions.age),
    ...(probeHits && { probeHits: scaled(probeHits) }),
  };
}

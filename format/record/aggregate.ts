import { AGE_UNKNOWN, nrProbesOf, type RecordItem, type Region, Regions, type Snapshot } from "../../damon/mod.ts";

/** How snapshots are made fewer. */
export interface Aggregation {
  /** Snapshots are added up until they take this long, µs; 0 leaves them as they are. */
  aggrUs: number;
  /** So many snapshots of each target are left out first: those in which DAMON has not yet found the regions. */
  skip?: number;
}

/**
 * Adds up snapshots of a target that follow each other, as if the aggregation interval had been longer: a region's accesses
 * are the sum of the largest number that each snapshot has anywhere in it. Where regions differ from snapshot to snapshot,
 * those of the first are kept and what is new beside them is added, as the Python damo's `adjust` does, to the figure. What
 * is left at the end, too short, is left out.
 */
export async function* aggregateItems(
  items: AsyncIterable<RecordItem>,
  { aggrUs, skip = 0 }: Aggregation,
): AsyncGenerator<RecordItem> {
  const seen = new Map<string, number>();
  const waiting = new Map<string, Snapshot[]>();
  for await (const item of items) {
    if (item.kind !== "snapshot") {
      yield item;
      continue;
    }
    const { kdamond, targetId, scheme } = item.snapshot;
    const key = `${kdamond}/${targetId}/${scheme?.index ?? ""}`;
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    if (count < skip) continue;
    if (aggrUs <= 0) {
      yield item;
      continue;
    }
    const group = waiting.get(key) ?? [];
    group.push(item.snapshot);
    const isLong = item.snapshot.endNs - group[0].startNs >= aggrUs * 1000;
    waiting.set(key, isLong ? [] : group);
    if (isLong) yield { kind: "snapshot", snapshot: addUp(group, aggrUs) };
  }
}

interface Sum extends Region {
  passed: number;
  hits: number[];
  known?: Known;
}

/** What is known of memory and looks in a piece. */
interface Known {
  resident: number;
  used: number;
  looks: number;
}

/** By how much a sum grows by one snapshot. */
interface Gain {
  nrAccesses: number;
  hits: number[];
  known?: Known;
}

/** One snapshot out of several of the same target. */
function addUp(group: readonly Snapshot[], aggrUs: number): Snapshot {
  const first = group[0];
  // In the order in which they were added.
  const sums: Sum[] = [];
  const nrProbes = nrProbesOf(first);
  for (const snapshot of group) {
    const { regions, scheme, evidence, probeHits = [] } = snapshot;
    const gains = new Map<Sum, Gain>();
    let at = 0;
    for (const region of regions) {
      // Where their number changed there is nothing to add up.
      const hits = Array.from({ length: nrProbes }, (_, probe) => probeHits[at * nrProbes + probe] ?? 0);
      const known = evidence &&
        { resident: evidence.residentBytes[at], used: evidence.usedBytes[at], looks: evidence.looks[at] };
      add(sums, { ...region, passed: scheme?.passedBytes?.[at] ?? 0, hits, ...(known && { known }) }, gains);
      at++;
    }
    for (const [sum, gain] of gains) {
      sum.nrAccesses += gain.nrAccesses;
      sum.hits = sum.hits.map((hits, probe) => hits + gain.hits[probe]);
      if (sum.known && gain.known) sum.known = later(sum.known, gain.known);
    }
  }
  const { scheme, probeHits: _, evidence: __, ...rest } = first;
  sums.sort((a, b) => a.start - b.start);
  const regions = Regions.from(sums);
  sums.forEach(({ age }, i) => regions.age[i] = age ?? AGE_UNKNOWN);
  return {
    ...rest,
    endNs: group[group.length - 1].endNs,
    aggrUs,
    regions,
    ...(nrProbes > 0 && { probeHits: Uint32Array.from(sums.flatMap(({ hits }) => hits)) }),
    ...evidenceOf(sums),
    ...(scheme && {
      scheme: {
        ...scheme,
        ...(scheme.passedBytes && { passedBytes: Float64Array.from(sums, ({ passed }) => passed) }),
      },
    }),
  };
}

/** Of all regions or of none. */
function evidenceOf(sums: readonly Sum[]): Pick<Snapshot, "evidence"> {
  if (sums.length === 0 || sums.some(({ known }) => !known)) return {};
  const column = (of: keyof Known) => sums.map(({ known }) => Math.round(known![of]));
  return {
    evidence: {
      residentBytes: Float64Array.from(column("resident")),
      usedBytes: Float64Array.from(column("used")),
      looks: Uint32Array.from(column("looks")),
    },
  };
}

/**
 * What is known of the same piece in one snapshot more. Which bytes were used is not known: used in all of the time were at
 * least as many as in any part of it.
 */
function later(sum: Known, next: Known): Known {
  return {
    resident: Math.max(sum.resident, next.resident),
    used: Math.max(sum.used, next.used),
    looks: sum.looks + next.looks,
  };
}

function scaled({ known }: Sum, share: number): { known?: Known } {
  if (!known) return {};
  return { known: { resident: known.resident * share, used: known.used * share, looks: known.looks * share } };
}

function together(a: Known | undefined, b: Known | undefined): { known?: Known } {
  if (!a || !b) return a ? { known: a } : b ? { known: b } : {};
  return { known: { resident: a.resident + b.resident, used: a.used + b.used, looks: a.looks + b.looks } };
}

/** Adds a region to the first sum that it overlaps; what sticks out on either side is added likewise, as its own. */
function add(sums: Sum[], region: Sum, gains: Map<Sum, Gain>): void {
  const overlapping = sums.find((sum) => !(sum.end <= region.start || region.end <= sum.start));
  if (!overlapping) {
    sums.push({ ...region });
    return;
  }
  const { nrAccesses = 0, hits = [], known } = gains.get(overlapping) ?? {};
  const shareOf = (start: number, end: number) => (end - start) / (region.end - region.start);
  const common = shareOf(Math.max(region.start, overlapping.start), Math.min(region.end, overlapping.end));
  gains.set(overlapping, {
    nrAccesses: Math.max(nrAccesses, region.nrAccesses),
    hits: region.hits.map((value, probe) => Math.max(hits[probe] ?? 0, value)),
    ...together(known, scaled(region, common).known),
  });
  const part = (start: number, end: number): Sum => ({
    ...region,
    start,
    end,
    passed: Math.trunc(region.passed / (region.end - region.start) * (end - start)),
    ...scaled(region, shareOf(start, end)),
  });
  if (region.start < overlapping.start) add(sums, part(region.start, overlapping.start), gains);
  if (overlapping.end < region.end) add(sums, part(overlapping.end, region.end), gains);
}

import type { AddressRange } from "../../damon/mod.ts";
import type { TruthAccess, TruthPhase } from "./truth.ts";

/** What a monitor's samples depend on. */
export interface Sampling {
  /** Sampling interval, ns. */
  sampleNs: number;
  /** Aggregation interval, ns. */
  aggrNs: number;
  /** Size of a page, bytes. */
  pageBytes: number;
}

/**
 * The fraction of samples, 0 to 1, in which a perfect monitor sees a page of `access` as accessed, averaged over its
 * pages: how often a page comes round, against how often it is looked at. A sequential pass comes back regularly
 * (`visits × sampleNs`, at most 1), a random one by chance (`1 - exp(-visits × sampleNs)`); a stride of more than a page
 * leaves pages out. A pass that is shorter than an aggregation interval counts as spread over one, as a monitor tells
 * no more: the first touch of all pages is thus as cold as it should be.
 */
export function expectedFractionOf(access: TruthAccess, { sampleNs, aggrNs, pageBytes }: Sampling): number {
  const bytes = access.end - access.start;
  const pages = Math.max(1, Math.ceil(bytes / pageBytes));
  const overNs = Math.max(access.endNs - access.startNs, aggrNs);
  if (access.strideBytes === undefined) {
    return 1 - Math.exp(-access.accesses / pages / overNs * sampleNs);
  }
  const perPass = Math.ceil(bytes / access.strideBytes);
  const visits = access.accesses / perPass;
  return Math.min(1, perPass / pages) * Math.min(1, visits / overNs * sampleNs);
}

/**
 * The address ranges that are hot in `phase`: those of which a perfect monitor finds at least `hotFraction` of the
 * samples accessed, all patterns of the phase taken together. Ascending, not overlapping, not touching.
 */
export function hotRangesOf(phase: TruthPhase, sampling: Sampling, hotFraction: number): AddressRange[] {
  const edges = [...new Set(phase.accesses.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const seen = phase.accesses.map((access) => ({ access, fraction: expectedFractionOf(access, sampling) }));
  const ranges: AddressRange[] = [];
  for (let i = 1; i < edges.length; i++) {
    const [start, end] = [edges[i - 1], edges[i]];
    let unseen = 1;
    for (const { access, fraction } of seen) {
      if (access.start <= start && end <= access.end) unseen *= 1 - fraction;
    }
    // Nothing accessed is never hot, even with a threshold of 0.
    if (unseen === 1 || 1 - unseen < hotFraction) continue;
    const last = ranges.at(-1);
    if (last?.end === start) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges;
}

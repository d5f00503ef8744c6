import {
  byPid,
  formatBytes,
  maxNrAccessesOf,
  nrProbesOf,
  type Probe,
  type RecordHeader,
  type Snapshot,
} from "../../damon/mod.ts";
import type { Column } from "../table/mod.ts";

/** The probes of attributes that were asked for where a snapshot is from. */
export function probesOf({ kdamonds }: Pick<RecordHeader, "kdamonds">, { kdamond }: Snapshot): readonly Probe[] {
  const recorded = byPid(kdamonds, kdamond) ?? (kdamonds.length === 1 ? kdamonds[0] : undefined);
  return recorded?.contexts[0]?.probes ?? [];
}

/** A column for each probe. */
export function probeColumns(probes: readonly Probe[]): Column[] {
  return probes.map((probe, i) => ({
    name: `probe_${i}_percent`,
    title: `probe ${i}`,
    description: `samples in which it was ${probeText(probe)}, %`,
    kind: "percent",
  }));
}

/** In how many of the samples of a region each probe was positive, %; `undefined` where the snapshot does not say. */
export function probePercents(snapshot: Snapshot, nrProbes: number, region: number): (number | undefined)[] {
  const known = nrProbesOf(snapshot);
  const most = maxNrAccessesOf(snapshot);
  return Array.from(
    { length: nrProbes },
    (_, i) => i < known ? Math.min(100, Math.floor(snapshot.probeHits![region * known + i] / most * 100)) : undefined,
  );
}

/** How much memory each probe was positive for, by the share of samples in each region. */
export function probeLines(snapshot: Snapshot, probes: readonly Probe[]): string[] {
  const nr = nrProbesOf(snapshot);
  const { start, end, length } = snapshot.regions;
  const most = maxNrAccessesOf(snapshot);
  return probes.slice(0, nr).map((probe, i) => {
    let bytes = 0;
    for (let at = 0; at < length; at++) {
      bytes += (end[at] - start[at]) * Math.min(1, snapshot.probeHits![at * nr + i] / most);
    }
    return `Probe ${i}: about ${formatBytes(bytes)} were ${probeText(probe)}`;
  });
}

/** What a probe is positive for: `anon`, `none memcg /a`, `rejected anon, then memcg /b`. */
function probeText({ filters }: Probe): string {
  return filters.map(({ type, matching, allow, path }) =>
    [...(allow ? [] : ["rejected"]), ...(matching ? [] : ["none"]), type, ...(path === undefined ? [] : [path])].join(
      " ",
    )
  ).join(", then ");
}

import { formatBytes, formatNs, type Snapshot } from "../../damon/mod.ts";
import {
  type Distribution,
  type Fold,
  leastOf,
  mostOf,
  NumberList,
  Reaggregation,
  type RecordedTarget,
  type RecordSurvey,
  shortTargetNameOf,
} from "../record/mod.ts";
import { SEPARATOR } from "../text/mod.ts";

/** What counts as a working set. */
export interface WssOptions {
  /** A region belongs to it from so many accesses on. Default 1. */
  minAccesses?: number;
  /** A region belongs to it from so many bytes on. Default 1. */
  minBytes?: number;
  /** Snapshots are joined until they span this time, µs. Default 1: each on its own. */
  workUs?: number;
  /** The first snapshots of each target are left out, as DAMON adjusts its regions by then. Default 20. */
  skipSnapshots?: number;
}

interface Series {
  target: RecordedTarget;
  joined: Reaggregation;
  toSkip: number;
  endNs: NumberList;
  bytes: NumberList;
}

/**
 * The working set of each target in each snapshot: the bytes of the regions that were accessed. Keeps two numbers a
 * snapshot, a thousandth of the record, and is exact.
 */
export class WssFold implements Fold {
  readonly #series = new Map<RecordedTarget, Series>();
  readonly #options: Required<WssOptions>;

  /** Keeps nothing yet. */
  constructor(options: WssOptions = {}) {
    this.#options = { minAccesses: 1, minBytes: 1, workUs: 1, skipSnapshots: 20, ...options };
  }

  /** Takes the next snapshot. */
  snapshot(snapshot: Snapshot, target: RecordedTarget): void {
    let series = this.#series.get(target);
    if (!series) this.#series.set(target, series = this.#begin(target));
    if (series.toSkip > 0) {
      series.toSkip--;
      return;
    }
    const joined = series.joined.add(snapshot);
    if (!joined) return;
    series.endNs.push(joined.endNs);
    series.bytes.push(wssOf(joined, this.#options.minAccesses, this.#options.minBytes));
  }

  /** The working sets of each target. */
  perTarget(survey: RecordSurvey): Distribution[] {
    return [...this.#series.values()].map(({ target, endNs, bytes }) => ({
      name: shortTargetNameOf(survey, target),
      timesNs: endNs.values().map((ns) => ns - survey.originNs),
      values: bytes.values(),
    }));
  }

  /**
   * The working sets of all targets together. Whenever one target's snapshot ends, it is the sum of the last working set
   * of each whose snapshots have begun and not ended; targets of one kdamond are sampled together and make one value.
   */
  collapsed(survey: RecordSurvey): Distribution {
    const all = this.perTarget(survey).filter(({ values }) => values.length > 0);
    if (all.length === 1) return { ...all[0], name: "" };
    const [timesNs, values] = [new NumberList(), new NumberList()];
    const at = all.map(() => 0);
    // What is older than this is of a target that is gone.
    const patienceNs = Math.max(0, mostOf(survey.targets.map(({ aggrUs }) => aggrUs.max))) * 2e3;
    for (;;) {
      const next = leastOf(all.map((one, i) => one.timesNs[at[i]] ?? Infinity));
      if (next === Infinity) break;
      let sum = 0;
      all.forEach((one, i) => {
        if (one.timesNs[at[i]] === next) at[i]++;
        if (at[i] > 0 && next - one.timesNs[at[i] - 1] <= patienceNs) sum += one.values[at[i] - 1];
      });
      timesNs.push(next);
      values.push(sum);
    }
    return { name: "", timesNs: timesNs.values(), values: values.values() };
  }

  #begin(target: RecordedTarget): Series {
    const { workUs, skipSnapshots } = this.#options;
    return {
      target,
      joined: new Reaggregation(workUs),
      toSkip: skipSnapshots,
      endNs: new NumberList(),
      bytes: new NumberList(),
    };
  }
}

/** Bytes of the regions with at least so many accesses and bytes. */
export function wssOf({ regions }: Pick<Snapshot, "regions">, minAccesses = 1, minBytes = 1): number {
  const { length, start, end, nrAccesses } = regions;
  let sum = 0;
  for (let i = 0; i < length; i++) {
    if (nrAccesses[i] >= minAccesses && end[i] - start[i] >= minBytes) sum += end[i] - start[i];
  }
  return sum;
}

/** What is to be said about working sets that were taken so. */
export function wssNotes(options: Required<WssOptions>): string[] {
  const { minAccesses, minBytes, workUs, skipSnapshots } = options;
  const least = [
    minAccesses > 1 && `${minAccesses} accesses or more`,
    minBytes > 1 && `${formatBytes(minBytes)} or more`,
  ].filter(Boolean).join(" and ");
  const span = workUs > 1 ? ` within ${formatNs(workUs * 1e3)}, snapshots joined to that` : "";
  return [
    [
      `Working set: regions with ${least || "an access"}${span}`,
      skipSnapshots > 0 && `first ${skipSnapshots} snapshots left out, as regions adjust`,
    ].filter(Boolean).join(SEPARATOR),
  ];
}

import type { Snapshot } from "../../damon/mod.ts";
import {
  type Distribution,
  type Fold,
  NumberList,
  type RecordedTarget,
  type RecordSurvey,
  shortTargetNameOf,
} from "../record/mod.ts";

/** How many regions each snapshot of each target has. */
export class NrRegionsFold implements Fold {
  readonly #series = new Map<RecordedTarget, { seen: number; endNs: NumberList; counts: NumberList }>();

  /** Leaves the first `skip` snapshots of each target out. */
  constructor(readonly skip = 20) {}

  /** Takes the next snapshot. */
  snapshot({ endNs, regions }: Snapshot, target: RecordedTarget): void {
    let series = this.#series.get(target);
    if (!series) {
      this.#series.set(target, series = { seen: 0, endNs: new NumberList(), counts: new NumberList() });
    }
    if (series.seen++ < this.skip) return;
    series.endNs.push(endNs);
    series.counts.push(regions.length);
  }

  /** The counts of each target. */
  perTarget(survey: RecordSurvey): Distribution[] {
    return [...this.#series].map(([target, { endNs, counts }]) => ({
      name: shortTargetNameOf(survey, target),
      timesNs: endNs.values().map((ns) => ns - survey.originNs),
      values: counts.values(),
    }));
  }
}

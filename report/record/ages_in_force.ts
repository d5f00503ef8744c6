import { AGE_UNKNOWN, keyOf, type RecordHeader, Regions, type Snapshot, type TargetKey } from "../../damon/mod.ts";
import { IntervalStarts } from "./idle_starts.ts";

/**
 * Ages in aggregation intervals as long as the one in force, as DAMON has them: its kernel brings ages in line whenever
 * it tunes the interval. The page sampler, which stretches its intervals under load, only goes on counting, so that an
 * age is of short and long ones.
 */
export class AgesInForce {
  readonly #source: RecordHeader["source"];
  readonly #isPages: boolean;
  readonly #targets = new Map<TargetKey, { starts: IntervalStarts; aggrUs: number; isTuned: boolean }>();

  /** @param header Says who recorded. */
  constructor({ source }: Pick<RecordHeader, "source">) {
    this.#source = source;
    this.#isPages = source === "pages" || source === "pages-exact";
  }

  /** The next snapshot of the record, of any target, with such ages; itself where it has them already. */
  of(snapshot: Snapshot): Snapshot {
    if (!this.#isPages) return snapshot;
    const { startNs, endNs, aggrUs, regions } = snapshot;
    const key = keyOf(snapshot);
    let target = this.#targets.get(key);
    if (!target) this.#targets.set(key, target = { starts: new IntervalStarts(this.#source), aggrUs, isTuned: false });
    const { starts } = target;
    starts.add(startNs, endNs);
    target.isTuned ||= target.aggrUs !== aggrUs;
    if (!target.isTuned) return snapshot;
    const aggrNs = aggrUs * 1e3;
    const ages = regions.age.map((age) =>
      age === AGE_UNKNOWN ? age : Math.max(0, Math.round((endNs - starts.before(age, aggrNs)) / aggrNs) - 1)
    );
    return { ...snapshot, regions: new Regions(regions.start, regions.end, regions.nrAccesses, ages) };
  }
}

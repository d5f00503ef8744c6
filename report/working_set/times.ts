import { formatNs, type Snapshot } from "../../damon/mod.ts";
import {
  type Fold,
  type RecordedTarget,
  recordLines,
  type RecordSurvey,
  type TimeRange,
  titleOf,
} from "../record/mod.ts";
import type { Table } from "../table/mod.ts";

/** When snapshots had regions at all: after filters, when memory of that kind was there. */
export class TimesFold implements Fold {
  readonly #last = new Map<RecordedTarget, TimeRange & { snapshots: number }>();
  readonly #times: { target: RecordedTarget; time: TimeRange & { snapshots: number } }[] = [];

  /** Takes the next snapshot. */
  snapshot({ startNs, endNs, regions }: Snapshot, target: RecordedTarget): void {
    if (regions.length === 0) return;
    const last = this.#last.get(target);
    if (last?.endNs === startNs) {
      last.endNs = endNs;
      last.snapshots++;
      return;
    }
    const time = { startNs, endNs, snapshots: 1 };
    this.#last.set(target, time);
    this.#times.push({ target, time });
  }

  /** The times, ns of the record's clock, in the order in which they began. */
  get times(): readonly { target: RecordedTarget; time: TimeRange & { snapshots: number } }[] {
    return this.#times;
  }

  /** The times as a table. */
  table(survey: RecordSurvey): Table {
    // Each begins to count its targets at 0.
    const areSeveral = survey.header.kdamonds.length > 1;
    const total = this.#times.reduce((sum, { time }) => sum + time.endNs - time.startNs, 0);
    return {
      title: titleOf(survey, "When regions were seen of"),
      caption: recordLines(survey),
      totals: [
        `${formatNs(total)} of ${formatNs(survey.durationNs * survey.targets.length)}${
          survey.targets.length > 1 ? ", of all targets together" : ""
        }`,
      ],
      columns: [
        ...(areSeveral
          ? [{ name: "kdamond", title: "kdamond", description: "pid of its kernel thread", kind: "text" } as const]
          : []),
        { name: "target", title: "target", description: "index of the target", kind: "number" },
        { name: "start_s", title: "from", description: "seconds since the start of the record", kind: "seconds" },
        { name: "end_s", title: "to", description: "its end", kind: "seconds" },
        { name: "clock_start_s", title: "from (clock)", description: "seconds of the record's clock", kind: "number" },
        { name: "clock_end_s", title: "to (clock)", description: "its end", kind: "number" },
        { name: "duration_ns", title: "for", description: "how long, ns", kind: "ns", bar: true },
        { name: "snapshots", title: "snapshots", description: "snapshots in it", kind: "count", hidden: true },
      ],
      rows: this.#times.map(({ target, time: { startNs, endNs, snapshots } }) => [
        ...(areSeveral ? [String(target.kdamond)] : []),
        target.index,
        (startNs - survey.originNs) / 1e9,
        (endNs - survey.originNs) / 1e9,
        Number((startNs / 1e9).toFixed(6)),
        Number((endNs / 1e9).toFixed(6)),
        endNs - startNs,
        snapshots,
      ]),
      header: survey.header,
    };
  }
}

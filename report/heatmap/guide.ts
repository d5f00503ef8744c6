import { type AddressRange, formatNr, maxNrAccessesOf, type Snapshot } from "../../damon/mod.ts";
import {
  type Fold,
  type RecordedTarget,
  recordLines,
  type RecordSurvey,
  shortTargetNameOf,
  titleOf,
} from "../record/mod.ts";
import type { Table } from "../table/mod.ts";

interface Guided {
  ranges: (AddressRange & { heat: number; watched: number })[];
  startNs: number;
  endNs: number;
}

/** Which addresses a record is about: those that were monitored at any time, as ranges without a gap. */
export class GuideFold implements Fold {
  readonly #targets: Map<RecordedTarget, Guided> = new Map();

  /** Takes the next snapshot. */
  snapshot(snapshot: Snapshot, target: RecordedTarget): void {
    const { regions: { length, start, end, nrAccesses }, startNs, endNs } = snapshot;
    let guided = this.#targets.get(target);
    if (!guided) this.#targets.set(target, guided = { ranges: [], startNs, endNs });
    guided.endNs = endNs;
    const [max, ns] = [maxNrAccessesOf(snapshot), endNs - startNs];
    for (let from = 0; from < length;) {
      let to = from + 1;
      while (to < length && start[to] === end[to - 1]) to++;
      const range = rangeOf(guided, start[from], end[to - 1]);
      for (let i = from; i < to; i++) {
        range.watched += (end[i] - start[i]) * ns;
        if (nrAccesses[i] > 0) range.heat += (end[i] - start[i]) * ns * Math.min(1, nrAccesses[i] / max);
      }
      from = to;
    }
  }

  /** The ranges of each target, ascending. */
  ranges(): Map<RecordedTarget, AddressRange[]> {
    return new Map([...this.#targets].map(([target, { ranges }]) => [target, ranges]));
  }

  /** The ranges as a table. */
  table(survey: RecordSurvey): Table {
    return {
      title: titleOf(survey, "What to draw of"),
      caption: recordLines(survey),
      totals: [...this.#targets].map(([target, { startNs, endNs }]) =>
        `target ${target.index} (id ${target.targetId}) · ${formatNr(startNs)} to ${
          formatNr(endNs)
        } ns of the record's clock`
      ),
      columns: [
        { name: "target", title: "target", description: "whose addresses", kind: "text" },
        { name: "range", title: "range", description: "index of the range", kind: "number" },
        { name: "start", title: "start", description: "first byte, hexadecimal", kind: "address" },
        { name: "end", title: "end", description: "one past the last byte", kind: "address" },
        { name: "size_bytes", title: "size", description: "its size", kind: "bytes" },
        {
          name: "accessed_percent",
          title: "accessed",
          description: "samples that found it accessed, %",
          kind: "percent",
        },
      ],
      rows: [...this.#targets].flatMap(([target, { ranges }]) =>
        ranges.map(({ start, end, heat, watched }, i) => [
          shortTargetNameOf(survey, target),
          i,
          start,
          end,
          end - start,
          heat / watched * 100,
        ])
      ),
      header: survey.header,
    };
  }
}

/** The range that holds these addresses; it grows, and takes in others that it then touches. */
function rangeOf(guided: Guided, start: number, end: number): Guided["ranges"][number] {
  const { ranges } = guided;
  const found = ranges.find((range) => range.start <= start && end <= range.end);
  if (found) return found;
  const met = ranges.filter((range) => range.start <= end && start <= range.end);
  const joined = {
    start: Math.min(start, ...met.map((range) => range.start)),
    end: Math.max(end, ...met.map((range) => range.end)),
    heat: met.reduce((sum, { heat }) => sum + heat, 0),
    watched: met.reduce((sum, { watched }) => sum + watched, 0),
  };
  guided.ranges = [...ranges.filter((range) => !met.includes(range)), joined].sort((a, b) => a.start - b.start);
  return joined;
}

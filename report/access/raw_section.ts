import { AGE_UNKNOWN, formatNs, type Snapshot } from "../../damon/mod.ts";
import type { Section } from "./sections.ts";
import type { RecordedTarget, RecordSurvey } from "../record/mod.ts";
import type { Column } from "../table/mod.ts";

const COLUMNS: readonly Column[] = [
  { name: "kdamond", title: "kdamond", description: "pid of the kdamond", kind: "number", hidden: true },
  { name: "target_id", title: "target", description: "DAMON's id of the target", kind: "text", hidden: true },
  {
    name: "start_ns",
    title: "from",
    description: "start of the snapshot, ns of the record's clock",
    kind: "number",
    hidden: true,
  },
  { name: "end_ns", title: "to", description: "its end", kind: "number", hidden: true },
  { name: "start", title: "start", description: "first byte, hexadecimal", kind: "address" },
  { name: "end", title: "end", description: "one past the last byte", kind: "address" },
  { name: "size_bytes", title: "size", description: "its size", kind: "bytes" },
  { name: "nr_accesses", title: "accesses", description: "samples that found it accessed", kind: "count" },
  { name: "age", title: "age", description: "aggregation intervals for which it has been so", kind: "count" },
];

/** One snapshot as it is in the record. */
export function rawSectionOf(
  snapshot: Snapshot,
  target: RecordedTarget,
  { originNs }: Pick<RecordSurvey, "originNs">,
): Section {
  const { kdamond, targetId, startNs, endNs, regions } = snapshot;
  const place = [kdamond, String(targetId), startNs, endNs];
  return {
    head: [
      `kdamond ${kdamond} · target ${target.index} (id ${targetId}) · ` +
      `${((startNs - originNs) / 1e9).toFixed(3)} s to ${((endNs - originNs) / 1e9).toFixed(3)} s ` +
      `(${formatNs(endNs - startNs)}) · ${regions.length} regions`,
    ],
    columns: COLUMNS,
    rows: Array.from({ length: regions.length }, (_, i) => [
      ...place,
      regions.start[i],
      regions.end[i],
      regions.end[i] - regions.start[i],
      regions.nrAccesses[i],
      regions.age[i] === AGE_UNKNOWN ? undefined : regions.age[i],
    ]),
    tail: [],
  };
}

import { FidelityFold } from "../report/fidelity/fidelity.ts";
import type { FidelityReport } from "../report/fidelity/caption.ts";
import type { RecordItem } from "../damon/mod.ts";
import { fidelityBetween } from "../report/fidelity/records.ts";
import { PROCESS_HEADER } from "./memory_record.ts";
import { access, phase, snapshot, truth } from "./truths.ts";

const S = 1e9;

/** Two regions of 8 MiB that are busy in turn, two seconds each, after a rest of one. */
export const TRUTH = truth([[0, 2048], [4096, 6144]], [
  { ...phase(4 * S, 5 * S), name: "(wait)" },
  { ...phase(5 * S, 7 * S, access(0, 2048)), name: "lower, first" },
  { ...phase(7 * S, 9 * S, access(4096, 6144)), name: "upper" },
]);

/** A record of it that begins late, follows half a second late, shows a little too much, and has a gap. */
export const SNAPSHOTS = [
  snapshot(4.5 * S, 5 * S, [0, 8192, 0]),
  snapshot(5 * S, 5.5 * S, [0, 8192, 1]),
  snapshot(5.5 * S, 6 * S, [0, 2560, 20], [2560, 8192, 0]),
  snapshot(6 * S, 6.5 * S, [0, 2048, 19], [2048, 8192, 0]),
  snapshot(7 * S, 7.5 * S, [0, 2048, 12], [2048, 8192, 0]),
  snapshot(7.5 * S, 9 * S, [0, 4096, 0], [4096, 5888, 20], [5888, 8192, 3]),
];

/** Of {@linkcode SNAPSHOTS} against {@linkcode TRUTH}. */
export function truthReport(timeRows: number): FidelityReport {
  const fold = new FidelityFold(TRUTH, { timeRows });
  SNAPSHOTS.forEach((it) => fold.add(it));
  const notes = ["The record is not complete: it has no footer"];
  return {
    fidelity: fold.result(),
    header: PROCESS_HEADER,
    pid: 42,
    reference: { kind: "truth", truth: { ...TRUTH, config: "configs/zigzag.cfg" } },
    notes,
  };
}

/** Of {@linkcode SNAPSHOTS} against one long snapshot of the exact page sampler. */
export async function recordsReport(timeRows: number): Promise<FidelityReport> {
  const items = (all: typeof SNAPSHOTS) => all.map((snapshot): RecordItem => ({ kind: "snapshot", snapshot }));
  const reference = [snapshot(5 * S, 9 * S, [0, 4096, 20], [4096, 6144, 0])];
  return {
    fidelity: await fidelityBetween(items(SNAPSHOTS), items(reference), { timeRows }),
    header: PROCESS_HEADER,
    pid: 42,
    reference: { kind: "record", header: { ...PROCESS_HEADER, source: "pages-exact" } },
    notes: [],
  };
}

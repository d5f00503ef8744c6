import { byPid, formatBytes, formatNr, formatNs, type RecordHeader, type Source } from "../../damon/mod.ts";
import type { Fidelity } from "./fidelity.ts";
import type { HeatCaption } from "../heatmap/mod.ts";
import type { Extent } from "../record/mod.ts";
import type { Truth } from "./truth.ts";
import { SEPARATOR } from "../text/mod.ts";

/** A comparison with all that a reader must know to understand it. */
export interface FidelityReport {
  /** The outcome. */
  fidelity: Fidelity;
  /** Of the record. */
  header: RecordHeader;
  /** The process; `undefined` for physical memory. */
  pid: number | undefined;
  /** What the record was held against. */
  reference: FidelityReference;
  /** What is lacking, a sentence each: a record that was cut off, lost events. */
  notes: string[];
}

/** A workload's truth, or another record of the same run. */
export type FidelityReference =
  | { kind: "truth"; truth: Truth }
  | { kind: "record"; header: RecordHeader };

/** Title and lines for a comparison: the scores, what counts as hot, who recorded, what it was held against, losses. */
export function fidelityCaptionOf(report: FidelityReport): HeatCaption {
  const { header, reference, notes } = report;
  const against = reference.kind === "truth" ? "the workload's truth" : sourceNameOf(reference.header.source);
  return {
    title: `${capitalized(sourceNameOf(header.source))} against ${against}: ${subjectOf(report)}`,
    lines: [scoresLine(report), comparedLine(report), recordedLine(report), referenceLine(reference), ...notes],
  };
}

/** What the reference is called in tables and legends. */
export function referenceNameOf({ reference }: FidelityReport): string {
  return reference.kind === "truth" ? "truth" : "reference";
}

/** A monitor as a person would say it. */
const SOURCE_NAMES: Record<Source, string> = {
  damon: "DAMON",
  pages: "the page sampler",
  "pages-exact": "the exact page sampler",
  unknown: "an unknown monitor",
};

function sourceNameOf(source: Source): string {
  return SOURCE_NAMES[source] ?? source;
}

function subjectOf({ header, pid, reference }: FidelityReport): string {
  if (pid === undefined) return "physical memory";
  const comm = byPid(header.processes, pid)?.comm || "process";
  const name = reference.kind === "truth" ? baseOf(reference.truth.config) || comm : comm;
  return `${name} (pid ${pid})`;
}

function scoresLine({ fidelity: { all } }: FidelityReport): string {
  if (all.coveredNs === 0) return "Nothing was compared";
  const share = (name: string, value: number | undefined) => `${name} ${value?.toFixed(3) ?? "of nothing"}`;
  return [
    share("Precision", all.precision),
    share("recall", all.recall),
    `${share("F1", all.f1)} of hot address × time`,
    `working set ${formatBytes(all.hotBytes)}, shown as ${formatBytes(all.seenBytes)}, off by ${
      formatBytes(all.errorBytes)
    } on average`,
  ].join(SEPARATOR);
}

function comparedLine({ fidelity, reference }: FidelityReport): string {
  const { all, hotFraction, toleranceNs, snapshots } = fidelity;
  return [
    `Hot: accessed in ${Number((hotFraction * 100).toFixed(2))} % of samples or more`,
    reference.kind === "truth" ? "only in the workload's regions" : "only where and when both monitored",
    `${formatNr(snapshots)} ${snapshots === 1 ? "snapshot" : "snapshots"} over ${formatNs(all.coveredNs)}`,
    ...toleranceNs > 0 ? [`${formatNs(toleranceNs)} around each change of phase left out`] : [],
  ].join(SEPARATOR);
}

function recordedLine({ header, fidelity }: FidelityReport): string {
  const { snapshots, sampleUs, aggrUs } = fidelity;
  const us = ({ min, max }: Extent) =>
    min === max ? formatNs(min * 1e3) : `${formatNs(min * 1e3)} to ${formatNs(max * 1e3)}`;
  const sampled = snapshots === 0 ? [] : [`sampled every ${us(sampleUs)}`, `aggregated over ${us(aggrUs)}`];
  return [`Recorded by ${sourceNameOf(header.source)}${operationsOf(header)}`, ...sampled, ...hostOf(header)]
    .join(SEPARATOR);
}

function referenceLine(reference: FidelityReference): string {
  if (reference.kind === "record") {
    return `Reference: recorded by ${sourceNameOf(reference.header.source)}${operationsOf(reference.header)}` +
      SEPARATOR + reference.header.tool;
  }
  const { config, phases, reason } = reference.truth;
  const ended = phases.filter(({ endNs }) => endNs !== undefined).length;
  return `Truth: what the workload ${baseOf(config)} says it did in ${ended} ${ended === 1 ? "phase" : "phases"}` +
    (reason === undefined ? `${SEPARATOR}it was killed: what it did last is unknown` : "");
}

function operationsOf({ kdamonds }: RecordHeader): string {
  const operations = [...new Set(kdamonds.flatMap(({ contexts }) => contexts.map((context) => context.operations)))];
  return operations.length > 0 ? ` (${operations.join(", ")})` : "";
}

function hostOf({ host: { kernelRelease, machine, hostname }, tool }: RecordHeader): string[] {
  return [
    kernelRelease && `Linux ${kernelRelease}${machine ? ` ${machine}` : ""}`,
    hostname && `host ${hostname}`,
    tool,
  ].filter((part) => part !== "");
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

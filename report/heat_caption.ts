import { formatBytes, formatNr, formatNs, type RecordedProcess } from "../damon/mod.ts";
import type { HeatBand, Heatmap } from "./heatmap.ts";
import { SEPARATOR, shorten } from "./wrap.ts";
import type { Extent, SurveyedTarget } from "./heat_survey.ts";

/** What stands above and below a heat map. */
export interface HeatCaption {
  /** Whose memory this is. */
  title: string;
  /** One sentence a line: what recorded it, how, what is shown, what was lost. */
  lines: string[];
}

/**
 * Says what a heat map shows: target, monitor, intervals, machine, date, what was left out, and every loss.
 *
 * @see {@linkcode HeatCaption}
 */
export function captionOf(heatmap: Heatmap): HeatCaption {
  return {
    title: titleOf(heatmap),
    lines: [recordedLine(heatmap), sampledLine(heatmap), shownLine(heatmap), ...lossLines(heatmap)],
  };
}

/** Name of a target: its command and pid, or what else is known of it. */
export function targetNameOf(heatmap: Heatmap, target: SurveyedTarget): string {
  return nameWith(
    heatmap,
    target,
    (process) => process.cmdline.map((word, i) => i === 0 ? baseOf(word) : word).join(" ") || process.comm,
  );
}

/** The same with the command's name only. */
export function shortTargetNameOf(heatmap: Heatmap, target: SurveyedTarget): string {
  return nameWith(heatmap, target, (process) => process.comm || baseOf(process.cmdline[0] ?? ""));
}

const PHYSICAL = "physical memory";

function nameWith({ header }: Heatmap, target: SurveyedTarget, nameOf: (process: RecordedProcess) => string): string {
  const kdamond = header.kdamonds.find(({ pid }) => pid === target.kdamond) ?? header.kdamonds[0];
  if (kdamond?.contexts[0]?.operations === "paddr") return PHYSICAL;
  if (target.pid === undefined) return `target ${target.index}`;
  const process = header.processes.find(({ pid }) => pid === target.pid);
  return `${shorten((process && nameOf(process)) || "process", 60)} (pid ${target.pid})`;
}

/** Name of a band: what lies there, or the target's memory. */
export function bandNameOf(heatmap: Heatmap, band: HeatBand): string {
  if (band.name !== "") return band.name;
  return targetNameOf(heatmap, band.target) === PHYSICAL ? "physical" : "unnamed";
}

function titleOf(heatmap: Heatmap): string {
  const { survey } = heatmap;
  if (survey.targets.length === 1) {
    const name = targetNameOf(heatmap, survey.targets[0]);
    return name === PHYSICAL ? `Accesses to ${PHYSICAL}` : `Memory accesses of ${name}`;
  }
  return `Memory accesses of ${survey.targets.length} targets: ${
    shorten(survey.targets.map((target) => shortTargetNameOf(heatmap, target)).join(", "), 70)
  }`;
}

function recordedLine({ header, survey }: Heatmap): string {
  const source = { damon: "DAMON", pages: "the page sampler", "pages-exact": "the exact page sampler", unknown: "" };
  const operations = [...new Set(header.kdamonds.flatMap(({ contexts }) => contexts.map((one) => one.operations)))];
  const { hostname, kernelRelease, machine } = header.host;
  return [
    [
      "Recorded",
      source[header.source] && `by ${source[header.source]}`,
      operations.length && `(${operations.join(", ")})`,
    ]
      .filter(Boolean).join(" "),
    kernelRelease && `Linux ${kernelRelease}${machine ? ` ${machine}` : ""}`,
    hostname && `host ${hostname}`,
    dateOf(header.clock, survey.originNs),
    header.tool,
  ].filter(Boolean).join(SEPARATOR);
}

function dateOf(clock: Heatmap["header"]["clock"], originNs: number): string {
  if (!(clock.originWallMs > 0)) return "";
  const ms = clock.originWallMs + (originNs - clock.originNs) / 1e6;
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function sampledLine({ survey, header }: Heatmap): string {
  const { targets, durationNs, timeRange } = survey;
  const over = (pick: (target: SurveyedTarget) => Extent): Extent => ({
    min: Math.min(...targets.map((target) => pick(target).min)),
    max: Math.max(...targets.map((target) => pick(target).max)),
  });
  const us = ({ min, max }: Extent) =>
    min === max ? formatNs(min * 1e3) : `${formatNs(min * 1e3)} to ${formatNs(max * 1e3)} (tuned)`;
  const limits = header.kdamonds[0]?.contexts[0]?.nrRegions;
  const regions = over((target) => target.nrRegions);
  const shownNs = timeRange.endNs - timeRange.startNs;
  const snapshots = targets.reduce((sum, target) => sum + target.snapshots, 0);
  return [
    `Sampled every ${us(over((target) => target.sampleUs))}`,
    `aggregated over ${us(over((target) => target.aggrUs))}`,
    `${rangeText(regions)} ${regions.max === 1 ? "region" : "regions"}${
      limits?.max ? ` (allowed ${rangeText(limits)})` : ""
    }`,
    `${formatNr(snapshots)} ${snapshots === 1 ? "snapshot" : "snapshots"} in ${formatNs(shownNs)}${
      shownNs < durationNs ? ` of ${formatNs(durationNs)}` : ""
    }`,
  ].join(SEPARATOR);
}

function shownLine({ coverage, bands }: Heatmap): string {
  const { shownBytes, monitoredBytes, idleBytes, heatShare } = coverage;
  const left = monitoredBytes - shownBytes;
  const shown = `Shown: ${formatBytes(shownBytes)} in ${bands.length} ${bands.length === 1 ? "band" : "bands"}`;
  if (idleBytes === monitoredBytes) return `${shown} · nothing was seen accessed`;
  if (left <= 0) return `${shown}, all that was monitored`;
  const share = heatShare >= 0.9995 ? (heatShare === 1 ? "all" : "over 99.9 %") : `${(heatShare * 100).toFixed(1)} %`;
  return `${shown} with ${share} of the accesses · left out: ${formatBytes(left)} of ${formatBytes(monitoredBytes)}` +
    ` · never seen accessed: ${formatBytes(idleBytes)}`;
}

function lossLines({ survey: { footer, incomplete } }: Heatmap): string[] {
  const lines: string[] = [];
  if (footer && footer.dropped + footer.torn > 0) {
    lines.push(
      `Lost: ${formatNr(footer.dropped)} of ${formatNr(footer.events)} events · ${formatNr(footer.torn)} torn ${
        footer.torn === 1 ? "snapshot is" : "snapshots are"
      } left out`,
    );
  }
  if (incomplete) lines.push(`The record is not complete: ${incomplete}`);
  return lines;
}

function rangeText({ min, max }: Extent): string {
  return min === max ? formatNr(min) : `${formatNr(min)}–${formatNr(max)}`;
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

import {
  byPid,
  formatBytes,
  formatNr,
  formatNs,
  type RecordedProcess,
  type RecordFooter,
  type RecordHeader,
} from "../../damon/mod.ts";
import { poorLines, qualityLine } from "./quality_text.ts";
import type { RecordedTarget } from "./targets.ts";
import type { RecordSurvey } from "./survey.ts";
import type { Extent } from "./targets.ts";
import { selectionLine } from "./selection_line.ts";
import { SEPARATOR, shorten } from "../text/mod.ts";
import { leastOf, mostOf } from "./most_of.ts";

/** Something that has a record's header, and names for its targets with it. */
export type Headed = { header: RecordHeader };

/** Name of a target: its command and pid, or what else is known of it. */
export function targetNameOf(headed: Headed, target: RecordedTarget): string {
  return nameWith(
    headed,
    target,
    // On one line, whatever a script on the command line looks like.
    ({ cmdline, comm }) =>
      cmdline.map((word, i) => i === 0 ? baseOf(word) : word).join(" ").replace(/\s+/g, " ").trim() || comm,
  );
}

/** The same with the command's name only. */
export function shortTargetNameOf(headed: Headed, target: RecordedTarget): string {
  return nameWith(headed, target, (process) => process.comm || baseOf(process.cmdline[0] ?? ""));
}

/** Name of the target of a record of physical memory. */
export const PHYSICAL = "physical memory";

function nameWith({ header }: Headed, target: RecordedTarget, nameOf: (process: RecordedProcess) => string): string {
  const kdamond = byPid(header.kdamonds, target.kdamond) ?? header.kdamonds[0];
  if (kdamond?.contexts[0]?.operations === "paddr") return PHYSICAL;
  if (target.pid === undefined) return `target ${target.index}`;
  const process = byPid(header.processes, target.pid);
  return `${shorten((process && nameOf(process)) || "process", 60)} (pid ${target.pid})`;
}

/** What a report is about: `Working set of python3 train.py (pid 42)`. */
export function titleOf(survey: RecordSurvey, what: string): string {
  const { targets } = survey;
  if (targets.length === 1) return `${what} ${targetNameOf(survey, targets[0])}`;
  if (targets.length === 0) return `${what} no target`;
  // More have no room, however short they are.
  const names = shorten(targets.slice(0, 36).map((target) => shortTargetNameOf(survey, target)).join(", "), 70);
  return `${what} ${targets.length} targets: ${names}`;
}

/** Who recorded it, where and when. */
export function recordedLine({ header, originNs }: RecordSurvey): string {
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
    dateOf(header.clock, originNs),
    header.tool,
  ].filter(Boolean).join(SEPARATOR);
}

/** When it began, by the wall clock; empty where that is not known. */
export function dateOf(clock: RecordHeader["clock"], originNs: number): string {
  if (!(clock.originWallMs > 0) || Number.isNaN(originNs)) return "";
  const ms = clock.originWallMs + (originNs - clock.originNs) / 1e6;
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** How it was sampled, and how much of it there is. */
export function sampledLine({ targets, durationNs, timeRange, header }: RecordSurvey): string {
  const over = (pick: (target: RecordedTarget) => Extent): Extent => ({
    min: leastOf(targets.map((target) => pick(target).min)),
    max: mostOf(targets.map((target) => pick(target).max)),
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

/** What who looked could not see, a sentence each. */
export function unseenLines(footer: RecordFooter | undefined): string[] {
  const { hugetlbBytes = 0, hasBlindSpot } = footer?.pages ?? {};
  const lines: string[] = [];
  if (hugetlbBytes > 0) {
    lines.push(`Left out: ${formatBytes(hugetlbBytes)} of hugetlbfs, whose accessed bits nothing clears`);
  }
  const restarts = (footer?.targets ?? []).reduce((sum, { restarts = 0 }) => sum + restarts, 0);
  if (restarts > 0) {
    const times = restarts === 1 ? "once" : `${formatNr(restarts)} times`;
    lines.push(`DAMON began anew ${times}, and ages with it, as children ended`);
  }
  if (hasBlindSpot) lines.push("Small memory in constant use may look idle: the kernel has CONFIG_MEM_SOFT_DIRTY");
  return lines;
}

/** Every loss, and what could not be seen, a sentence each. */
export function lossLines({ footer, incomplete, remarks = [] }: RecordSurvey): string[] {
  const lines: string[] = [];
  if (footer && footer.dropped + footer.torn > 0) {
    lines.push(
      `Lost: ${formatNr(footer.dropped)} of ${formatNr(footer.events)} events · ${formatNr(footer.torn)} torn ${
        footer.torn === 1 ? "snapshot is" : "snapshots are"
      } left out`,
    );
  }
  lines.push(...unseenLines(footer));
  if (incomplete) lines.push(`The record is not complete: ${incomplete}`);
  lines.push(...remarks);
  return lines;
}

/** `5` or `5–9`. */
export function rangeText({ min, max }: Extent): string {
  return min === max ? formatNr(min) : `${formatNr(min)}–${formatNr(max)}`;
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** All that is to be said about where a report's figures come from; that they say little comes first. */
export function recordLines(survey: RecordSurvey): string[] {
  return [
    ...poorLines(survey),
    recordedLine(survey),
    sampledLine(survey),
    ...qualityLine(survey),
    ...selectionLine(survey.selection),
    ...lossLines(survey),
  ];
}

import { formatBytes, formatNr } from "../../damon/mod.ts";
import type { HeatBand, Heatmap } from "./heatmap.ts";
import {
  lossLines,
  PHYSICAL,
  poorLines,
  qualityLine,
  recordedLine,
  sampledLine,
  selectionLine,
  shortTargetNameOf,
  targetNameOf,
} from "../record/mod.ts";
import { workingSetLine } from "../working_set/mod.ts";
import { shorten } from "../text/mod.ts";

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
    lines: [
      ...poorLines(heatmap.survey),
      recordedLine(heatmap.survey),
      sampledLine(heatmap.survey),
      workingSetLine(heatmap.workingSet),
      ...qualityLine(heatmap.survey),
      shownLine(heatmap),
      ...hiddenLines(heatmap),
      ...selectionLine(heatmap.survey.selection),
      ...lossLines(heatmap.survey),
    ],
  };
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
    shorten(survey.targets.slice(0, 36).map((target) => shortTargetNameOf(heatmap, target)).join(", "), 70)
  }`;
}

/** Of how many targets nothing is drawn, where there are more than a picture has room for. */
function hiddenLines({ survey, bands }: Heatmap): string[] {
  const shown = new Set(bands.map(({ target }) => target)).size;
  const hidden = survey.targets.length - shown;
  if (hidden === 0) return [];
  return [
    `Drawn: the ${formatNr(shown)} targets with the most accesses · not drawn: ${
      formatNr(hidden)
    }, which choosing a target draws`,
  ];
}

function shownLine({ coverage, bands }: Heatmap): string {
  const { shownBytes, monitoredBytes, idleBytes, idleResidentBytes, heatShare } = coverage;
  const left = monitoredBytes - shownBytes;
  const pieces = bands.reduce((sum, band) => sum + band.pieces.length, 0);
  const shown = `Shown: ${formatBytes(shownBytes)} in ${bands.length} ${bands.length === 1 ? "band" : "bands"}` +
    (pieces > bands.length ? ` (${pieces.toLocaleString("en")} pieces, gaps cut out)` : "");
  if (idleBytes === monitoredBytes) return `${shown} · nothing was seen accessed`;
  if (left <= 0) return `${shown}, all that was monitored`;
  const share = heatShare >= 0.9995 ? (heatShare === 1 ? "all" : "over 99.9 %") : `${(heatShare * 100).toFixed(1)} %`;
  return `${shown} with ${share} of the accesses · left out: ${formatBytes(left)} of ${formatBytes(monitoredBytes)}` +
    ` · never seen accessed: ${formatBytes(idleResidentBytes ?? idleBytes)}` +
    (idleResidentBytes === undefined ? "" : " of what is resident");
}

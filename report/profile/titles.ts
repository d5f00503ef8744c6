import { formatNr, formatNs, type ProfileFrame } from "../../damon/mod.ts";
import type { ProfileReport } from "./profile.ts";
import { titleOf } from "../record/mod.ts";

/** A function or file as tables and charts have it; what has no symbol is named by its file. */
export function frameNameOf({ function: name, file }: ProfileFrame): string {
  return name || (file ? `(no symbols: ${file})` : "(not known)");
}

/** The first words of a title: what was running. */
export function profileTitleOf({ survey, isFiltered }: ProfileReport): string {
  return titleOf(survey, isFiltered ? "CPU profile while memory fitted the filters, of" : "CPU profile of");
}

/** How it was found, and how much of it: for captions. */
export function profileLines({ hz, samples, otherwise, selectedNs, isFiltered, survey }: ProfileReport): string[] {
  const { dropped = 0, leftOut = 0 } = survey.footer?.profile ?? {};
  const time = (count: number) => formatNs(count / Math.max(1, hz) * 1e9);
  return [
    [
      `${formatNr(samples)} samples, ${formatNr(hz)} a second of each CPU: ${time(samples)} of CPU time in ${
        formatNs(selectedNs)
      } of snapshots`,
      ...(isFiltered ? [`the rest of the time: ${formatNr(otherwise)} samples (${time(otherwise)})`] : []),
    ].join(" · "),
    ...(dropped > 0 ? [`Lost: ${formatNr(dropped)} samples, for which there was no room`] : []),
    ...(leftOut > 0 ? [`Left out: ${formatNr(leftOut)} processes more than can be sampled`] : []),
  ];
}

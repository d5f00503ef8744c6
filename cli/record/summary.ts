import { formatBytes, formatNr, formatNs, type RecordFooter, type RecordHeader } from "../../damon/mod.ts";
import { isStream } from "../../format/bytes/mod.ts";
import { filesOf, type RecordOutput } from "../../live/mod.ts";
import { shellWord } from "../terminal/mod.ts";

/** What was recorded, in a sentence: `recorded 12 snapshots of 340 regions in 1.2 s, nothing lost; ended by: timeout`. */
export function sentenceOf(footer: RecordFooter, startNs: number): string {
  const { reason, snapshots, regions, dropped, torn, endNs, pages, profile, following } = footer;
  const lost = dropped + torn === 0
    ? "nothing lost"
    : `${formatNr(dropped)} events dropped (${formatNr(torn)} snapshots left out for it)`;
  const cost = pages ? `, ${(pages.cpuNs / (endNs - startNs) * 100).toFixed(1)} % of one CPU for sampling` : "";
  const unseen = pages?.hugetlbBytes ? `, ${formatBytes(pages.hugetlbBytes)} of hugetlbfs left out` : "";
  const samples = profile
    ? `, ${formatNr(profile.samples)} CPU samples${profile.dropped > 0 ? ` (${formatNr(profile.dropped)} lost)` : ""}`
    : "";
  const commits = (following ?? []).reduce((sum, { commits }) => sum + commits, 0);
  const refused = (following ?? []).reduce((sum, { refused }) => sum + refused, 0);
  const followed = following
    ? `, ranges changed ${formatNr(commits)} times${refused > 0 ? ` (the kernel refused ${formatNr(refused)})` : ""}`
    : "";
  const what = `recorded ${formatNr(snapshots)} snapshots of ${formatNr(regions)} regions`;
  return `${what} in ${formatNs(endNs - startNs)}, ${lost}${followed}${unseen}${samples}${cost}; ended by: ${reason}`;
}

/** What was recorded, where it is, and how to look at it. */
export function summaryOf(writer: RecordOutput, footer: RecordFooter, { clock, kdamonds }: RecordHeader): string {
  const size = formatBytes(writer.bytes);
  const files = filesOf(writer);
  const last = files.at(-1)!;
  const hasSchemes = kdamonds.some(({ contexts }) => contexts.some(({ schemes }) => schemes?.length));
  const report = hasSchemes ? "schemes" : "heatmap";
  const where = files.length > 1 ? `${files[0]} to ${last}, ${files.length} files` : last;
  const lines = [
    `damo: ${sentenceOf(footer, clock.originNs)}`,
    writer.path === "-"
      ? `damo: wrote ${size} to standard output`
      : isStream(last)
      ? `damo: wrote ${size} to ${last}`
      : footer.snapshots === 0
      ? `damo: wrote ${where} (${size}), without a snapshot: record for longer than an aggregation interval`
      : `damo: wrote ${where} (${size}); see it with: damo report ${report} -i ${shellWord(last)}`,
  ];
  if (footer.exitCode !== undefined) lines.push(`damo: the command ended with exit code ${footer.exitCode}`);
  return lines.join("\n");
}

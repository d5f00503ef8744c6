import { formatBytes, formatNr, formatNs, type RecordFooter, type RecordHeader } from "../../damon/mod.ts";
import { ENOUGH_LOOKS, type RecordQuality } from "./quality.ts";
import { SEPARATOR } from "../text/mod.ts";

/** From these on a record says little. Documented in docs/fidelity.md. */
export const QUALITY_LIMITS = {
  /** Fewer snapshots, and fewer windows in which the working set was measured. */
  snapshots: 5,
  windows: 3,
  /** A smaller share of the resident bytes in regions with enough looks a second. */
  wellLookedShare: 0.5,
  /** A smaller share of what was watched is in memory: gaps take the looks. */
  residentShare: 0.1,
  /** A larger error of the working set, as a share of it; and of what is resident. */
  errorShare: 0.25,
  residentErrorShare: 0.02,
  /** Snapshots that are so many times as long as asked for, and so long, ns: every page is looked at once a second or two. */
  intervalTimes: 3,
  intervalNs: 3e9,
  /** More sampling intervals left out, and more events lost. */
  missedShare: 0.2,
  lostShare: 0.1,
  /** A larger share of the resident bytes in mappings that were not looked at. */
  unwatchedShare: 0.05,
} as const;

/** The part of a record's survey that its quality is told from. */
export interface Judged {
  /** The record's header. */
  header: RecordHeader;
  /** What the recorder counted; absent where the record is cut off. */
  footer: RecordFooter | undefined;
  /** What the record can tell; absent where nobody looked. */
  quality?: RecordQuality;
}

/** Why a record says little, and what would say more, a sentence each; none of a record that does not. */
export function poorLines(judged: Judged): string[] {
  const { quality } = judged;
  if (!quality) return [];
  if (quality.snapshots === 0) return noSnapshots(judged, quality);
  return [
    ...fewSnapshots(quality),
    ...isSparse(quality) ? [sparse(judged, quality)] : fewLooks(judged, quality),
    ...largeError(judged, quality),
    ...longIntervals(judged, quality),
    ...lost(quality),
    ...unwatched(judged, quality),
  ].map((line, i) => i === 0 ? `This record says little: ${line}` : `Also: ${line}`);
}

/** What a record's figures are based on, in a line; empty where the record does not tell it by region or mapping. */
export function qualityLine({ quality }: Judged): string[] {
  if (!quality || quality.snapshots === 0) return [];
  const { basis, residentBytes, wellLookedShare, looks, pageLooks, workingSet } = quality;
  const { min, median, max } = quality.intervalNs;
  if (basis !== "evidence" && basis !== "residency" && !workingSet) return [];
  const isEven = max <= 1.2 * min;
  const times = pageLooks >= 1 ? `each page ${timesText(pageLooks)}` : `each region ${timesText(looks)}`;
  return [[
    `Looked at: ${percentOf(wellLookedShare)} of the ${formatBytes(residentBytes)} in memory, ${times} a snapshot`,
    ...workingSet ? [`working set ${errorText(workingSet)}`] : [],
    `snapshots of ${isEven ? formatNs(median) : `${formatNs(min)} to ${formatNs(max)}`}`,
  ].join(SEPARATOR)];
}

const timesText = (nr: number) => `${nr >= 10 ? formatNr(Math.round(nr)) : nr.toFixed(1)} times`;

/** Of one that was just made, where the recorder tells what kept it busy. */
function noSnapshots(judged: Judged, quality: RecordQuality): string[] {
  const { header, footer } = judged;
  if (!footer?.pages) return [];
  const lasted = footer.endNs - header.clock.originNs;
  const budget = percentOf(footer.pages.maxOverhead);
  return [
    `This record says nothing: ${formatNs(lasted)} were too short for a snapshot at ${budget} of a CPU; record for ` +
    `longer, or ${moreBudget(judged, quality)}`,
  ];
}

function fewSnapshots({ snapshots, durationNs, workingSet }: RecordQuality): string[] {
  if (snapshots >= QUALITY_LIMITS.snapshots || (workingSet?.windows ?? 0) >= QUALITY_LIMITS.windows) return [];
  const seconds = Math.ceil(durationNs / Math.max(1, snapshots) * 20 / 1e9);
  return [
    `it has ${snapshots} ${
      snapshots === 1 ? "snapshot" : "snapshots"
    }, and ${QUALITY_LIMITS.snapshots} are the least ` +
    `that tell busy from idle; record for longer, ${Math.max(10, seconds)} s`,
  ];
}

function isSparse({ basis, residentBytes, watchedBytes, wellLookedShare, workingSet }: RecordQuality): boolean {
  if (basis === "unknown" || basis === "physical" || workingSet) return false;
  return residentBytes < QUALITY_LIMITS.residentShare * watchedBytes &&
    wellLookedShare < QUALITY_LIMITS.wellLookedShare;
}

function sparse({ header }: Judged, { residentBytes, watchedBytes }: RecordQuality): string {
  const way = header.source === "damon"
    ? "record without asking for vaddr, which watches the gaps between mappings, or with the page sampler"
    : "record again with the page sampler of this version of damo, which leaves gaps out";
  return `${percentOf(residentBytes / watchedBytes)} of the ${
    formatBytes(watchedBytes)
  } watched is in memory, so that ` +
    `nearly all looks met nothing and memory in use passes for idle; ${way}`;
}

/** Something of the page sampler's to do about few looks, of a budget that is so large. */
function moreBudget({ footer }: Judged, { processes }: RecordQuality): string {
  const budget = footer?.pages?.maxOverhead ?? 0.02;
  const fewer = processes > 1 ? ", or record fewer processes" : "";
  if (budget >= 0.3) return `record with the exact page sampler (pages-exact)${fewer}`;
  return `raise the sampler's CPU limit (max overhead) to ${Math.min(30, Math.round(budget * 500))}%${fewer}`;
}

function fewLooks(judged: Judged, quality: RecordQuality): string[] {
  const { basis, wellLookedShare, residentBytes, looks } = quality;
  if (basis === "unknown" || wellLookedShare >= QUALITY_LIMITS.wellLookedShare) return [];
  const isPages = judged.header.source === "pages" || judged.header.source === "pages-exact";
  const way = isPages ? moreBudget(judged, quality) : "sample more often, as every 50 ms with a snapshot every second";
  return [
    `${percentOf(wellLookedShare)} of the ${
      formatBytes(residentBytes)
    } in memory was looked at ${ENOUGH_LOOKS} times a ` +
    `second or more (${timesText(looks)} a snapshot in the mean), so that memory in use may pass for idle; ${way}`,
  ];
}

function largeError(judged: Judged, quality: RecordQuality): string[] {
  const { workingSet, residentBytes } = quality;
  if (!workingSet) return [];
  const { bytes, errorBytes } = workingSet;
  const isLarge = errorBytes > QUALITY_LIMITS.errorShare * bytes &&
    errorBytes > QUALITY_LIMITS.residentErrorShare * residentBytes;
  return isLarge ? [`its working set is known to ${errorText(workingSet)} only; ${moreBudget(judged, quality)}`] : [];
}

function longIntervals(judged: Judged, quality: RecordQuality): string[] {
  const { intervalNs: { median }, wantedNs, processes, residentBytes } = quality;
  // DAMON's are longer where it was told to tune them.
  const budget = judged.footer?.pages?.maxOverhead;
  if (budget === undefined || wantedNs === undefined) return [];
  if (median < QUALITY_LIMITS.intervalNs || median < QUALITY_LIMITS.intervalTimes * wantedNs) return [];
  const of = processes > 1 ? `${formatNr(processes)} processes` : formatBytes(residentBytes);
  return [
    `its snapshots are ${formatNs(median)} long where ${formatNs(wantedNs)} were asked for, as ${
      percentOf(budget)
    } of a ` +
    `CPU is soon spent on ${of}: what happens in between is not told apart; ${moreBudget(judged, quality)}`,
  ];
}

function lost({ missedShare, lostShare, intervalNs, wantedNs = Infinity }: RecordQuality): string[] {
  const lines: string[] = [];
  if (lostShare > QUALITY_LIMITS.lostShare) {
    lines.push(`${percentOf(lostShare)} of what was sent to the recorder was lost; record with a larger ring buffer`);
  }
  // Where snapshots are long, that says it.
  const areLong = intervalNs.median >= QUALITY_LIMITS.intervalTimes * wantedNs;
  if (missedShare > QUALITY_LIMITS.missedShare && !areLong) {
    lines.push(
      `${percentOf(missedShare)} of the samples were left out, as the one before took too long; use a longer -s`,
    );
  }
  return lines;
}

function unwatched(judged: Judged, quality: RecordQuality): string[] {
  const { unwatched: { count, bytes, share } } = quality;
  if (share <= QUALITY_LIMITS.unwatchedShare) return [];
  const way = judged.header.source === "damon" ? moreRegions(judged, count) : moreBudget(judged, quality);
  const mappings = count === 1 ? "1 mapping" : `${formatNr(count)} mappings`;
  return [`${mappings} with ${formatBytes(bytes)} in memory (${percentOf(share)}) were never looked at; ${way}`];
}

/** Mappings have no region where there are not enough of them, or where they came after DAMON was told what is mapped. */
function moreRegions({ header }: Judged, count: number): string {
  const { nrRegions, intervals } = header.kdamonds[0]?.contexts[0] ?? {};
  const wanted = 4 * count;
  if (!nrRegions || !intervals || wanted > nrRegions.max) return `allow more regions: -m ${wanted}`;
  const updateMs = Math.max(100, Math.round(intervals.updateUs / 10e3));
  return `look more often at what is mapped, as they are new: -u ${updateMs}ms`;
}

function errorText({ bytes, errorBytes }: NonNullable<RecordQuality["workingSet"]>): string {
  if (errorBytes === 0) return "exact";
  return bytes > 0 ? `± ${percentOf(errorBytes / bytes)}` : `± ${formatBytes(errorBytes)}`;
}

/** `0.0002 %`, `12 %`. */
function percentOf(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent >= 9.95) return `${Math.round(percent)} %`;
  return percent < 1e-6 ? "almost 0 %" : `${Number(percent.toPrecision(percent < 1 ? 1 : 2))} %`;
}

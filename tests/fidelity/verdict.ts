import type { Recorded } from "./recorded.ts";
import type { TrueMapping, TruthWindow } from "./truth.ts";

/** The most of the bytes that were accessed all the while that may lie in mappings called never accessed. */
export const MOST_UNSEEN = 0.01;
/** A largest working set is below so many times the truth. */
export const MOST_TIMES = 2;

/** One row: a record of a program, between windows of the truth. */
export interface Row {
  program: string;
  setting: string;
  /** How far the working set may be from the truth, as a share of it. */
  limit: number;
  truths: readonly TruthWindow[];
  steady: readonly TrueMapping[];
  recorded: Recorded;
}

/** Mean of what was surely accessed in the windows of truth, bytes. */
export function trueBytesOf({ truths }: Pick<Row, "truths">): number {
  return truths.reduce((sum, truth) => sum + sureBytesOf(truth), 0) / truths.length;
}

/** Mean of what the process or somebody else accessed besides, bytes. */
export function uncertainBytesOf({ truths }: Pick<Row, "truths">): number {
  return truths.reduce((sum, { uncertainBytes }) => sum + uncertainBytes, 0) / truths.length;
}

/** What was surely accessed in a window, bytes. */
export function sureBytesOf({ referencedBytes, uncertainBytes }: TruthWindow): number {
  return referencedBytes - uncertainBytes;
}

/** How far a working set is from what the truth may be, as a share of it. */
function offOf({ recorded: { mean }, truths }: Row): number {
  const least = trueBytesOf({ truths });
  const most = least + uncertainBytesOf({ truths });
  return Math.min(0, mean / least - 1) + Math.max(0, mean / most - 1);
}

/** Share of the bytes that were accessed all the while in mappings that the record never saw accessed, 0 to 1. */
export function unseenShareOf({ steady, recorded }: Pick<Row, "steady" | "recorded">): number {
  const sum = (all: readonly TrueMapping[]) => all.reduce((bytes, { referencedBytes }) => bytes + referencedBytes, 0);
  return steady.length === 0 ? 0 : sum(recorded.unseen) / sum(steady);
}

/** What of the goals a row misses, a few words each; empty where it passes. */
export function missesOf(row: Row): string[] {
  const { recorded, limit } = row;
  const truth = trueBytesOf(row);
  const off = offOf(row);
  const percent = (share: number, digits = 0) => `${(share * 100).toFixed(digits)} %`;
  const misses: string[] = [];
  if (!(Math.abs(off) <= limit)) {
    misses.push(Number.isNaN(off) ? "no working set" : `working set ${off > 0 ? "+" : ""}${percent(off)}`);
  }
  const unseen = unseenShareOf(row);
  if (!(unseen < MOST_UNSEEN)) misses.push(`${percent(unseen, 1)} unseen`);
  if (!(recorded.largest < MOST_TIMES * truth)) misses.push(`largest ${(recorded.largest / truth).toFixed(1)}x`);
  // As exactly as it is shown.
  if (!(Math.round(recorded.cpu * 1e3) <= Math.round(recorded.budget * 1e3))) {
    misses.push(`CPU ${percent(recorded.cpu, 1)}`);
  }
  return misses;
}

/** Whether the truth itself moved by more than the limit while it was measured: then nothing can be held against it. */
export function isUnsteady({ truths, limit }: Pick<Row, "truths" | "limit">): boolean {
  const all = truths.map(sureBytesOf);
  return Math.max(...all) - Math.min(...all) > 2 * limit * trueBytesOf({ truths });
}

/** What a row comes to. */
export function verdictOf(row: Row): "pass" | "fail" | "unsteady" {
  if (missesOf(row).length === 0) return "pass";
  return isUnsteady(row) ? "unsteady" : "fail";
}

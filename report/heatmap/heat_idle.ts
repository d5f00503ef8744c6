import type { SurveyedTarget } from "./heat_survey.ts";

/**
 * Bytes of a target that were in memory at its last snapshot and never seen accessed; `undefined` where the recorder does
 * not tell what of a region is in memory: then all addresses of it count.
 */
export function idleResidentBytes({ addresses, last }: Pick<SurveyedTarget, "addresses" | "last">): number | undefined {
  if (!last?.evidence) return undefined;
  const { regions: { start, end, length }, evidence: { residentBytes } } = last;
  let [bytes, at] = [0, 0];
  for (const segment of addresses.segments()) {
    if (segment.heatNs > 0) continue;
    while (at < length && end[at] <= segment.start) at++;
    for (let i = at; i < length && start[i] < segment.end; i++) {
      const within = Math.min(end[i], segment.end) - Math.max(start[i], segment.start);
      bytes += within * residentBytes[i] / (end[i] - start[i]);
    }
  }
  return bytes;
}
